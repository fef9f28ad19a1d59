"""Searching what people wrote, in Chinese and in any language with spaces, on either engine: a table of words and who used them.

Slices file what they keep (`file`); `found` gives the latest entries that say all of the words asked for. A Chinese text is filed
by its pairs of characters, so that every part of it of two or more is found; other words whole, and found from their third letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, db

LONGEST = 24  # letters of a word that count
MOST_TERMS = 12
PREFIX_FROM = 3
MOST_MEANT = 20  # words that begin alike
COUNTED = 2_000
HAN = "㐀-鿿豈-﫿"
RUNS = re.compile(rf"[{HAN}]+|[^\W{HAN}_]+")
NUMBER = re.compile(r"\b([0-9a-z]{3})-([0-9a-z]{3})\b")  # a receipt's: K7Q-2F9


class SearchEntry(Base):
    """Something that can be found: its kind and id in its own slice, the site whose people may find it, and when it was said."""

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    subject_id: Mapped[UUID]
    site_id: Mapped[UUID]
    at: Mapped[datetime]


class SearchWord(Base):
    """A word of an entry. By kind: what there is little of is found without a walk through what there is much of."""

    __tablename__ = "search_word"
    __table_args__ = {"sqlite_with_rowid": False}

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    # Byte by byte, so that the words beginning with some letters lie beside each other.
    word: Mapped[str] = mapped_column(sa.String(LONGEST).with_variant(sa.String(LONGEST, collation="C"), "postgresql"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("search_entry.id"), primary_key=True)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def words_of(*texts: str) -> set[str]:
    """The words a text is filed by."""
    found: set[str] = set()
    for text in map(_plain, texts):
        found.update("".join(parts) for parts in NUMBER.findall(text))
        for run in RUNS.findall(text):
            if re.match(f"[{HAN}]", run):
                found.update(run[i : i + 2] for i in range(len(run)))  # the last one alone
            else:
                found.add(run[:LONGEST])
    return found


def terms_of(asked: str) -> list[str]:
    """What is looked for: whole words, or with a trailing * the beginning of one."""
    found: dict[str, None] = {}
    for run in RUNS.findall(_plain(asked)):
        if not re.match(f"[{HAN}]", run):
            found[run[:LONGEST] + ("*" if len(run) >= PREFIX_FROM else "")] = None
        elif len(run) == 1:
            found[run + "*"] = None
        else:
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return list(found)[:MOST_TERMS]


def file(kind: str, subject_id: UUID, site_id: UUID, at: datetime, *texts: str | None) -> None:
    """File what was said, so that it can be found. Texts without a word are not filed."""
    words = words_of(*filter(None, texts))
    if not words:
        return
    entry = {"kind": kind, "subject_id": subject_id, "site_id": site_id, "at": at}
    entry_id = db.session.execute(sa.insert(SearchEntry).returning(SearchEntry.id), entry).scalar_one()
    db.session.execute(sa.insert(SearchWord), [{"kind": kind, "word": word, "entry_id": entry_id} for word in sorted(words)])


def _meant(kind: str, term: str) -> list[str]:
    """The words a term means. The beginning of one: those that are filed, in order, each found by a step of its own in the index."""
    if not term.endswith("*"):
        return [term]
    start = term[:-1]
    end = start[:-1] + chr(ord(start[-1]) + 1)
    least = sa.select(sa.func.min(SearchWord.word).label("word")).where(SearchWord.kind == kind, SearchWord.word < end)
    first = least.where(SearchWord.word >= start).cte(recursive=True)
    following = least.where(SearchWord.word > first.c.word).scalar_subquery()
    steps = first.union_all(sa.select(following).where(first.c.word.is_not(None)))
    return [word for word in db.session.scalars(sa.select(steps.c.word).limit(MOST_MEANT)) if word is not None]


def _count(kind: str, words: list[str]) -> int:
    """How many entries have one of these words, as far as they are counted."""
    some = sa.select(SearchWord.entry_id).where(SearchWord.kind == kind, SearchWord.word.in_(words)).limit(COUNTED).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def found(asked: str, kind: str, sites: Iterable[UUID], most: int) -> list[SearchEntry]:
    """The latest entries of that kind, of these sites, that say all of these words."""
    terms = [_meant(kind, term) for term in terms_of(asked)]
    if not terms or not all(terms):
        return []
    rarest, *others = sorted(terms, key=lambda words: _count(kind, words)) if len(terms) > 1 else terms
    may = SearchEntry.site_id.in_(list(sites))
    # Along the index from the latest entry backwards, word by word, until there are enough: the history behind them costs nothing.
    ways = [_latest(kind, word, others, may, most).subquery() for word in rarest]
    ids = sa.union(*(sa.select(way.c.entry_id) for way in ways)).subquery()
    said = sa.select(SearchEntry).where(SearchEntry.id.in_(sa.select(ids.c.entry_id)))
    return list(db.session.scalars(said.order_by(SearchEntry.id.desc()).limit(most)))


def _latest(kind: str, word: str, others: list[list[str]], may: sa.ColumnElement[bool], most: int) -> sa.Select[int]:
    """The latest entries with that word and one of each of the others."""
    found = sa.select(SearchWord.entry_id).join(SearchEntry, SearchEntry.id == SearchWord.entry_id)
    found = found.where(SearchWord.kind == kind, SearchWord.word == word, may)
    for words in others:
        other = sa.orm.aliased(SearchWord)
        found = found.where(sa.exists().where(other.kind == kind, other.entry_id == SearchWord.entry_id, other.word.in_(words)))
    return found.order_by(SearchWord.entry_id.desc()).limit(most)
