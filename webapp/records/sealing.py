"""The sealed trail: a chain of digests over a site's accepted records, in the order in which they were sealed.

Who changes, inserts or removes a sealed record breaks the chain from there on; who computes the chain anew gets other
seals than those that were printed with the daily logs. Links are made in batches, in the background, so that the
intake does not wait for the record before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import current_app

from webapp.core import clock, faults, tasks
from webapp.core.db import db, insert_rows
from webapp.records.models import Record, Seal, SealLink
from webapp.records.rules import first_hash, link_hash, printed_seal

MOST_AT_ONCE = 2000  # records a transaction: writers wait meanwhile
TASK = "records.seal"

# What of a record goes into its link.
FACTS = (
    Record.id, Record.sha256, SealLink.site_id, Record.person_id, Record.device_id, Record.kind, Record.seq, Record.at, Record.received_at,
)  # fmt: skip
LINK = sa.update(SealLink).where(SealLink.record_id == sa.bindparam("key")).values(n=sa.bindparam("v_n"), hash=sa.bindparam("v_hash"))


def put_in_line(accepted: Iterable[tuple[UUID, UUID]]) -> None:
    """Have these records sealed soon: (record, site), accepted in this transaction."""
    rows = [{"record_id": record_id, "site_id": site_id} for record_id, site_id in accepted]
    if rows and current_app.config.get("SEALING", True):
        insert_rows(SealLink, rows)


def head(site_id: UUID, until: datetime | None = None) -> Seal | None:
    """The last seal of a site, or the last one made before `until`."""
    found = sa.select(Seal).where(Seal.site_id == site_id).order_by(Seal.n.desc()).limit(1)
    return db.session.scalar(found if until is None else found.where(Seal.sealed_at < until))


def seal_trails(_payload: dict[str, Any]) -> None:
    """Seal what was accepted since the last time, oldest first; when much is left, put a task for the rest."""
    waiting = db.session.scalars(sa.select(SealLink.site_id).where(SealLink.n.is_(None)).distinct())
    sealed = [_seal_site(site_id) for site_id in waiting.all()]
    if MOST_AT_ONCE in sealed:
        tasks.put(TASK)


def _seal_site(site_id: UUID) -> int:
    """Seal at most MOST_AT_ONCE records of a site; gives how many.

    Two workers that did so at once would make the same `n`: the second one's transaction fails, and its task is tried again.
    """
    unsealed = (
        sa.select(*FACTS)
        .join(SealLink, SealLink.record_id == Record.id)
        .where(SealLink.site_id == site_id, SealLink.n.is_(None))
        .order_by(Record.received_at, Record.id)
        .limit(MOST_AT_ONCE)
    )
    last = head(site_id)
    n, hash_ = (last.n, last.hash) if last else (0, first_hash(site_id))
    links = []
    for row in db.session.execute(unsealed):
        n += 1
        hash_ = link_hash(hash_, n, row)
        links.append({"key": row.id, "v_n": n, "v_hash": hash_})
    if links:
        db.session.connection().execute(LINK, links)
        db.session.add(Seal(site_id=site_id, n=n, hash=hash_, sealed_at=clock.now()))
        faults.reach("trail.sealed")
    return len(links)


def seal_all() -> None:
    """Seal everything that waits, in this transaction (the demo's history)."""
    for site_id in db.session.scalars(sa.select(SealLink.site_id).where(SealLink.n.is_(None)).distinct()).all():
        while _seal_site(site_id) == MOST_AT_ONCE:
            pass


# ---------------------------------------------------------------- looking whether it holds


@dataclass(frozen=True)
class Broken:
    """Where a trail stops being what was sealed: the place, the record there if there is one, and why (for operators, in English)."""

    n: int
    record_id: UUID | None
    why: str


@dataclass(frozen=True)
class Checked:
    """A site's trail, walked from its beginning. `seal`: as printed, of its last record."""

    records: int
    seal: str
    unsealed: int
    broken: Broken | None


def check_trail(site_id: UUID, printed: str | None = None) -> Checked:
    """Walk a site's trail and say whether it is intact, or what is the first thing that is not.

    `printed`: a seal that was printed once; the trail must still lead to it.
    """
    n, hash_ = 0, first_hash(site_id)
    broken = None
    seals = {seal.n: seal.hash for seal in db.session.scalars(sa.select(Seal).where(Seal.site_id == site_id))}
    wanted = int(printed.partition("-")[0]) if printed else None
    with closing(_links(site_id)) as links:
        for link in links:
            n += 1
            broken = _look_at(link, n, hash_)
            if broken:
                break
            hash_ = link.hash
            if seals.pop(n, hash_) != hash_ or (n == wanted and printed_seal(n, hash_) != printed):
                broken = Broken(n, link.id, "the trail up to here is not the one that was sealed")
                break
    if broken is None and (seals or (wanted or 0) > n):
        broken = Broken(n + 1, None, "records that were sealed are gone from the end of the trail")
    left = db.session.scalar(sa.select(sa.func.count()).select_from(SealLink).where(SealLink.site_id == site_id, SealLink.n.is_(None)))
    return Checked(n, printed_seal(n, hash_), left or 0, broken)


def _links(site_id: UUID) -> Generator[Any, None, None]:
    """Links in order, each with its record's facts and payload, read in lots."""
    facts = sa.select(*FACTS, Record.payload, Record.status, SealLink.n, SealLink.hash)
    found = facts.join(SealLink, SealLink.record_id == Record.id).where(SealLink.site_id == site_id, SealLink.n.isnot(None))
    with closing(db.session.execute(found.order_by(SealLink.n).execution_options(yield_per=1000))) as rows:
        yield from rows


def _look_at(link: Any, n: int, before: str) -> Broken | None:
    """What is wrong with the n-th link, if anything."""
    if link.n != n:
        return Broken(n, None, "the record that was sealed here is gone")
    if hashlib.sha256(link.payload).hexdigest() != link.sha256:
        return Broken(n, link.id, "its payload was changed")
    if link.status != "accepted":
        return Broken(n, link.id, f"it is {link.status} now")
    if link_hash(before, n, link[: len(FACTS)]) != link.hash:
        return Broken(n, link.id, "what the database says of it was changed, or it took another one's place")
    return None
