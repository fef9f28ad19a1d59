"""pictures of sites and floors, and where checkpoints lie on them

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('floor_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('pictured_by_id', sa.Uuid(), nullable=False),
    sa.Column('pictured_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Uuid(), nullable=False),
    sa.Column('changed_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('retired_by_id', sa.Uuid(), nullable=True),
    sa.Column('retired_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_floor_plan_changed_by_id')),
    sa.ForeignKeyConstraint(['pictured_by_id'], ['person.id'], name=op.f('fk_floor_plan_pictured_by_id')),
    sa.ForeignKeyConstraint(['retired_by_id'], ['person.id'], name=op.f('fk_floor_plan_retired_by_id')),
    sa.ForeignKeyConstraint(['sha256'], ['photo.sha256'], name=op.f('fk_floor_plan_sha256')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_floor_plan_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_floor_plan'))
    )
    op.create_index('ix_floor_plan_site_rank', 'floor_plan', ['site_id', 'rank'], unique=False)
    op.create_table('plan_point',
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=False),
    sa.Column('x', sa.Double(), nullable=True),
    sa.Column('y', sa.Double(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_plan_point_checkpoint_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_point_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['floor_plan.id'], name=op.f('fk_plan_point_plan_id')),
    sa.PrimaryKeyConstraint('plan_id', 'checkpoint_id', name=op.f('pk_plan_point'))
    )


def downgrade() -> None:
    op.drop_table('plan_point')
    op.drop_index('ix_floor_plan_site_rank', table_name='floor_plan')
    op.drop_table('floor_plan')
