"""pictures that show how to check

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('guide_picture',
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_guide_picture_person_id')),
    sa.ForeignKeyConstraint(['sha256'], ['photo.sha256'], name=op.f('fk_guide_picture_sha256')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_guide_picture_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'sha256', name=op.f('pk_guide_picture'))
    )


def downgrade() -> None:
    op.drop_table('guide_picture')
