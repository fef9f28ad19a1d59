"""who accompanies somebody new; words of remarks, decisions, answers, handovers and inspections are found too

Revision: 0025, after 0024
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

import webapp.core.db
from webapp.core.search import words_of

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BATCH = 1000
TIME = webapp.core.db.UTCTime(timezone=True)
ENTRY = sa.table(
    "search_entry",
    sa.column("id", sa.Integer), sa.column("kind", sa.String), sa.column("subject_id", sa.Uuid), sa.column("site_id", sa.Uuid), sa.column("at", TIME),
)  # fmt: skip
WORD = sa.table("search_word", sa.column("kind", sa.String), sa.column("word", sa.String), sa.column("entry_id", sa.Integer))
KEPT = (
    ("log", "SELECT id, site_id, at, text FROM day_remark WHERE text <> '' ORDER BY at"),
    ("log", "SELECT id, site_id, at, reason FROM exception_decision WHERE reason <> '' ORDER BY at"),
    ("log", "SELECT exception_decision.id AS id, site_id, answer.at AS at, text FROM answer JOIN exception_decision ON exception_decision.id = decision_id WHERE text <> '' ORDER BY answer.at"),
    ("log", "SELECT id, site_id, at, text FROM handover WHERE text <> '' ORDER BY at"),
    ("log", "SELECT handover.id AS id, site_id, handover_answer.at AS at, handover_answer.text AS said FROM handover_answer JOIN handover ON handover.id = handover_id WHERE handover_answer.text <> '' ORDER BY handover_answer.at"),
    ("finding", "SELECT id, site_id, at, text FROM inspection WHERE text <> '' ORDER BY at"),
)  # fmt: skip


def upgrade() -> None:
    op.add_column('person', sa.Column('mentor_id', sa.Uuid(), nullable=True))
    for kind, question in KEPT:
        _file(kind, question)


def downgrade() -> None:
    op.execute("DELETE FROM search_word WHERE kind = 'log'")
    op.execute("DELETE FROM search_entry WHERE kind = 'log'")
    op.drop_column('person', 'mentor_id')


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
                words.extend({"kind": kind, "word": word, "entry_id": number} for word in sorted(said))
        if entries:
            connection.execute(sa.insert(ENTRY), entries)
            connection.execute(sa.insert(WORD), words)
    if number and connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('search_entry', 'id'), :n)"), {"n": number})


def _batches(rows: Sequence[sa.RowMapping]) -> Iterator[Sequence[sa.RowMapping]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
