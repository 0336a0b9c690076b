"""The fixed tables of the hub: schemas, ops.*, share."""

from concord.hub.migrations.run import run_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
