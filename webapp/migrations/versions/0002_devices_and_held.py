"""devices that lost their memory, releases, and what is done about held records

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('device', sa.Column('cleared_at', webapp.core.db.UTCTime(timezone=True), nullable=True))
    op.add_column('device', sa.Column('cleared_seq', sa.BigInteger(), nullable=True))
    op.create_table('app_build',
    sa.Column('build', sa.String(length=20), nullable=False),
    sa.Column('first_told_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('build', name=op.f('pk_app_build'))
    )
    op.add_column('record_copy', sa.Column('settled_at', webapp.core.db.UTCTime(timezone=True), nullable=True))
    op.add_column('held_step', sa.Column('reason', sa.Text(), nullable=False, server_default=''))
    op.add_column('held_step', sa.Column('made', sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column('held_step', 'made')
    op.drop_column('held_step', 'reason')
    op.drop_column('record_copy', 'settled_at')
    op.drop_table('app_build')
    op.drop_column('device', 'cleared_seq')
    op.drop_column('device', 'cleared_at')
