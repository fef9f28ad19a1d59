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
GAPS_LOOKED_AT = 50
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
    steps = _steps(_irregular(listed))
    for device in listed:
        gaps, twice = _gaps_and_repeats(device, steps[device.id]) if device.id in steps else ([], [])
        lost = [gap for gap in gaps if (device.cleared_seq or 0) >= gap.last or _is_late(device, gap, now)]
        coming = count_in(gap for gap in gaps if gap not in lost)
        owed = min(device.unsent, coming + (_photos_owed(device) if device.unsent else 0))
        found[device.id] = Standing(
            lost=lost,
            twice=twice,
            owed=owed,
            silent=owed > 0 and now - device.last_seen_at >= SILENT_AFTER,
            cleared=device.cleared_at is not None and now - device.cleared_at < CLEARED_SHOWN,
            builds_behind=behind.get(device.build, 0),
        )
    return found


# Put together once: that takes longer than asking it.
COUNTED = (
    sa.select(Record.device_id, sa.func.count(), sa.func.count(sa.distinct(Record.seq)))
    .join(Device, Device.id == Record.device_id)
    .where(Record.device_id.in_(sa.bindparam("devices", expanding=True)), Record.seq > Device.max_seq - NUMBERS_LOOKED_AT, Record.seq > 0)
    .group_by(Record.device_id)
)


def _irregular(devices: list[Device]) -> list[UUID]:
    """Devices whose numbers do not just count up to the last. Most do, and finding where one does not takes ten times as long."""
    counts = {row[0]: (row[1], row[2]) for row in db.session.execute(COUNTED, {"devices": [device.id for device in devices]})}
    regular = {device.id: (whole := min(device.max_seq, NUMBERS_LOOKED_AT), whole) for device in devices}
    return [device.id for device in devices if counts.get(device.id, (0, 0)) != regular[device.id]]


Step = tuple[int | None, int]


def _steps(device_ids: list[UUID]) -> dict[UUID, list[Step]]:
    """Where the numbers of a device do not go on by one: (number before or None, number). The last number is always there."""
    if not device_ids:
        return {}
    # Numbers alone: the index holds them, and no record's bytes are read.
    before, after = (step(Record.seq).over(partition_by=Record.device_id, order_by=Record.seq) for step in (sa.func.lag, sa.func.lead))
    numbered = (
        sa.select(Record.device_id, Record.seq, before.label("before"), after.label("after"))
        .join(Device, Device.id == Record.device_id)
        .where(Record.device_id.in_(device_ids), Record.seq > Device.max_seq - NUMBERS_LOOKED_AT)
        .subquery()
    )
    broken = sa.or_(numbered.c.before.is_(None), numbered.c.seq - numbered.c.before != 1, numbered.c.after.is_(None))
    found: dict[UUID, list[Step]] = {device_id: [] for device_id in device_ids}
    for row in db.session.execute(sa.select(numbered).where(broken).order_by(numbered.c.device_id, numbered.c.seq)):
        found.setdefault(row.device_id, []).append((row.before, row.seq))
    return found


def _gaps_and_repeats(device: Device, steps: list[Step]) -> tuple[list[Gap], list[int]]:
    """Numbers that are missing, and those used twice."""
    gaps, twice = [], []
    start = max(device.max_seq - NUMBERS_LOOKED_AT, 0)
    last = start
    for before, number in steps:
        last = number
        if before == number:
            twice.append(number)
        elif number - 1 > (known := start if before is None else before):
            gaps.append(Gap(known + 1, number - 1))
    if device.max_seq > last:
        gaps.append(Gap(last + 1, device.max_seq))
    return gaps[-GAPS_LOOKED_AT:], sorted(set(twice))


def _is_late(device: Device, gap: Gap, now: datetime) -> bool:
    """Have later numbers been here for so long that these will hardly come by themselves?"""
    soon_after = (
        sa.select(Record.received_at).where(Record.device_id == device.id, Record.seq > gap.last).order_by(Record.seq).limit(20).subquery()
    )
    first = db.session.scalar(sa.select(sa.func.min(soon_after.c.received_at)))
    return first is not None and now - first >= LATE_AFTER


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
