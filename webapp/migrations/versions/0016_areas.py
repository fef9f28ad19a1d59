"""areas with kinds and grades; for how long people keep off

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('area',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False),
    sa.Column('size_m2', sa.Double(), nullable=True),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('made_by_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_area_checkpoint_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_area_made_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_area_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_area'))
    )
    op.create_index('ix_area_checkpoint_id', 'area', ['checkpoint_id'], unique=False)
    op.create_index('ix_area_site_id', 'area', ['site_id'], unique=False)
    op.add_column('checklist', sa.Column('purpose', sa.String(length=10), nullable=False, server_default='check'))
    op.add_column('inspection_plan', sa.Column('area_kind', sa.String(length=20), nullable=True))
    op.add_column('inspection_plan', sa.Column('area_grade', sa.Integer(), nullable=True))
    op.add_column('inspection_plan', sa.Column('source', sa.String(length=200), nullable=False, server_default=''))
    op.add_column('inspection_plan', sa.Column('confidence', sa.String(length=1), nullable=False, server_default=''))
    op.add_column('inspection', sa.Column('keep_off_until', webapp.core.db.UTCTime(timezone=True), nullable=True))
    op.create_index('ix_inspection_checklist_at', 'inspection', ['checklist_id', 'at'], unique=False)
    op.create_index('ix_inspection_site_keep_off', 'inspection', ['site_id', 'keep_off_until'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_inspection_site_keep_off', table_name='inspection')
    op.drop_index('ix_inspection_checklist_at', table_name='inspection')
    op.drop_column('inspection', 'keep_off_until')
    for column in ('confidence', 'source', 'area_grade', 'area_kind'):
        op.drop_column('inspection_plan', column)
    op.drop_column('checklist', 'purpose')
    op.drop_table('area')
