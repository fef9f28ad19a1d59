"""The desk's editor of checklists: their list, one as a form whose buttons need no script, and versions."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core import sheets as files
from webapp.core.db import db, let_others_write
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.equipment.classes import CLASSES
from webapp.equipment.queries import meters_by_number
from webapp.inspections import actions, drafting, queries
from webapp.inspections.content import Content
from webapp.inspections.drafting import Item
from webapp.inspections.models import Checklist, ChecklistVersion
from webapp.inspections.words import KIND_WORDS, PHOTO_WORDS, PURPOSE_WORDS, ROLE_WORDS, SEVERITY_WORDS
from webapp.people.queries import names
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.photos.actions import drawn
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.work_orders.queries import types_of
from webapp.work_orders.words import SERVICE_WORDS

editing = Blueprint("inspections", __name__)

WRONG: dict[str, LazyString] = {
    "section": lazy_gettext("Questions stand below the name of a part: add a part above."),
    "number": lazy_gettext("Please give a number."),
    "before": lazy_gettext("This must be a question that stands before this one."),
    "empty": lazy_gettext("This part has no question."),
    "too_short": lazy_gettext("Please fill this in."),
    "too_long": lazy_gettext("This is too long."),
    "range": lazy_gettext("The upper limit is below the lower one."),
    "choices": lazy_gettext("At least two choices, please, one a line."),
    "choices_en": lazy_gettext("As many English choices as choices, or none."),
    "good": lazy_gettext("What passes must be among the choices."),
    "role": lazy_gettext("This does not fit the kind of answer: before and after are photos, area and hours are numbers."),
    "pattern": lazy_gettext("Only small letters, digits, - and _ here."),
    "than_equal": lazy_gettext("This number is out of its range."),
    "no-picture": lazy_gettext("This picture is not on this server. Upload it here."),
    "no-meter": lazy_gettext("No meter in use at this site has this number. Its number stands on the list of meters."),
    "not-a-picture": lazy_gettext("No picture, or a broken one. JPEG, PNG, WebP or HEIC, please."),
    "too-large": lazy_gettext("The picture is larger than 20 MB."),
    "odd": lazy_gettext("This is not possible here."),
}
TARGET_WORDS: dict[str, LazyString] = {
    "place": lazy_gettext("A place"),
    "equipment": lazy_gettext("Equipment"),
    "area": lazy_gettext("An area"),
}


class ChecklistForm(BaseModel):
    """What a checklist is called, and whose it is."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str | None, Field(max_length=80)] = None
    service: Literal["repair", "cleaning", "greening", "security", "order", "service"]
    target: Literal["place", "equipment", "area"] = "place"
    purpose: Literal["check", "work", "spot"] = "check"
    class_code: Annotated[str | None, Field(max_length=20)] = None
    trade: Literal["guard", "technician", "cleaner", "gardener", "service", "management"] | None = None
    source: Annotated[str, Field(max_length=200)] = ""


@editing.get("/checklists")
@gate.at_least("supervisor")
def site_choice() -> AnyResponse:
    """To the first site's checklists."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("inspections.checklists", slug=reached[0].slug))


@editing.get("/checklists/<slug>")
@gate.at_least("supervisor")
def checklists(slug: str) -> str | AnyResponse:
    """A site's checklists."""
    site = site_for(me(), slug, "supervisor")
    if kind := files.asked():
        return files.hand_out(kind, f"checklists-{site.slug}", CHECKLISTS, in_use(site), site.zone)
    return show_list(site, {})


InUse = tuple[Checklist, ChecklistVersion | None, int]


def in_use(site: Site) -> list[InUse]:
    """The site's checklists, with the version in force and how many questions it has."""
    now = clock.now()
    rows = [(one, queries.version_at(one, now)) for one in queries.checklists_of(site.id)]
    return [(one, version, len(queries.content_of(version).questions) if version else 0) for one, version in rows]


CHECKLISTS: tuple[files.Column[InUse], ...] = (
    files.Column("name", lazy_gettext("Name"), lambda row: named(row[0]), 28),
    files.Column("service", lazy_gettext("Service"), lambda row: SERVICE_WORDS[row[0].service]),
    files.Column("target", lazy_gettext("For"), lambda row: TARGET_WORDS[row[0].target]),
    files.Column("trade", lazy_gettext("Trade"), lambda row: TRADE_WORDS[row[0].trade] if row[0].trade else ""),
    files.Column("purpose", lazy_gettext("Purpose"), lambda row: PURPOSE_WORDS[row[0].purpose]),
    files.Column("version", lazy_gettext("Version"), lambda row: row[1].number if row[1] else None, 9),
    files.Column("from_at", lazy_gettext("Since"), lambda row: row[1].from_at if row[1] else None, 17),
    files.Column("questions", lazy_gettext("Questions"), lambda row: row[2], 9),
)


@editing.post("/checklists/<slug>")
@gate.at_least("supervisor")
def add_checklist(slug: str) -> AnyResponse | tuple[str, int]:
    """Begin a checklist; its first version is saved in the editor."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(ChecklistForm, request.form)
    if form is None or (form.class_code and form.class_code not in CLASSES):
        return show_list(site, errors or {"class_code": _("This is not possible here.")}), 422
    made = Checklist(site_id=site.id, **form.model_dump())
    db.session.add(made)
    db.session.flush()
    return redirect(url_for("inspections.editor", checklist_id=made.id))


def show_list(site: Site, errors: dict[str, str]) -> str:
    """The list, with the form for a new one."""
    return render_template(
        "inspections/checklists.html", site_=site, sites=sites_for(me(), "supervisor"), errors=errors, values=request.form if errors else {},
        checklists=in_use(site), services=SERVICE_WORDS,
        trades=TRADE_WORDS, **choices_of(),
    )  # fmt: skip


def choices_of() -> dict[str, list[tuple[str, str]]]:
    """What a checklist's own fields may be."""
    return {
        "service_options": [(code, str(word)) for code, word in SERVICE_WORDS.items()],
        "trade_options": [(code, str(word)) for code, word in TRADE_WORDS.items()],
        "purpose_options": [(code, str(word)) for code, word in PURPOSE_WORDS.items()],
        "target_options": [(code, str(word)) for code, word in TARGET_WORDS.items()],
        "class_options": [(code, named(known)) for code, known in CLASSES.items()],
    }


@editing.get("/checklists/items/<uuid:checklist_id>")
@gate.at_least("supervisor")
def editor(checklist_id: UUID) -> str:
    """The editor with the newest version, or with `?version=` an older one to go back to."""
    checklist = queries.checklist_for(me(), checklist_id, "supervisor")
    wanted = request.args.get("version", type=int)
    version = next((one for one in checklist.versions if one.number == wanted), checklist.versions[-1] if checklist.versions else None)
    if version is None:
        return show_editor(checklist, [{"what": "section", "name": ""}, {"what": "question", **drafting.NEW}], "90", {})
    content = queries.content_of(version)
    return show_editor(checklist, drafting.items_of(content), str(content.pass_score), {}, preview=content)


@editing.post("/checklists/items/<uuid:checklist_id>")
@gate.at_least("supervisor")
@gate.takes(most_parts=10_000)  # a checklist of 300 questions with a picture beside them
def edit(checklist_id: UUID) -> AnyResponse | str | tuple[str, int]:
    """One button: it moves, adds or removes an item, shows the phone's page, or saves a version. Only saving keeps anything."""
    checklist = queries.checklist_for(me(), checklist_id, "supervisor")
    items, score = drafting.read_items(request.form), request.form.get("pass_score", "").strip()
    do = drafting.placed(request.form, request.form.get("do", "save"))
    if do.startswith("picture:"):
        return take_picture(checklist, items, score, do)
    if do not in ("save", "preview"):
        return show_editor(checklist, drafting.apply(items, do), score, {}, changed=do)
    content, wrong = drafting.content_from(items, score)
    wrong = wrong or unknown_pictures(checklist, items) or unknown_meters(checklist, items)
    if wrong or content is None:
        return show_editor(checklist, items, score, wrong), 422
    if do == "preview":
        return show_editor(checklist, items, score, {}, preview=content)
    latest = checklist.versions[-1].number if checklist.versions else 0
    if request.form.get("base", type=int) != latest:
        return show_editor(checklist, items, score, {}, preview=content, notice=_("Somebody saved version %(number)s meanwhile. Look at it first; saving again puts yours after it.", number=latest)), 409  # fmt: skip
    begins = begins_at(request.form.get("from_day", ""), checklist.site.zone)
    if begins is None:
        return show_editor(checklist, items, score, {}, preview=content, notice=_("A version begins today or later.")), 422
    made = actions.set_content(checklist, content, me().id, begins)
    flash(_("Nothing was changed.") if made.number == latest else _("Version %(number)s is saved.", number=made.number))
    return redirect(url_for("inspections.editor", checklist_id=checklist.id))


def take_picture(checklist: Checklist, items: list[Item], score: str, do: str) -> str | tuple[str, int]:
    """The picture that was chosen for a question; what is none is said at its field, and the rest of the form stays."""
    given = request.files.get(f"{request.form['do'].partition(':')[2]}.new_picture")
    n = drafting.touched(do, len(items))
    if n < 0:
        return show_editor(checklist, items, score, {})
    try:
        content = given.read() if given else b""
        let_others_write()
        picture = drawn(content)
        items[n]["picture"] = actions.keep_picture(checklist.site_id, picture, me().id)
    except Problem as problem:
        return show_editor(checklist, items, score, {n: {"picture": problem.code}}, changed=do), 422
    return show_editor(checklist, items, score, {}, changed=do)


def unknown_pictures(checklist: Checklist, items: list[Item]) -> dict[int, dict[str, str]]:
    """Questions that name a picture which was not put there by the editor of this site."""
    named_ = {n: item["picture"] for n, item in enumerate(items) if item.get("picture")}
    here = queries.pictures_here(checklist.site_id, named_.values())
    return {n: {"picture": "no-picture"} for n, sha256 in named_.items() if sha256 not in here}


def unknown_meters(checklist: Checklist, items: list[Item]) -> dict[int, dict[str, str]]:
    """Questions that read a meter which the site does not have, or not any more."""
    named_ = {n: item["meter"] for n, item in enumerate(items) if item.get("kind") == "reading" and item.get("meter")}
    here = meters_by_number(checklist.site_id, named_.values())
    return {n: {"meter": "no-meter"} for n, number in named_.items() if number not in here}


def begins_at(text: str, zone: str) -> datetime | None:
    """When a version comes into force: now, or at the beginning of a later day. None for a day that is over, or is none."""
    now = clock.now()
    if not text.strip():
        return now
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    today = clock.local_day(now, zone)
    if day == today:
        return now
    return datetime.combine(day, time(), ZoneInfo(zone)) if today < day and day.year < 2100 else None


def show_editor(
    checklist: Checklist, items: list[Item], score: str, wrong: dict[int, dict[str, str]], *, preview: Content | None = None, notice: str = "",
    file_errors: list[str] | None = None, changed: str = "",
) -> str:  # fmt: skip
    """The editor as it stands: nothing of it is kept before it is saved."""
    types = [(code, named(known)) for code, known in types_of(checklist.site_id).items() if not known.retired]
    if preview is None and not wrong:
        preview = drafting.content_from([dict(item) for item in items], score)[0]
    return render_template(
        "inspections/editor.html", checklist=checklist, items=items, score=score, wrong=wrong, sentences=WRONG, preview=preview, notice=notice, types=types,
        file_errors=file_errors or [], changed=drafting.touched(changed, len(items)), kinds=list(KIND_WORDS.items()), photos=list(PHOTO_WORDS.items()), severities=list(SEVERITY_WORDS.items()), roles=list(ROLE_WORDS.items()),
        versions=versions_of(checklist), base=checklist.versions[-1].number if checklist.versions else 0, today=clock.local_day(clock.now(), checklist.site.zone),
        asked=[(item["id"], f"{item['id']} {item.get('text', '')[:40]}") for item in items if item["what"] == "question" and item.get("id")], **choices_of(),
    )  # fmt: skip


def versions_of(checklist: Checklist) -> list[tuple[ChecklistVersion, str, bool]]:
    """The versions, the newest first, each with who made it and whether it is in force."""
    people = names(version.person_id for version in checklist.versions)
    in_force = queries.version_at(checklist, clock.now())
    return [(one, named(people.get(one.person_id)), one is in_force) for one in reversed(checklist.versions)]


@editing.post("/checklists/items/<uuid:checklist_id>/settings")
@gate.at_least("supervisor")
def change_settings(checklist_id: UUID) -> AnyResponse | tuple[str, int]:
    """Another name or team; retire, take up again, copy."""
    checklist = queries.checklist_for(me(), checklist_id, "supervisor")
    do = request.form.get("do", "change")
    if do in ("retire", "restore"):
        checklist.retired_at = clock.now() if do == "retire" else None
        flash(_("Retired. It is offered to nobody any more.") if do == "retire" else _("It is offered again."))
        return redirect(url_for("inspections.checklists", slug=checklist.site.slug))
    if do == "copy":
        return redirect(url_for("inspections.editor", checklist_id=copy_of(checklist).id))
    form, errors = check(ChecklistForm, request.form)
    if form is None or (form.class_code and form.class_code not in CLASSES):
        flash(next(iter(errors.values()), _("This is not possible here.")), "error")
        return redirect(url_for("inspections.editor", checklist_id=checklist.id))
    for name, value in form.model_dump().items():
        setattr(checklist, name, value)
    flash(_("Changed."))
    return redirect(url_for("inspections.editor", checklist_id=checklist.id))


def copy_of(checklist: Checklist) -> Checklist:
    """The same list under another name, with its newest version as its first."""
    fields = ("site_id", "service", "target", "purpose", "class_code", "trade", "source")
    facts = {name: getattr(checklist, name) for name in fields}
    english = f"{checklist.name_en[:70]} (copy)" if checklist.name_en else None
    made = Checklist(name=f"{checklist.name[:74]}（副本）", name_en=english, **facts)
    db.session.add(made)
    db.session.flush()
    if checklist.versions:
        actions.set_content(made, queries.content_of(checklist.versions[-1]), me().id, clock.now())
    return made
