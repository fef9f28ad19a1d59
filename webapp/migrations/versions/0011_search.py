"""words by which orders, requests, notes and findings are found; those already kept are filed

Revision: 0011, after 0010
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

import webapp.core.db
from webapp.core.search import words_of

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BATCH = 1000
TIME = webapp.core.db.UTCTime(timezone=True)
ENTRY = sa.table(
    "search_entry",
    sa.column("id", sa.Integer), sa.column("kind", sa.String), sa.column("subject_id", sa.Uuid), sa.column("site_id", sa.Uuid), sa.column("at", TIME),
)  # fmt: skip
WORD = sa.table("search_word", sa.column("word", sa.String), sa.column("entry_id", sa.Integer))
KEPT = (
    ("order", "SELECT id, site_id, raised_at AS at, number, text, spot, phone, replace(phone, ' ', '') AS bare FROM work_order ORDER BY raised_at"),
    ("order", "SELECT work_step.order_id AS id, site_id, at, reason FROM work_step JOIN work_order ON work_order.id = order_id WHERE reason <> '' ORDER BY at"),
    ("request", "SELECT id, site_id, received_at AS at, number, text, spot, phone, replace(phone, ' ', '') AS bare FROM request ORDER BY received_at"),
    ("note", "SELECT id, site_id, at, text FROM note WHERE text <> '' ORDER BY at"),
    ("finding", "SELECT inspection.id AS id, site_id, at, finding.text FROM finding JOIN inspection ON inspection.id = inspection_id WHERE finding.text <> '' ORDER BY at"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table('search_entry',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.core.db.UTCTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_entry'))
    )
    op.create_table('search_word',
    sa.Column('word', sa.String(length=24).with_variant(sa.String(length=24, collation='C'), 'postgresql'), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['search_entry.id'], name=op.f('fk_search_word_entry_id')),
    sa.PrimaryKeyConstraint('word', 'entry_id', name=op.f('pk_search_word')),
    sqlite_with_rowid=False
    )
    for kind, question in KEPT:
        _file(kind, question)


def downgrade() -> None:
    op.drop_table('search_word')
    op.drop_table('search_entry')


def _file(kind: str, question: str) -> None:
    connection = op.get_bind()
    asked = sa.text(question).columns(id=sa.Uuid, site_id=sa.Uuid, at=TIME)
    number = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(ENTRY.c.id), 0))) or 0
    for rows in _batches(connection.execute(asked).mappings().all()):
        entries: list[dict[str, object]] = []
        words: list[dict[str, object]] = []
        for row in rows:
            said = words_of(*(str(value) for key, value in row.items() if key not in ("id", "site_id", "at") and value))
            if said:
                number += 1
                entries.append({"id": number, "kind": kind, "subject_id": row["id"], "site_id": row["site_id"], "at": row["at"]})
                words.extend({"word": word, "entry_id": number} for word in sorted(said))
        if entries:
            connection.execute(sa.insert(ENTRY), entries)
            connection.execute(sa.insert(WORD), words)
    if number and connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('search_entry', 'id'), :n)"), {"n": number})


def _batches(rows: Sequence[sa.RowMapping]) -> Iterator[Sequence[sa.RowMapping]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
