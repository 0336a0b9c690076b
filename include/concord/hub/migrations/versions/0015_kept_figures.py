"""Key figures that are kept for a while, since they are sums over months."""

from concord.hub.migrations.run import run_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
