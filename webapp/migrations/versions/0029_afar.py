"""steps that say "on site" though label or position speak against it; earlier ones stay as they were, for days that were signed with them

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = sa.text("verb IN ('reopen', 'pause', 'need_parts')")
ODD = sa.text("verb IN ('reopen', 'pause', 'need_parts') OR afar")


def upgrade() -> None:
    op.drop_index("ix_work_step_odd", "work_step")
    op.add_column("work_step", sa.Column("afar", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_work_step_odd", "work_step", ["at"], sqlite_where=ODD, postgresql_where=ODD)


def downgrade() -> None:
    op.drop_index("ix_work_step_odd", "work_step")
    op.drop_column("work_step", "afar")
    op.create_index("ix_work_step_odd", "work_step", ["at"], sqlite_where=BEFORE, postgresql_where=BEFORE)
