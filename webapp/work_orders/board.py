"""The desk's board of work orders: by state, with ages and clocks; filters live in the address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, htmx, sheets
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.ids import read_id
from webapp.core.pages import page_of
from webapp.people.models import Person
from webapp.people.queries import names, staff_of
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.work_orders import listing, queries
from webapp.work_orders.dispatch import assign_marked
from webapp.work_orders.listing import Wanted
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.office import candidates, seen
from webapp.work_orders.spans import against, span
from webapp.work_orders.types import WorkType
from webapp.work_orders.words import STATE_WORDS, order_mark

board = Blueprint("board", __name__)

SHOWN = 12  # cards a column; the rest is one tap away
LONGEST_WORDS = 80
NOBODY = "none"
GROUP_WORDS: dict[str, LazyString] = {
    "new": lazy_gettext("To be assigned"),
    "given": lazy_gettext("Assigned"),
    "work": lazy_gettext("At work"),
    "waiting": lazy_gettext("Waiting"),
    "finished": lazy_gettext("To verify"),
    "disputed": lazy_gettext("Two versions"),
    "all": lazy_gettext("All, closed too"),
}


@dataclass(frozen=True)
class Card:
    """An order on the board. `mark` and `words`: its state, as a pill says it; `clock`: how its deadline stands, and whether that is late."""

    order: WorkOrder
    type: str
    where: str
    mark: str
    words: str
    clock: str
    is_late: bool
    age: str
    who: str
    seen: str


def cards_of(orders: list[WorkOrder], now: datetime) -> list[Card]:
    """Orders as the board shows them: a fixed number of queries."""
    types = queries.types_of_sites({order.site_id for order in orders})
    people = names(order.assignee_id for order in orders if order.assignee_id)
    return [_card(order, types[order.site_id], people, now) for order in orders]


def _card(order: WorkOrder, types: dict[str, WorkType], people: dict[UUID, Person], now: datetime) -> Card:
    mark, words = order_mark(order, now)
    arrival = order.on_site_due(now)
    due, is_held = (arrival, order.on_site_held_at) if arrival else (order.due(now), order.held_at)
    stands = (
        ""
        if order.finished_at or order.closed_at
        else _("stands still, %(left)s", left=against(due, now))
        if is_held
        else against(due, now)
    )
    where = [named(order.checkpoint or order.place) if order.checkpoint or order.place else "", order.spot]
    return Card(
        order=order,
        type=named(types.get(order.type_code) or types["other"]),
        where=" · ".join(part for part in where if part) or named(order.site),
        mark=mark,
        words=words if mark == "held" else str(STATE_WORDS[order.state]),
        clock=_("on site: %(clock)s", clock=stands) if stands and arrival else stands,
        is_late=bool(stands) and due < now,
        age=span(now - order.raised_at),
        who=named(people.get(order.assignee_id)) if order.assignee_id else "",
        seen=f"{order.id}~{seen(order)}",
    )


# ---------------------------------------------------------------- what the address asks for


def wanted_of(site: Site | None) -> Wanted:
    """The filters of the address; values that are none of ours are left out, so that an old address still opens."""
    asked = request.args
    group, trade, assignee = asked.get("group", ""), asked.get("trade", ""), asked.get("assignee", "")
    return Wanted(
        site_id=site.id if site else None,
        group=group if group in GROUP_WORDS else "",
        trade=trade if trade in TRADE_WORDS else "",
        type_code=asked.get("type", "")[:20],
        assignee_id=read_id(assignee),
        nobody=assignee == NOBODY,
        urgent="urgent" in asked,
        mine=me().id if "mine" in asked else None,
        words=asked.get("q", "").strip()[:LONGEST_WORDS],
    )


def address(**changes: str | None) -> str:
    """This board with other filters; None takes one away."""
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key != "page"}
    return url_for("board.board_page", **{key: value for key, value in (kept | changes).items() if value})


@board.get("/work-orders")
@gate.at_least("desk")
def board_page() -> str | Response:
    """Open orders by state; or one state's, or all, as a list."""
    if kind := sheets.asked():
        return sheets.hand_out(kind, "work-orders", ORDERS, cards_in_full(), zone_of_list())
    return htmx.show("work_orders/board.html", "work_orders/_board.html", **facts_of_board())


def cards_in_full() -> Iterator[Card]:
    """Every order that the address asks for, some hundred at a time: those on the board when it asks for no column."""
    person, now = me(), clock.now()
    site = site_for(person, request.args["site"], "desk") if request.args.get("site") else None
    wanted = wanted_of(site)
    open_ = listing.open_orders(person, wanted)
    rows = (
        listing.all_orders(person, wanted)
        if wanted.group == listing.ALL
        else listing.of_group(open_, wanted.group)
        if wanted.group
        else open_
    )
    orders = list(db.session.scalars(rows.limit(sheets.MOST_ROWS + 1)))
    for start in range(0, len(orders), 500):
        yield from cards_of(orders[start : start + 500], now)


def zone_of_list() -> str:
    """The time zone of what is listed: of the site asked for, else of one's first."""
    site = site_for(me(), request.args["site"], "desk") if request.args.get("site") else next(iter(sites_for(me(), "desk")), None)
    return site.zone if site else "UTC"


ORDERS = (
    sheets.Column[Card]("number", lazy_gettext("Number"), lambda card: card.order.number, 11),
    sheets.Column[Card]("site", lazy_gettext("Community"), lambda card: named(card.order.site)),
    sheets.Column[Card]("type", lazy_gettext("Type"), lambda card: card.type),
    sheets.Column[Card]("where", lazy_gettext("Where"), lambda card: card.where, 28),
    sheets.Column[Card]("text", lazy_gettext("What"), lambda card: card.order.text, 44),
    sheets.Column[Card]("urgent", lazy_gettext("Urgent"), lambda card: card.order.urgent, 9),
    sheets.Column[Card]("state", lazy_gettext("State"), lambda card: STATE_WORDS[card.order.state]),
    sheets.Column[Card]("person", lazy_gettext("Person"), lambda card: card.who),
    sheets.Column[Card]("raised_at", lazy_gettext("Raised"), lambda card: card.order.raised_at, 17),
    sheets.Column[Card]("due_at", lazy_gettext("Due"), lambda card: card.order.due_by, 17),
    sheets.Column[Card]("finished_at", lazy_gettext("Finished"), lambda card: card.order.finished_at, 17),
    sheets.Column[Card]("closed_at", lazy_gettext("Closed"), lambda card: card.order.closed_at, 17),
)


def facts_of_board() -> dict[str, Any]:
    """What the board shows for this address."""
    person, now = me(), clock.now()
    site = site_for(person, request.args["site"], "desk") if request.args.get("site") else None
    wanted = wanted_of(site)
    open_ = listing.open_orders(person, wanted)
    counted = listing.counts(open_)
    shown: dict[str, Any] = {"columns": [], "found": None, "cards": []}
    if wanted.group:
        group = wanted.group
        rows = listing.all_orders(person, wanted) if group == listing.ALL else listing.of_group(open_, group)
        shown["found"] = page_of(rows)
        shown["cards"] = cards_of(shown["found"].rows, now)
    else:
        found = listing.columns(open_, SHOWN)
        shown["columns"], shown["cards"] = columns_of(found, counted, now), cards_of(found[listing.DISPUTED], now)
    sites = sites_for(person, "desk")
    return shown | {"counts": counted, "wanted": wanted, "groups": GROUP_WORDS, "address": address, "site_choices": site_choices, "here": address(), "site_": site, "sites": sites,
                    "filters": filters_of([site] if site else sites, now)}  # fmt: skip


def columns_of(found: dict[str, list[WorkOrder]], counted: dict[str, int], now: datetime) -> list[dict[str, Any]]:
    """The columns with their cards. Orders with two versions stand above them, in a strip of their own."""
    cards = {card.order.id: card for card in cards_of([order for orders in found.values() for order in orders], now)}
    return [
        {"key": key, "word": GROUP_WORDS[key], "count": counted.get(key, 0), "cards": [cards[order.id] for order in orders]}
        for key, orders in found.items()
        if key != listing.DISPUTED
    ]


def site_choices(sites: list[Site]) -> list[tuple[str, str]]:
    """Communities to choose from."""
    return [(site.slug, named(site)) for site in sites]


def filters_of(sites: list[Site], now: datetime) -> dict[str, Any]:
    """What may be chosen: teams, types, people (those who work there), and to whom marked orders may be given."""
    types = {code: known for own in queries.types_of_sites(site.id for site in sites).values() for code, known in own.items()}
    people = candidates([site.id for site in sites], None, now)
    return {
        "trades": list(TRADE_WORDS.items()),
        "types": [(code, named(known)) for code, known in types.items()],
        "people": [(str(c.person.id), named(c.person)) for c in people],
        "to": [(str(c.person.id), f"{named(c.person)} · {TRADE_WORDS[c.person.trade]} · {c.load}" + (" · " + _("on duty") if c.is_on else "")) for c in people],
    }  # fmt: skip


@board.get("/work-orders/assign")
@gate.at_least("desk")
def assigned() -> AnyResponse:
    """Back to the board, for whoever loads the page of results anew."""
    return redirect(address())


@board.post("/work-orders/assign")
@gate.at_least("desk")
def assign() -> str | tuple[str, int]:
    """Assign all marked orders; says of each whether it worked, or what had changed meanwhile."""
    to_id = read_id(request.form.get("to", ""))
    colleagues = {person.id: person for site in sites_for(me(), "desk") for person in staff_of(site.id)}
    to, marked = colleagues.get(to_id) if to_id else None, request.form.getlist("order")
    wrong = _("Please mark at least one order.") if not marked else _("Please choose whom to give them to.") if to is None else ""
    results = [] if wrong or to is None else [(card_words(order), why) for order, why in assign_marked(marked[: SHOWN * 10], to)]
    page = render_template("work_orders/board.html", results=results, wrong=wrong, given_to=named(to) if to else "", **facts_of_board())
    return (page, 422) if wrong else page


def card_words(order: WorkOrder) -> dict[str, str]:
    """An order in the list of what became of the marked ones."""
    return {"number": order.number, "text": order.text[:60], "href": f"/work-orders/{order.id}"}
