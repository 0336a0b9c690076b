"""Lanes: what the batch of one entity has to tell the next batch of another one."""

from concord.hub.migrations.run import run_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
