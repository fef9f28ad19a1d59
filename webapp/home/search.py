"""Search over everything a person may see: people, places, points and their codes, equipment and its documents, work orders, requests; words in
notes, findings, inspections, remarks, decisions and handovers.

What is short (people, places, equipment) is asked for as it is; what grows with the years goes through the words filed in `core.search`.
"""

from __future__ import annotations

from urllib.parse import quote_plus

from flask_babel import lazy_gettext

from webapp.home import filed, short
from webapp.home.hits import Asked, Group
from webapp.people.models import Person
from webapp.sites.queries import sites_for

LONGEST = 80


def found(person: Person, words: str) -> list[Group]:
    """Everything the person may see that says these words, by kind; kinds without a hit are left out."""
    asked = Asked(person, words, {site.id: site for site in sites_for(person)})
    if not words or not asked.sites:
        return []
    known = filed.ids_of(asked)
    groups = (
        Group(lazy_gettext("Codes"), "label", list(short.codes(asked))),
        Group(
            lazy_gettext("Work orders"),
            "work",
            filed.orders(asked, known),
            f"/work-orders?group=all&q={quote_plus(words)}" if asked.at_least("desk") else "",
        ),
        Group(lazy_gettext("Requests"), "inbox", filed.requests(known), f"/requests?state=all&q={quote_plus(words)}"),
        Group(lazy_gettext("Checkpoints"), "pin", list(short.checkpoints(asked))),
        Group(lazy_gettext("Places"), "home", list(short.places(asked))),
        Group(lazy_gettext("Equipment"), "briefcase", list(short.equipment(asked))),
        Group(lazy_gettext("People"), "people", list(short.people(asked))),
        Group(lazy_gettext("Documents"), "note", list(short.documents(asked))),
        Group(lazy_gettext("Notes and findings"), "list", [*filed.notes(asked, known), *filed.findings(asked, known)]),
        Group(lazy_gettext("Remarks, decisions, handovers"), "log", [*filed.said(asked, known), *filed.own_handovers(asked)]),
    )
    return [group for group in groups if group.hits]
