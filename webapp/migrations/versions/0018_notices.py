"""subscriptions and notices

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIME = webapp.core.db.UTCTime(timezone=True)
IN_FORCE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table('subscription',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('address', sa.String(length=500), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('added_by_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', TIME, nullable=False),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.Column('ended_at', TIME, nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_subscription_added_by_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_subscription_ended_by_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_subscription_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription'))
    )
    op.create_index('ix_subscription_once', 'subscription', ['site_id', 'topic', 'way', 'address'], unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE)
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('subscription_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('trial', sa.Boolean(), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('address', sa.String(length=500), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('link_word', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('made_at', TIME, nullable=False),
    sa.Column('sent_at', TIME, nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_notice_site_id')),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_notice_subscription_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('key', name=op.f('uq_notice_key'))
    )
    op.create_index('ix_notice_site_made', 'notice', ['site_id', 'made_at'], unique=False)
    op.create_index('ix_notice_subscription_day', 'notice', ['subscription_id', 'day'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_notice_subscription_day', table_name='notice')
    op.drop_index('ix_notice_site_made', table_name='notice')
    op.drop_table('notice')
    op.drop_index('ix_subscription_once', table_name='subscription')
    op.drop_table('subscription')
