"""The steward's desk: locking, money at stake, incidents, and where a steward placed a record."""

from concord.hub.migrations.run import run_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
