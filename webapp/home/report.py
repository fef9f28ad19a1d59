"""What the form needs with which staff report a problem at a site."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.core.i18n import named
from webapp.sites.models import Site
from webapp.sites.queries import place_tree
from webapp.work_orders.queries import types_of

INDENT = "\u2003"  # the places are a tree, a select is not


@dataclass(frozen=True)
class ReportSite:
    """A site with the types of problems and the places to choose from."""

    site: Site
    choices: list[tuple[str, str]]
    places: list[tuple[str, str]]

    @classmethod
    def of(cls, site: Site) -> ReportSite:
        types = [
            known
            for known in types_of(site.id).values()
            if not known.retired and (known.public or known.kind == "repair" or known.service == "order")
        ]
        return cls(
            site,
            [(known.code, named(known)) for known in types],
            [(str(place.id), INDENT * depth + named(place)) for place, depth in place_tree(site.id)],
        )
