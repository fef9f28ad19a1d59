"""What a supervisor needs to know of a phone: what it owes, which of its numbers never came, whether it lost its memory.

A phone counts its records without gaps (`seq`), so that what never arrived shows by its number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.db import db, insert_new
from webapp.people.models import AppBuild, Device
from webapp.people.rules import Gap, count_in
from webapp.records.models import Record

OFFICE = UUID("00000000-0000-7000-8000-000000000000")  # records that supervisors make in the office come from this one
NUMBERS_LOOKED_AT = 5_000  # of a device, the last ones: a month of a busy phone
LATE_AFTER = timedelta(days=1)  # a number that is missing longer than the next one is here will hardly come by itself
SILENT_AFTER = timedelta(hours=1)
CLEARED_SHOWN = timedelta(days=30)


@dataclass
class Standing:
    """How a device stands. `lost`: numbers that never arrived; `twice`: numbers that came with two records; `owed`: records
    it still has to send; `silent`: it owes some and was not seen for an hour; `builds_behind`: releases since its own.
    """

    lost: list[Gap] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    owed: int = 0
    silent: bool = False
    cleared: bool = False
    builds_behind: int = 0

    @property
    def worrying(self) -> bool:
        """Should a supervisor look at this device?"""
        return bool(self.silent or self.lost or self.twice or self.cleared)

    @property
    def lost_count(self) -> int:
        """How many numbers never arrived."""
        return count_in(self.lost)


def standings(devices: Iterable[Device], now: datetime) -> dict[UUID, Standing]:
    """How these devices stand, by id."""
    listed = list(devices)
    behind = _builds_behind()
    found = {}
    steps = _steps([device.id for device in listed])
    for device in listed:
        gaps, twice = _gaps_and_repeats(device, steps.get(device.id, []))
        lost: list[Gap] = []
        late: list[Gap] = []
        for gap, since in gaps:
            sure = since is not None and now - since >= LATE_AFTER
            (lost if sure or (device.cleared_seq or 0) >= gap.last else late).append(gap)
        owed = min(device.unsent, count_in(late) + (_photos_owed(device) if device.unsent else 0))
        found[device.id] = Standing(
            lost=lost,
            twice=twice,
            owed=owed,
            silent=owed > 0 and now - device.last_seen_at >= SILENT_AFTER,
            cleared=device.cleared_at is not None and now - device.cleared_at < CLEARED_SHOWN,
            builds_behind=behind.get(device.build, 0),
        )
    return found


Step = tuple[int | None, int, datetime]


def _steps(device_ids: list[UUID]) -> dict[UUID, list[Step]]:
    """Where the numbers of a device do not go on by one: (number before or None, number, since when it or a later one is here)."""
    before = sa.func.lag(Record.seq).over(partition_by=Record.device_id, order_by=Record.seq)
    since = sa.func.min(Record.received_at).over(partition_by=Record.device_id, order_by=Record.seq.desc())
    numbered = (
        sa.select(Record.device_id, Record.seq, since.label("since"), before.label("before"))
        .join(Device, Device.id == Record.device_id)
        .where(Record.device_id.in_(device_ids), Record.seq > Device.max_seq - NUMBERS_LOOKED_AT)
        .subquery()
    )
    # And the last one of each, after which more may be missing.
    after = sa.select(sa.func.max(Record.seq)).where(Record.device_id == numbered.c.device_id).scalar_subquery()
    broken = sa.or_(numbered.c.before.is_(None), numbered.c.seq - numbered.c.before != 1, numbered.c.seq == after)
    found: dict[UUID, list[Step]] = {}
    for row in db.session.execute(sa.select(numbered).where(broken).order_by(numbered.c.device_id, numbered.c.seq)):
        found.setdefault(row.device_id, []).append((row.before, row.seq, row.since))
    return found


def _gaps_and_repeats(device: Device, steps: list[Step]) -> tuple[list[tuple[Gap, datetime | None]], list[int]]:
    """Numbers that are missing, each gap with the moment since when that is known (None: at the end); and those used twice."""
    gaps: list[tuple[Gap, datetime | None]] = []
    twice: list[int] = []
    start = max(device.max_seq - NUMBERS_LOOKED_AT, 0)
    last = start
    for before, number, since in steps:
        last = number
        if before == number:
            twice.append(number)
        elif number - 1 > (known := start if before is None else before):
            gaps.append((Gap(known + 1, number - 1), since))
    if device.max_seq > last:
        gaps.append((Gap(last + 1, device.max_seq), None))
    return gaps, sorted(set(twice))


def _photos_owed(device: Device) -> int:
    """How many of the device's records still lack a photo."""
    # Photos stand above people in the order of slices: asked by the tables' names.
    waiting = sa.text(
        "SELECT count(DISTINCT record_photo.record_id) FROM record_photo JOIN record ON record.id = record_photo.record_id"
        " LEFT JOIN photo ON photo.sha256 = record_photo.sha256 WHERE record.device_id = :device AND photo.sha256 IS NULL"
    ).bindparams(sa.bindparam("device", device.id, sa.Uuid()))
    return db.session.scalar(waiting) or 0


def _builds_behind() -> dict[str, int]:
    """Releases that phones have told of, and how many are newer than each."""
    newest_first = db.session.scalars(sa.select(AppBuild.build).order_by(AppBuild.first_told_at.desc(), AppBuild.build))
    return {build: newer for newer, build in enumerate(newest_first)}


def note_build(build: str) -> None:
    """Know a release that a phone tells of for the first time."""
    db.session.execute(insert_new(AppBuild, [{"build": build, "first_told_at": clock.now()}], "build"))


def note_cleared(device: Device, seq: int, at: datetime) -> None:
    """A phone has noticed that its memory is gone: what it had given out numbers for until `seq` comes now or never."""
    device.cleared_at = at
    device.max_seq = device.cleared_seq = max(device.max_seq, seq)


def office_device() -> Device:
    """The one device of all records made in the office, locked: its numbers go on one by one."""
    # Others may be making it at this moment.
    db.session.execute(insert_new(Device, [_office_row()], "id"))
    return db.session.get_one(Device, OFFICE, with_for_update=True, populate_existing=True)


def _office_row() -> dict[str, object]:
    now = clock.now()
    return {
        "id": OFFICE,
        "number": 0,
        "platform": "office",
        "first_seen_at": now,
        "last_seen_at": now,
        "max_seq": 0,
        "unsent": 0,
        "build": "",
    }
