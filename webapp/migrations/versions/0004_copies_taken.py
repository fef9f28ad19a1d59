"""saved copies of phones that were taken in

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('copy_taken',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('brought_by', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('proved', sa.Boolean(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('duplicate', sa.Integer(), nullable=False),
    sa.Column('damaged', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['brought_by'], ['person.id'], name=op.f('fk_copy_taken_brought_by')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_copy_taken_device_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_copy_taken_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_copy_taken'))
    )
    op.create_index(op.f('ix_copy_taken_at'), 'copy_taken', ['at'], unique=False)
    op.create_index(op.f('ix_copy_taken_person_id'), 'copy_taken', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('copy_taken')
