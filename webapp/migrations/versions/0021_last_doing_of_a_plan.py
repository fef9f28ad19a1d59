"""the last doing of a plan at a place, however old

Revision: 0021, after 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inspection_plan_point_at", "inspection", ["plan_id", "checkpoint_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_inspection_plan_point_at", "inspection")
