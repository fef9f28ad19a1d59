"""decisions about exceptions, answers, remarks and signatures of days; people's first day of work

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = webapp.core.db.UTCTime(timezone=True)
CARRIED = sa.text("verb = 'carry'")


def upgrade() -> None:
    op.add_column('person', sa.Column('began_on', sa.Date(), nullable=True))
    op.create_table('exception_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('key', sa.String(length=140), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True),
    sa.Column('to_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_exception_decision_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_exception_decision_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_exception_decision_site_id')),
    sa.ForeignKeyConstraint(['to_id'], ['person.id'], name=op.f('fk_exception_decision_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exception_decision')),
    sa.UniqueConstraint('site_id', 'key', 'number', name=op.f('uq_exception_decision_site_id_key_number'))
    )
    op.create_index('ix_exception_decision_day', 'exception_decision', ['site_id', 'day'], unique=False)
    op.create_index('ix_exception_decision_carried', 'exception_decision', ['site_id', 'day'], unique=False, sqlite_where=CARRIED, postgresql_where=CARRIED)
    op.create_index('ix_exception_decision_to', 'exception_decision', ['to_id', 'at'], unique=False)
    op.create_table('answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('choice', sa.String(length=20), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['exception_decision.id'], name=op.f('fk_answer_decision_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_answer_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer'))
    )
    op.create_index('ix_answer_decision_id', 'answer', ['decision_id'], unique=False)
    op.create_table('day_remark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_day_remark_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_day_remark_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_day_remark'))
    )
    op.create_index('ix_day_remark_day', 'day_remark', ['site_id', 'day'], unique=False)
    op.create_table('day_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('seal_n', sa.BigInteger(), nullable=True),
    sa.Column('seal_hash', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_day_signature_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_day_signature_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_day_signature')),
    sa.UniqueConstraint('site_id', 'day', 'number', name=op.f('uq_day_signature_site_id_day_number'))
    )


def downgrade() -> None:
    op.drop_table('day_signature')
    op.drop_table('day_remark')
    op.drop_table('answer')
    op.drop_table('exception_decision')
    op.drop_column('person', 'began_on')  # by the engine itself: SQLite's way of copying the table would drop what others point at
