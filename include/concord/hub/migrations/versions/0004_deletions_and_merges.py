"""Deletions that are passed on, and records that were merged away in their own system."""

from concord.hub.migrations.run import run_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
