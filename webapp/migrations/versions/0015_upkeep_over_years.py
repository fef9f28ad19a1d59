"""equipment out of use and what replaced it; verdicts on readings; indexes by which upkeep stays quick over years

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DOUBTED = sa.text("doubt IS NOT NULL")
CALLED_OFF = sa.text("state = 'cancelled' AND origin = 'plan'")


def upgrade() -> None:
    op.create_table('equipment_life',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('successor_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_equipment_life_equipment_id')),
    sa.ForeignKeyConstraint(['successor_id'], ['equipment.id'], name=op.f('fk_equipment_life_successor_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_equipment_life_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_life'))
    )
    op.create_index('ix_equipment_life_equipment_id', 'equipment_life', ['equipment_id'], unique=False)
    op.create_index('ix_equipment_life_successor_id', 'equipment_life', ['successor_id'], unique=False)

    op.create_table('reading_verdict',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reading_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=3), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reading_verdict_person_id')),
    sa.ForeignKeyConstraint(['reading_id'], ['reading.id'], name=op.f('fk_reading_verdict_reading_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_verdict'))
    )
    op.create_index('ix_reading_verdict_reading_id', 'reading_verdict', ['reading_id'], unique=False)

    op.create_index('ix_inspection_equipment_at', 'inspection', ['equipment_id', 'at'], unique=False)
    op.drop_index('ix_inspection_equipment_id', table_name='inspection')
    op.create_index('ix_reading_doubted', 'reading', ['site_id', 'at'], unique=False, sqlite_where=DOUBTED, postgresql_where=DOUBTED)
    op.create_index('ix_maintenance_due_plan_due', 'maintenance_due', ['plan_id', 'due_on'], unique=False)
    op.create_index('ix_maintenance_due_equipment_due', 'maintenance_due', ['equipment_id', 'due_on'], unique=False)
    op.create_index('ix_work_order_spot', 'work_order', ['site_id', 'spot', 'raised_at'], unique=False)
    op.create_index('ix_work_order_checkpoint', 'work_order', ['checkpoint_id', 'raised_at'], unique=False)
    op.create_index('ix_work_order_called_off', 'work_order', ['site_id'], unique=False, sqlite_where=CALLED_OFF, postgresql_where=CALLED_OFF)


def downgrade() -> None:
    op.create_index('ix_inspection_equipment_id', 'inspection', ['equipment_id'], unique=False)
    for table, name in (
        ('work_order', 'ix_work_order_called_off'), ('work_order', 'ix_work_order_checkpoint'), ('work_order', 'ix_work_order_spot'),
        ('maintenance_due', 'ix_maintenance_due_equipment_due'), ('maintenance_due', 'ix_maintenance_due_plan_due'),
        ('reading', 'ix_reading_doubted'), ('inspection', 'ix_inspection_equipment_at'),
    ):
        op.drop_index(name, table_name=table)
    op.drop_table('reading_verdict')
    op.drop_table('equipment_life')
