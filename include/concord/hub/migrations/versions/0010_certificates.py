"""Certificates: proof after a full run, in a chain that nobody can change unseen."""

from concord.hub.migrations.run import run_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
