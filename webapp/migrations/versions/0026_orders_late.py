"""orders that were late, and urgent ones by when somebody had to be there, are found without looking at the others

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

LATE = sa.text("request_id IS NULL AND (finished_at IS NULL OR finished_at > due_by)")
URGENT = sa.text("on_site_due_by IS NOT NULL")


def upgrade() -> None:
    op.create_index('ix_work_order_late', 'work_order', ['site_id', 'raised_at'], sqlite_where=LATE, postgresql_where=LATE)
    op.create_index('ix_work_order_on_site', 'work_order', ['site_id', 'on_site_due_by'], sqlite_where=URGENT, postgresql_where=URGENT)


def downgrade() -> None:
    op.drop_index('ix_work_order_on_site', 'work_order')
    op.drop_index('ix_work_order_late', 'work_order')
