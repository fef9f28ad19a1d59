"""addresses at which a charge is signed; what was posted without an account, for the limits

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('public_post',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_public_post'))
    )
    op.create_index('ix_public_post_at', 'public_post', ['at'], unique=False)
    op.create_index('ix_public_post_key', 'public_post', ['key', 'at'], unique=False)
    op.create_table('sign_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('until', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('revoked_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_sign_link_made_by_id')),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_sign_link_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_link')),
    sa.UniqueConstraint('token', name=op.f('uq_sign_link_token'))
    )
    op.create_index('ix_sign_link_order_id', 'sign_link', ['order_id'], unique=False)


def downgrade() -> None:
    op.drop_table('sign_link')
    op.drop_table('public_post')
