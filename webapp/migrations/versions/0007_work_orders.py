"""work orders, prices, service agreements; numbers of requests and types as the site's own data

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

import webapp.core.db
from webapp.records.rules import receipt_code

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('charge_terms',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('from_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('day', sa.BigInteger(), nullable=False),
    sa.Column('night', sa.BigInteger(), nullable=False),
    sa.Column('holiday', sa.BigInteger(), nullable=False),
    sa.Column('night_from', sa.String(length=5), nullable=False),
    sa.Column('night_until', sa.String(length=5), nullable=False),
    sa.Column('holidays', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_charge_terms_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_charge_terms_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charge_terms'))
    )
    op.create_index('ix_charge_terms_site_id', 'charge_terms', ['site_id'], unique=False)

    op.create_table('price_item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('part', sa.String(length=10), nullable=False),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_price_item_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_item'))
    )
    op.create_index('ix_price_item_site_id', 'price_item', ['site_id'], unique=False)

    op.create_table('service_agreement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('from_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('times', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_service_agreement_person_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_service_agreement_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_agreement'))
    )
    op.create_index('ix_service_agreement_site_from', 'service_agreement', ['site_id', 'from_at'], unique=False)

    op.create_table('site_type',
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('service', sa.String(length=20), nullable=False),
    sa.Column('trade', sa.String(length=20), nullable=False),
    sa.Column('dispatch', sa.String(length=10), nullable=False),
    sa.Column('payer', sa.String(length=10), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('retired_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_type_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'code', name=op.f('pk_site_type'))
    )
    op.create_table('item_price',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('from_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['price_item.id'], name=op.f('fk_item_price_item_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_item_price_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_price'))
    )
    op.create_index('ix_item_price_item_id', 'item_price', ['item_id'], unique=False)

    op.create_table('work_order',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=10), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('type_code', sa.String(length=20), nullable=False),
    sa.Column('service', sa.String(length=20), nullable=False),
    sa.Column('trade', sa.String(length=20), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('phone', sa.String(length=30), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=True),
    sa.Column('spot', sa.String(length=80), nullable=False),
    sa.Column('origin', sa.String(length=10), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('part_of_id', sa.Uuid(), nullable=True),
    sa.Column('repeat_of_id', sa.Uuid(), nullable=True),
    sa.Column('payer', sa.String(length=10), nullable=False),
    sa.Column('waived', sa.String(length=200), nullable=False),
    sa.Column('raised_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('raised_by_id', sa.Uuid(), nullable=False),
    sa.Column('due_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('on_site_due_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('since', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('offered_trade', sa.String(length=20), nullable=True),
    sa.Column('on_site_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.Column('finished_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.Column('closed_at', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.Column('conflicts', sa.Integer(), nullable=False),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['person.id'], name=op.f('fk_work_order_assignee_id')),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_work_order_checkpoint_id')),
    sa.ForeignKeyConstraint(['part_of_id'], ['work_order.id'], name=op.f('fk_work_order_part_of_id')),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_work_order_place_id')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['person.id'], name=op.f('fk_work_order_raised_by_id')),
    sa.ForeignKeyConstraint(['repeat_of_id'], ['work_order.id'], name=op.f('fk_work_order_repeat_of_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_work_order_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_order'))
    )
    op.create_index('ix_work_order_assignee_open', 'work_order', ['assignee_id'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_work_order_finished', 'work_order', ['site_id', 'finished_at'], unique=False)
    op.create_index('ix_work_order_number', 'work_order', ['number'], unique=False)
    op.create_index('ix_work_order_open', 'work_order', ['site_id', 'state'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_work_order_part_of_id', 'work_order', ['part_of_id'], unique=False)
    op.create_index('ix_work_order_place_type', 'work_order', ['place_id', 'type_code', 'raised_at'], unique=False)
    op.create_index('ix_work_order_request_id', 'work_order', ['request_id'], unique=False)
    op.create_index('ix_work_order_site_raised', 'work_order', ['site_id', 'raised_at'], unique=False)

    op.create_table('payment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_payment_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payment_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment'))
    )
    op.create_index('ix_payment_order_id', 'payment', ['order_id'], unique=False)

    op.create_table('work_photo',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_work_photo_order_id')),
    sa.PrimaryKeyConstraint('order_id', 'sha256', name=op.f('pk_work_photo'))
    )
    op.create_index('ix_work_photo_sha256', 'work_photo', ['sha256'], unique=False)

    op.create_table('work_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('charge', sa.String(length=64), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('strokes', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_work_signature_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_signature'))
    )
    op.create_index('ix_work_signature_order_id', 'work_signature', ['order_id'], unique=False)

    op.create_table('work_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=20), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('received_at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=True),
    sa.Column('trade', sa.String(length=20), nullable=True),
    sa.Column('about_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=True),
    sa.Column('until', webapp.core.db.UTCTime(timezone=True), nullable=True),
    sa.Column('stage', sa.String(length=10), nullable=True),
    sa.Column('checkpoint_id', sa.Uuid(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('accuracy_m', sa.Double(), nullable=True),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['checkpoint.id'], name=op.f('fk_work_step_checkpoint_id')),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_work_step_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_work_step_person_id')),
    sa.ForeignKeyConstraint(['to_id'], ['person.id'], name=op.f('fk_work_step_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_step'))
    )
    op.create_index('ix_work_step_order', 'work_step', ['order_id', 'at'], unique=False)
    op.create_index('ix_work_step_person_id', 'work_step', ['person_id'], unique=False)

    op.create_table('work_use',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['work_order.id'], name=op.f('fk_work_use_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_work_use_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_use'))
    )
    op.create_index('ix_work_use_order_id', 'work_use', ['order_id'], unique=False)

    op.execute("ALTER TABLE request RENAME COLUMN topic TO type_code")
    op.add_column('request', sa.Column('number', sa.String(length=10), nullable=False, server_default=''))
    op.add_column('request', sa.Column('source', sa.String(length=20), nullable=False, server_default='resident'))
    op.add_column('request', sa.Column('spot', sa.String(length=80), nullable=False, server_default=''))
    op.add_column('request', sa.Column('record_id', sa.Uuid(), nullable=True))
    number_requests()
    op.create_index('ix_request_number', 'request', ['number'], unique=False)
    op.create_index('ix_request_record', 'request', ['record_id'], unique=True)
    op.add_column('request_event', sa.Column('cause', sa.String(length=20), nullable=True))
    op.add_column('request_event', sa.Column('until', webapp.core.db.UTCTime(timezone=True), nullable=True))
    op.add_column('request_event', sa.Column('type_code', sa.String(length=20), nullable=True))
    op.add_column('request_event', sa.Column('kind', sa.String(length=20), nullable=True))
    op.add_column('request_event', sa.Column('urgency', sa.String(length=10), nullable=True))


def number_requests() -> None:
    """Give those that are here the number that people were told: it follows from the id."""
    request = sa.table('request', sa.column('id', sa.Uuid()), sa.column('number', sa.String()))
    connection = op.get_bind()
    for (request_id,) in connection.execute(sa.select(request.c.id)).all():
        connection.execute(sa.update(request).where(request.c.id == request_id).values(number=receipt_code(request_id)))


def downgrade() -> None:
    for column in ('cause', 'until', 'type_code', 'kind', 'urgency'):
        op.drop_column('request_event', column)
    op.drop_index('ix_request_record', table_name='request')
    op.drop_index('ix_request_number', table_name='request')
    for column in ('number', 'source', 'spot', 'record_id'):
        op.drop_column('request', column)
    op.execute("ALTER TABLE request RENAME COLUMN type_code TO topic")
    for table in (
        'work_use', 'work_step', 'work_signature', 'work_photo', 'payment', 'work_order', 'item_price', 'site_type',
        'service_agreement', 'price_item', 'charge_terms',
    ):
        op.drop_table(table)
