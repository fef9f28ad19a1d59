"""handovers

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = webapp.core.db.UTCTime(timezone=True)


def upgrade() -> None:
    op.create_table('handover',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('carried', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_handover_site_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_person_id')),
    sa.ForeignKeyConstraint(['to_id'], ['person.id'], name=op.f('fk_handover_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover'))
    )
    op.create_index('ix_handover_site_at', 'handover', ['site_id', 'at'], unique=False)
    op.create_index('ix_handover_to', 'handover', ['to_id', 'at'], unique=False)
    op.create_table('handover_answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('handover_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_pin', sa.Boolean(), nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.ForeignKeyConstraint(['handover_id'], ['handover.id'], name=op.f('fk_handover_answer_handover_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_answer_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_answer'))
    )
    op.create_index('ix_handover_answer_handover_id', 'handover_answer', ['handover_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_handover_answer_handover_id', table_name='handover_answer')
    op.drop_table('handover_answer')
    op.drop_index('ix_handover_to', table_name='handover')
    op.drop_index('ix_handover_site_at', table_name='handover')
    op.drop_table('handover')
