"""Types of work as a site has them, and the teams that do them: data that its supervisor changes, over the handbook's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, ids
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.work_orders.models import SiteType
from webapp.work_orders.queries import types_of
from webapp.work_orders.types import WorkType
from webapp.work_orders.words import DISPATCH_WORDS, KIND_WORDS, PAYER_WORDS, SERVICE_WORDS

site_types = Blueprint("site_types", __name__)

CATCH_ALL = "other"  # what fits nowhere else: it always stays


class TypeForm(BaseModel):
    """A type's fields, see `types.WorkType`. `order`: where it stands among the others."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str | None, Field(max_length=80)] = None
    kind: Literal["repair", "complaint", "enquiry", "booking", "suggestion"]
    service: Literal["repair", "cleaning", "greening", "security", "order", "service"]
    trade: Literal["guard", "technician", "cleaner", "gardener", "service", "management"]
    dispatch: Literal["assign", "offer", "rotate"]
    payer: Literal["resident", "property", "warranty"]
    public: bool = False
    order: Annotated[int, Field(ge=0, le=999)] = 0


@site_types.get("/types")
@gate.at_least("supervisor")
def first() -> AnyResponse:
    """To the types of one's first site."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("site_types.type_list", slug=reached[0].slug))


@site_types.get("/types/<slug>")
@gate.at_least("supervisor")
def type_list(slug: str) -> str:
    """All types of a site, retired ones last."""
    site = site_for(me(), slug, "supervisor")
    types = sorted(types_of(site.id).values(), key=lambda known: known.retired)
    choices = [{"href": f"/types/{s.slug}", "word": named(s), "active": s.id == site.id} for s in sites_for(me(), "supervisor")]
    return render_template(
        "work_orders/types.html",
        site_=site,
        sites=choices,
        types=types,
        kinds=KIND_WORDS,
        services=SERVICE_WORDS,
        trades=TRADE_WORDS,
        dispatches=DISPATCH_WORDS,
    )


@site_types.get("/types/<slug>/new")
@gate.at_least("supervisor")
def new_type(slug: str) -> str:
    """The form for a type of the site's own."""
    return show_form(site_for(me(), slug, "supervisor"), None)


@site_types.post("/types/<slug>/new")
@gate.at_least("supervisor")
def add_type(slug: str) -> AnyResponse | tuple[str, int]:
    """Add a type of the site's own."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(TypeForm, request.form)
    if form is None:
        return show_form(site, None, errors), 422
    keep(site, f"t{ids.random_bits(32):08x}", form)
    flash(_("Added."))
    return redirect(url_for("site_types.type_list", slug=slug))


@site_types.get("/types/<slug>/<type_code>")
@gate.at_least("supervisor")
def type_page(slug: str, type_code: str) -> str:
    """The form of one type."""
    site = site_for(me(), slug, "supervisor")
    return show_form(site, type_for(site, type_code))


@site_types.post("/types/<slug>/<type_code>")
@gate.at_least("supervisor")
def change_type(slug: str, type_code: str) -> AnyResponse | tuple[str, int]:
    """Change a type for this site, retire it or take it up again. Orders and requests that there are stay as they were."""
    site = site_for(me(), slug, "supervisor")
    known, verb = type_for(site, type_code), request.form.get("do", "change")
    if verb in ("retire", "restore"):
        if known.code == CATCH_ALL:
            return show_form(site, known, {"retire": _("This one stays: it takes what fits nowhere else.")}), 422
        row = row_of(site, known)
        row.retired_at = clock.now() if verb == "retire" else None
        flash(_("Retired. It is offered to nobody any more.") if verb == "retire" else _("It is offered again."))
        return redirect(url_for("site_types.type_list", slug=slug))
    form, errors = check(TypeForm, request.form)
    if form is None:
        return show_form(site, known, errors), 422
    keep(site, known.code, form)
    flash(_("Changed."))
    return redirect(url_for("site_types.type_list", slug=slug))


def type_for(site: Site, type_code: str) -> WorkType:
    """The site's type of that code. Raises Problem not-found."""
    known = types_of(site.id).get(type_code)
    if known is None:
        raise Problem("not-found")
    return known


def row_of(site: Site, known: WorkType) -> SiteType:
    """The site's own row of a type, made from the handbook's if there is none yet."""
    row = db.session.get(SiteType, (site.id, known.code))
    if row is None:
        facts = {
            name: getattr(known, name)
            for name in ("code", "name", "name_en", "kind", "service", "trade", "dispatch", "payer", "public", "rank")
        }
        row = SiteType(site_id=site.id, **facts)
        db.session.add(row)
    return row


def keep(site: Site, code: str, form: TypeForm) -> None:
    """Write a type down as the form says it."""
    row = db.session.get(SiteType, (site.id, code)) or SiteType(site_id=site.id, code=code)
    for name, value in form.model_dump(exclude={"order"}).items():
        setattr(row, name, value)
    row.rank = form.order
    db.session.add(row)
    db.session.flush()


def show_form(site: Site, known: WorkType | None, errors: dict[str, str] | None = None) -> str:
    """A type's form, with what was typed and what was wrong."""
    values: Any = request.form if errors and request.form.get("do", "change") == "change" else values_of(known)
    return render_template(
        "work_orders/type.html", site_=site, known=known, values=values, errors=errors or {}, catch_all=CATCH_ALL, kinds=list(KIND_WORDS.items()),
        services=list(SERVICE_WORDS.items()), trades=list(TRADE_WORDS.items()), dispatches=list(DISPATCH_WORDS.items()), payers=list(PAYER_WORDS.items()),
    )  # fmt: skip


def values_of(known: WorkType | None) -> MultiDict[str, str]:
    """A type as its form shows it; a new one begins as a repair that the desk assigns."""
    if known is None:
        return MultiDict(
            {
                "kind": "repair",
                "service": "repair",
                "trade": "technician",
                "dispatch": "assign",
                "payer": "property",
                "public": "1",
                "order": "50",
            }
        )
    facts = {name: str(getattr(known, name)) for name in ("name", "name_en", "kind", "service", "trade", "dispatch", "payer")}
    return MultiDict(facts | {"public": "1" if known.public else "", "order": str(known.rank)})
