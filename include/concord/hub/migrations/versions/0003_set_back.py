"""Systems that were set back, and undone change sets, have a place."""

from concord.hub.migrations.run import run_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
