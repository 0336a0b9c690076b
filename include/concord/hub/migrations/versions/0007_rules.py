"""Business rules: subjects to look at, and the versions that were evaluated."""

from concord.hub.migrations.run import run_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
