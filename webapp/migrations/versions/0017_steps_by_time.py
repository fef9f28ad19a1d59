"""an index of work orders' steps by their time

Revision: 0017, after 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_work_step_at', 'work_step', ['at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_work_step_at', table_name='work_step')
