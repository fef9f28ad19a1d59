"""equipment with its meters and plans; checklists and inspections

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('checklist',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('service', sa.String(length=20), nullable=False),
    sa.Column('target', sa.String(length=10), nullable=False),
    sa.Column('class_code', sa.String(length=20), nullable=True),
    sa.Column('trade', sa.String(length=20), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('retired_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_checklist_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist'))
    )
    op.create_index('ix_checklist_site_id', 'checklist', ['site_id'], unique=False)

    op.create_table('site_mode',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('from_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('until_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.Column('begun_by_id', sa.Uuid(), nullable=False),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['begun_by_id'], ['person.id'], name=op.f('fk_site_mode_begun_by_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_site_mode_ended_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_mode_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_mode'))
    )
    op.create_index('ix_site_mode_site_id', 'site_mode', ['site_id'], unique=False)

    op.create_table('checklist_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('checklist_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('from_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_checklist_version_checklist_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_checklist_version_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_version')),
    sa.UniqueConstraint('checklist_id', 'number', name=op.f('uq_checklist_version_checklist_id_number'))
    )
    op.create_table('inspection_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('checklist_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('points', sa.JSON(), nullable=False),
    sa.Column('every', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('from_completion', sa.Boolean(), nullable=False),
    sa.Column('months', sa.JSON(), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('from_time', sa.String(length=5), nullable=False),
    sa.Column('until_time', sa.String(length=5), nullable=False),
    sa.Column('trade', sa.String(length=20), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_inspection_plan_checklist_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_inspection_plan_made_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_inspection_plan_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_inspection_plan_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_plan'))
    )
    op.create_index('ix_inspection_plan_checklist_id', 'inspection_plan', ['checklist_id'], unique=False)
    op.create_index('ix_inspection_plan_site_id', 'inspection_plan', ['site_id'], unique=False)

    op.create_table('equipment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('class_code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('place_id', sa.Uuid(), nullable=False),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=True),
    sa.Column('maker', sa.String(length=80), nullable=False),
    sa.Column('model', sa.String(length=80), nullable=False),
    sa.Column('serial', sa.String(length=80), nullable=False),
    sa.Column('criticality', sa.String(length=1), nullable=False),
    sa.Column('commissioned_on', sa.Date(), nullable=True),
    sa.Column('warranty_until', sa.Date(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('retired_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_equipment_checkpoint_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['equipment.id'], name=op.f('fk_equipment_parent_id')),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_equipment_place_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_equipment_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment')),
    sa.UniqueConstraint('site_id', 'number', name=op.f('uq_equipment_site_id_number'))
    )
    op.create_index('ix_equipment_checkpoint_id', 'equipment', ['checkpoint_id'], unique=False)
    op.create_index('ix_equipment_parent_id', 'equipment', ['parent_id'], unique=False)
    op.create_index('ix_equipment_place_id', 'equipment', ['place_id'], unique=False)
    op.create_index('ix_equipment_site_id', 'equipment', ['site_id'], unique=False)

    op.create_table('equipment_document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('photo_sha256', sa.String(length=64), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_equipment_document_equipment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_equipment_document_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_document'))
    )
    op.create_index('ix_equipment_document_equipment_id', 'equipment_document', ['equipment_id'], unique=False)

    op.create_table('equipment_status',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_equipment_status_equipment_id')),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_equipment_status_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_equipment_status_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_status'))
    )
    op.create_index('ix_equipment_status_equipment', 'equipment_status', ['equipment_id', 'at'], unique=False)

    op.create_table('inspection',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('checklist_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=True),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=True),
    sa.Column('equipment_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('findings', sa.Integer(), nullable=False),
    sa.Column('again_of_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['again_of_id'], ['inspection.id'], name=op.f('fk_inspection_again_of_id')),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_inspection_checklist_id')),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_inspection_checkpoint_id')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_inspection_equipment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_inspection_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['inspection_plan.id'], name=op.f('fk_inspection_plan_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_inspection_site_id')),
    sa.ForeignKeyConstraint(['version_id'], ['checklist_version.id'], name=op.f('fk_inspection_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection'))
    )
    op.create_index('ix_inspection_again_of_id', 'inspection', ['again_of_id'], unique=False)
    op.create_index('ix_inspection_checkpoint_at', 'inspection', ['checkpoint_id', 'at'], unique=False)
    op.create_index('ix_inspection_equipment_id', 'inspection', ['equipment_id'], unique=False)
    op.create_index('ix_inspection_plan_at', 'inspection', ['plan_id', 'at'], unique=False)
    op.create_index('ix_inspection_site_at', 'inspection', ['site_id', 'at'], unique=False)

    op.create_table('meter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('digits', sa.Integer(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=True),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=True),
    sa.Column('retired_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_meter_checkpoint_id')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_meter_equipment_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_meter_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meter')),
    sa.UniqueConstraint('site_id', 'number', name=op.f('uq_meter_site_id_number'))
    )
    op.create_index('ix_meter_checkpoint_id', 'meter', ['checkpoint_id'], unique=False)
    op.create_index('ix_meter_equipment_id', 'meter', ['equipment_id'], unique=False)
    op.create_index('ix_meter_site_id', 'meter', ['site_id'], unique=False)

    op.create_table('renewal_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('renewal_id', sa.Uuid(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('cost', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_renewal_step_equipment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_renewal_step_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewal_step'))
    )
    op.create_index('ix_renewal_step_equipment_id', 'renewal_step', ['equipment_id'], unique=False)
    op.create_index('ix_renewal_step_renewal', 'renewal_step', ['renewal_id', 'at'], unique=False)

    op.create_table('finding',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('inspection_id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('grade', sa.String(length=10), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], name=op.f('fk_finding_inspection_id')),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_finding_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding'))
    )
    op.create_index('ix_finding_inspection_id', 'finding', ['inspection_id'], unique=False)
    op.create_index('ix_finding_order_id', 'finding', ['order_id'], unique=False)

    op.create_table('maintenance_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=True),
    sa.Column('class_code', sa.String(length=20), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=True),
    sa.Column('basis', sa.String(length=10), nullable=False),
    sa.Column('legal_code', sa.String(length=20), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('every', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('from_completion', sa.Boolean(), nullable=False),
    sa.Column('months', sa.JSON(), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('meter_id', sa.Uuid(), nullable=True),
    sa.Column('per_usage', sa.Numeric(precision=18, scale=3), nullable=True),
    sa.Column('lead_days', sa.Integer(), nullable=False),
    sa.Column('type_code', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_maintenance_plan_equipment_id')),
    sa.ForeignKeyConstraint(['meter_id'], ['meter.id'], name=op.f('fk_maintenance_plan_meter_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_maintenance_plan_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_maintenance_plan_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_plan'))
    )
    op.create_index('ix_maintenance_plan_equipment_id', 'maintenance_plan', ['equipment_id'], unique=False)
    op.create_index('ix_maintenance_plan_site_id', 'maintenance_plan', ['site_id'], unique=False)

    op.create_table('reading',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('meter_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=3), nullable=False),
    sa.Column('doubt', sa.String(length=20), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['meter_id'], ['meter.id'], name=op.f('fk_reading_meter_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reading_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_reading_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading'))
    )
    op.create_index('ix_reading_meter_at', 'reading', ['meter_id', 'at'], unique=False)

    op.create_table('maintenance_due',
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('equipment_id', sa.Uuid(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('by_usage', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_maintenance_due_equipment_id')),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_maintenance_due_order_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['maintenance_plan.id'], name=op.f('fk_maintenance_due_plan_id')),
    sa.PrimaryKeyConstraint('plan_id', 'equipment_id', 'due_on', name=op.f('pk_maintenance_due'))
    )
    op.create_index('ix_maintenance_due_order_id', 'maintenance_due', ['order_id'], unique=False)


def downgrade() -> None:
    for table in (
        'maintenance_due',
        'reading',
        'maintenance_plan',
        'finding',
        'renewal_step',
        'meter',
        'inspection',
        'equipment_status',
        'equipment_document',
        'equipment',
        'inspection_plan',
        'checklist_version',
        'site_mode',
        'checklist',
    ):
        op.drop_table(table)
