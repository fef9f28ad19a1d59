"""the words of the search by kind

Revision: 0020, after 0019
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ASIDE = "CREATE TABLE words_aside AS SELECT kind, word, entry_id FROM search_word JOIN search_entry ON search_entry.id = entry_id"


def upgrade() -> None:
    op.execute(ASIDE)
    _make(("kind", "word", "entry_id"))


def downgrade() -> None:
    op.execute(ASIDE.replace("kind,", "search_word.kind,"))
    _make(("word", "entry_id"))


def _make(key: tuple[str, ...]) -> None:
    """The table with that key, filled with what was put aside."""
    op.drop_table('search_word')
    columns: dict[str, sa.Column[Any]] = {
        "kind": sa.Column('kind', sa.String(length=10), nullable=False),
        "word": sa.Column('word', sa.String(length=24).with_variant(sa.String(length=24, collation='C'), 'postgresql'), nullable=False),
        "entry_id": sa.Column('entry_id', sa.Integer(), nullable=False),
    }
    op.create_table('search_word',
    *(columns[name] for name in key),
    sa.ForeignKeyConstraint(['entry_id'], ['search_entry.id'], name=op.f('fk_search_word_entry_id')),
    sa.PrimaryKeyConstraint(*key, name=op.f('pk_search_word')),
    sqlite_with_rowid=False
    )
    names = ", ".join(key)
    op.execute(f"INSERT INTO search_word ({names}) SELECT {names} FROM words_aside")
    op.drop_table('words_aside')
