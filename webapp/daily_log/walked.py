"""Rounds, scans and held records in a site's day: what went wrong with them, as lines. Derived from what `day_of` has read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from flask_babel import gettext as _

from webapp.core.i18n import clock_time, named
from webapp.daily_log.lines import Line, Proof
from webapp.patrols.showing import RoundView, ScanLine
from webapp.patrols.words import STEP_WORDS
from webapp.people.models import Person
from webapp.records.held import REASONS
from webapp.records.models import Note, Record
from webapp.records.words import kind_word

NAMED = 6  # points named in a line; of more their number is said


def missed_lines(views: Iterable[RoundView]) -> list[Line]:
    """Rounds with points that nobody was at: one line a round, with the reason if it was ended early."""
    found = []
    for view in views:
        points = [p for p in view.points if p.state.state == "missed"]
        if not points:
            continue
        names = _(", ").join(p.name for p in points[:NAMED]) + ("…" if len(points) > NAMED else "")
        reason = f": “{view.end_reason}”" if view.end_reason else ""
        word = _("Ended early") + reason if view.state.state == "ended" else ""
        missed = _("%(count)s missed", count=len(points)) if len(points) > 1 else _("Missed")
        found.append(
            Line(
                "missed",
                missed,
                names,
                " · ".join(p for p in (round_words(view), word) if p),
                f"/rounds/{view.round.id}",
                view.round.starts_at,
                "missed",
                view.round.id,
                tuple(sorted(str(p.state.point.checkpoint_id) for p in points)),
                (view.holder.id,) if view.holder else (),
                said_of(view),
                (Proof("page", _("Open the round"), f"/rounds/{view.round.id}"),),
                points[0].state.point.checkpoint_id if len(points) == 1 else None,
            )
        )
    return found


def late_lines(views: Iterable[RoundView], stored: Collection[str]) -> list[Line]:
    """Rounds with points that were seen too late: one line a round."""
    found = []
    for view in views:
        points = [p for p in view.points if p.state.state == "late"]
        if not points:
            continue
        lines = [p.line for p in points if p.line]
        worst = max(p.state.late_by for p in points)
        late = _("%(minutes)s min late", minutes=worst)
        word = late if len(points) == 1 else _("%(count)s late, up to %(minutes)s min", count=len(points), minutes=worst)
        title = _(", ").join(p.name for p in points[:NAMED]) + ("…" if len(points) > NAMED else "")
        found.append(
            Line(
                "late",
                word,
                title,
                round_words(view, last_scan(view, lines)),
                f"/rounds/{view.round.id}",
                view.round.starts_at,
                "late",
                view.round.id,
                tuple(sorted(f"{p.state.point.checkpoint_id}+{p.state.late_by}" for p in points)),
                tuple(dict.fromkeys(line.scan.person_id for line in lines)),
                said_of(view, lines),
                (
                    *(proof for line in lines for proof in proofs_of(line, stored)),
                    Proof("page", _("Open the round"), f"/rounds/{view.round.id}"),
                ),
                points[0].state.point.checkpoint_id if len(points) == 1 else None,
            )
        )
    return found


def round_words(view: RoundView, more: str = "") -> str:
    """22:00 Night round · Li · …"""
    parts = (f"{clock_time(view.round.starts_at, view.site.zone)} {view.name}", named(view.holder), more)
    return " · ".join(part for part in parts if part)


def last_scan(view: RoundView, lines: list[ScanLine]) -> str:
    """When the last of these points was seen."""
    return clock_time(max(line.scan.at for line in lines), view.site.zone) if lines else ""


def said_of(view: RoundView, lines: Iterable[ScanLine] = ()) -> tuple[str, ...]:
    """What its people said while they walked: reasons of the round's steps, and of corrections to these scans."""
    steps = [f"{STEP_WORDS[step.verb]}: “{step.reason}”" for step in view.state.steps if step.reason and step.verb != "end"]
    return (*steps, *(words for line in lines for words in said_about(line)))


def said_about(line: ScanLine) -> list[str]:
    """What was said about a scan by whoever made it."""
    return [f"“{text}”" for text in (*(note.text for note in line.notes), *(c.reason for c in line.corrections)) if text]


def proofs_of(line: ScanLine, stored: Collection[str]) -> list[Proof]:
    """Pictures of a scan: what the camera saw when it read the label, then photos."""
    found = []
    if line.scan.frame_sha256 in stored and line.scan.frame_sha256:
        found.append(Proof("frame", _("What the camera saw"), f"/records/{line.scan.id}/photos/{line.scan.frame_sha256}"))
    for number, sha256 in enumerate((sha for sha in line.photos if sha in stored), 1):
        found.append(Proof("photo", _("Photo %(number)s", number=number), photo_address(line, sha256)))
    return found


def photo_address(line: ScanLine, sha256: str) -> str:
    """Where a photo of a scan, or of a note about it, is handed out."""
    owner = next((n.id for n in line.notes if sha256 in line.photos_by_record.get(n.id, ())), line.scan.id)
    return f"/records/{owner}/photos/{sha256}"


def doubtful_lines(lines: Iterable[ScanLine], zone: str, stored: Collection[str]) -> list[Line]:
    """Scans with a grade that asks for a look."""
    return [doubtful_line(line, zone, stored) for line in lines if line.scan.doubtful and not line.withdrawn]


def doubtful_line(line: ScanLine, zone: str, stored: Collection[str]) -> Line:
    """A doubtful scan, with its reasons and what the camera saw."""
    scan = line.scan
    sub = " · ".join((clock_time(scan.at, zone, seconds=True), named(line.person), *line.trust))
    page = Proof("page", _("Open the round"), f"/rounds/{scan.round_id}") if scan.round_id else None
    return Line(
        "doubtful", _("Doubtful"), named(line.checkpoint), sub, f"/rounds/{scan.round_id}" if scan.round_id else "", scan.at, "doubtful", str(scan.id),
        tuple(sorted(f"{grade['about']}:{grade['reason']}" for grade in scan.trust if grade["grade"] == "doubt")),
        (scan.person_id,), tuple(said_about(line)), (*proofs_of(line, stored), *((page,) if page else ())), scan.checkpoint_id,
        line.checkpoint.place_id if line.checkpoint else None,
    )  # fmt: skip


def problem_lines(issues: Iterable[tuple[ScanLine, Note]], zone: str, stored: Collection[str], asked_for: dict[UUID, UUID]) -> list[Line]:
    """What was found wrong on rounds; each has become a request by itself."""
    found = []
    for line, note in issues:
        request = asked_for.get(note.id)
        link = (Proof("page", _("Open the request"), f"/requests/{request}"),) if request else ()
        sub = " · ".join(part for part in (clock_time(note.at, zone), named(line.person), f"“{note.text}”" if note.text else "") if part)
        photos = [proof for proof in proofs_of(line, stored) if proof.kind == "photo"]
        found.append(
            Line(
                "needs",
                _("Problem"),
                named(line.checkpoint),
                sub,
                f"/requests/{request}" if request else "",
                note.at,
                "problem",
                str(note.id),
                (),
                (note.person_id,),
                (),
                (*photos, *link),
                line.scan.checkpoint_id,
                line.checkpoint.place_id if line.checkpoint else None,
            )
        )
    return found


def held_lines(records: Iterable[Record], people: dict[UUID, Person], zone: str) -> list[Line]:
    """Records that are kept but not counted."""
    found = []
    for record in records:
        moment = record.at or record.received_at
        sub = f"{clock_time(moment, zone)} · {REASONS.get(record.reason or '', record.reason or '')}"
        title = f"{named(people.get(record.person_id))} · {kind_word(record.kind)}"
        found.append(
            Line(
                "held",
                _("Held"),
                title,
                sub,
                f"/held/{record.id}",
                moment,
                "held",
                str(record.id),
                (record.reason,),
                (record.person_id,),
                proofs=(Proof("page", _("Look at the record"), f"/held/{record.id}"),),
            )
        )
    return found
