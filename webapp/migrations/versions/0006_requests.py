"""requests of residents

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('danger', sa.Boolean(), nullable=False),
    sa.Column('outage', sa.Boolean(), nullable=False),
    sa.Column('trapped', sa.Boolean(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('urgency', sa.String(length=10), nullable=False),
    sa.Column('phone', sa.String(length=30), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('token_until', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('received_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_request_checkpoint_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_request_person_id')),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_request_place_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_request_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request')),
    sa.UniqueConstraint('token', name=op.f('uq_request_token'))
    )
    op.create_index('ix_request_address', 'request', ['address', 'received_at'], unique=False)
    op.create_index('ix_request_checkpoint', 'request', ['checkpoint_id', 'received_at'], unique=False)
    op.create_index('ix_request_site_received', 'request', ['site_id', 'received_at'], unique=False)

    op.create_table('request_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_request_event_person_id')),
    sa.ForeignKeyConstraint(['request_id'], ['request.id'], name=op.f('fk_request_event_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_event'))
    )
    op.create_index(op.f('ix_request_event_request_id'), 'request_event', ['request_id'], unique=False)

    op.create_table('request_photo',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['request.id'], name=op.f('fk_request_photo_request_id')),
    sa.ForeignKeyConstraint(['sha256'], ['photo.sha256'], name=op.f('fk_request_photo_sha256')),
    sa.PrimaryKeyConstraint('request_id', 'sha256', name=op.f('pk_request_photo'))
    )


def downgrade() -> None:
    op.drop_table('request_photo')
    op.drop_table('request_event')
    op.drop_table('request')
