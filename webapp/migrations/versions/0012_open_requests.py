"""when a request ended, written down for lists, and an index of those that are open

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")
LAST_END = "SELECT max(at) FROM request_event WHERE request_id = request.id AND verb IN ('resolved', 'closed', 'withdrawn')"
OPENED = "SELECT 1 FROM request_event WHERE request_id = request.id AND verb = 'reopened'"


def upgrade() -> None:
    op.add_column('request', sa.Column('ended_at', webapp.core.db.UTCTime(timezone=True), nullable=True))
    op.execute(f"UPDATE request SET ended_at = ({LAST_END}) WHERE NOT EXISTS ({OPENED} AND at >= ({LAST_END}))")
    op.create_index('ix_work_step_received', 'work_step', ['received_at'], unique=False)
    op.create_index('ix_request_open', 'request', ['site_id', 'received_at'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index('ix_work_step_received', table_name='work_step')
    op.drop_index('ix_request_open', table_name='request')
    with op.batch_alter_table('request') as batch:
        batch.drop_column('ended_at')
