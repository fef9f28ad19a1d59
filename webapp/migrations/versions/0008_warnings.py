"""warnings of clocks, and indexes of the board and the daily log

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ODD = sa.text("verb IN ('reopen', 'pause', 'need_parts')")
ON_BOARD = sa.text("closed_at IS NULL OR conflicts > 0")


def upgrade() -> None:
    op.create_index('ix_work_order_board', 'work_order', ['site_id', 'state'], unique=False, sqlite_where=ON_BOARD, postgresql_where=ON_BOARD)
    op.create_index('ix_work_step_odd', 'work_step', ['at'], unique=False, sqlite_where=ODD, postgresql_where=ODD)
    op.create_index('ix_request_event_at', 'request_event', ['at'], unique=False)

    op.create_table('clock_warning',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.String(length=10), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=10), nullable=False),
    sa.Column('started_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_clock_warning_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_clock_warning_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_warning'))
    )
    op.create_index('ix_clock_warning_at', 'clock_warning', ['at'], unique=False)
    op.create_index('ix_clock_warning_made', 'clock_warning', ['made_at'], unique=False)
    op.create_index('ix_clock_warning_once', 'clock_warning', ['subject_id', 'name', 'started_at', 'percent'], unique=True)

    op.create_table('warning_seen',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_warning_seen_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_warning_seen'))
    )


def downgrade() -> None:
    op.drop_table('warning_seen')
    op.drop_table('clock_warning')
    op.drop_index('ix_request_event_at', table_name='request_event')
    op.drop_index('ix_work_step_odd', table_name='work_step')
    op.drop_index('ix_work_order_board', table_name='work_order')
