"""Which deletions are held: a refusal is about these, and others are asked about."""

from concord.hub.migrations.run import run_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_beside(__file__)


def downgrade() -> None:
    raise NotImplementedError("the hub is not downgraded: restore a backup")
