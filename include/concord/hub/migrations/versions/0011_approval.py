"""Approval: money at stake, decisions on a part of a change set, first loads."""

from concord.hub.migrations.run import run_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
