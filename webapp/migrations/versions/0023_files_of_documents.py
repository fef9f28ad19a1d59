"""several files of a document, pictures and PDFs; and documents that are not wanted any more

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('document_file',
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['equipment_document.id'], name=op.f('fk_document_file_document_id')),
    sa.ForeignKeyConstraint(['sha256'], ['photo.sha256'], name=op.f('fk_document_file_sha256')),
    sa.PrimaryKeyConstraint('document_id', 'sha256', name=op.f('pk_document_file'))
    )
    known = "SELECT id, photo_sha256, '', 0 FROM equipment_document WHERE photo_sha256 IN (SELECT sha256 FROM photo)"
    op.execute(f"INSERT INTO document_file (document_id, sha256, name, position) {known}")
    with op.batch_alter_table('equipment_document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_equipment_document_withdrawn_by_id'), 'person', ['withdrawn_by_id'], ['id'])
        batch_op.drop_column('photo_sha256')


def downgrade() -> None:
    with op.batch_alter_table('equipment_document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('photo_sha256', sa.String(length=64), nullable=True))
        batch_op.drop_constraint(op.f('fk_equipment_document_withdrawn_by_id'), type_='foreignkey')
        batch_op.drop_column('withdrawn_by_id')
        batch_op.drop_column('withdrawn_at')
    first = "SELECT sha256 FROM document_file WHERE document_id = equipment_document.id AND position = 0"
    op.execute(f"UPDATE equipment_document SET photo_sha256 = ({first})")
    op.drop_table('document_file')
