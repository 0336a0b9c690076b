"""The audit chain holds under concurrent writers and every isolation level."""

from concord.hub.migrations.run import run_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
