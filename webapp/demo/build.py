"""The demo's tables made real: sites, places, checkpoints with labels, people, routes and schedules, by the slices' own actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from webapp.core.db import db
from webapp.demo.shapes import Community, Path, Spot
from webapp.demo.staff import PASSWORD, STAFF
from webapp.patrols import planning
from webapp.patrols.models import Route
from webapp.people.actions import create_person
from webapp.people.models import Person
from webapp.sites.actions import create_checkpoint, create_place, create_site, issue_label
from webapp.sites.models import Checkpoint, Label, Site
from webapp.sites.queries import current_labels
from webapp.work_orders import charging

ZONE = "Asia/Shanghai"


@dataclass
class Town:
    """A community in the database, with the ways back from its rows to the demo's tables."""

    site: Site
    community: Community
    spots: dict[UUID, Spot] = field(default_factory=dict)  # by checkpoint
    codes: dict[str, str] = field(default_factory=dict)  # label in force, by checkpoint number
    old_codes: dict[str, str] = field(default_factory=dict)  # label it replaced
    places: dict[str, UUID] = field(default_factory=dict)  # by key
    paths: dict[UUID, Path] = field(default_factory=dict)  # by route

    def checkpoint_id(self, number: str) -> UUID:
        """The checkpoint of that number."""
        return next(own_id for own_id, spot in self.spots.items() if spot.number == number)

    def reissue(self, number: str, at: datetime) -> None:
        """Print the checkpoint's label anew; the old one may go on hanging somewhere."""
        checkpoint = db.session.get_one(Checkpoint, self.checkpoint_id(number))
        self.old_codes[number], self.codes[number] = self.codes[number], issue_label(checkpoint, at).code


def build_town(community: Community, at: datetime) -> Town:
    """The community with its places, checkpoints and labels."""
    site = create_site(community.slug, community.name, community.name_en, ZONE)
    town = Town(site, community)
    places = town.places
    for rank, node in enumerate(community.nodes):
        parent = places[node.parent] if node.parent else None
        places[node.key] = create_place(site, node.kind, node.name, node.name_en, parent, rank).id
    for spot in community.spots:
        lat, lon = community.degrees(spot.at) if spot.at else (None, None)
        checkpoint = create_checkpoint(
            site, places[spot.place], spot.number, spot.name, at,
            name_en=spot.name_en, instructions=spot.do, instructions_en=spot.do_en, lat=lat, lon=lon, fence_m=spot.fence_m,
        )  # fmt: skip
        town.spots[checkpoint.id] = spot
    labels: list[Label] = current_labels(site.id)
    town.codes = {town.spots[label.checkpoint_id].number: label.code for label in labels}
    return town


PRICES = (  # part, unit, name, English name, price in fen
    ("labour", "hour", "人工", "Labour", 6000),
    ("material", "piece", "水龙头", "Tap", 8500),
    ("material", "piece", "LED灯管", "LED tube", 2200),
    ("material", "metre", "PVC管", "PVC pipe", 1200),
    ("material", "piece", "合页", "Hinge", 900),
    ("material", "piece", "角阀", "Angle valve", 3200),
    ("material", "set", "马桶水箱配件", "Cistern fittings", 6800),
    ("material", "piece", "生料带", "Thread seal tape", 150),
)


def build_prices(town: Town, by: UUID, at: datetime) -> None:
    """What the community charges: its price list and its fees for coming."""
    for rank, (part, unit, name, name_en, minor) in enumerate(PRICES):
        charging.add_item(town.site.id, charging.ItemFacts(part, unit, name, name_en, rank), minor, by, at)
    terms = charging.Terms("CNY", day=0, night=5000, holiday=8000, holidays=("2027-01-01", "2027-02-06", "2027-02-07"))
    charging.set_terms(town.site.id, terms, by, at)


def build_staff(towns: dict[str, Town], today: date) -> dict[str, Person]:
    """Every account, by user name; who is in the induction began so many days before `today`."""
    staff: dict[str, Person] = {}
    for member in STAFF:
        roles = {towns[slug].site.id: role for slug, role in member.roles.items()}
        staff[member.username] = create_person(
            member.username, member.name, member.trade, PASSWORD,
            name_en=member.name_en, employee_number=member.number, language=member.language, is_admin=member.is_admin, roles=roles,
            began_on=None if member.began_days_ago is None else today - timedelta(days=member.began_days_ago),
            mentor_id=staff[member.mentor].id if member.mentor else None,
        )  # fmt: skip
    return staff


def build_plans(town: Town, by: UUID, at: datetime, begins_on: date) -> None:
    """The community's routes with their points and schedules, in force from `at` on."""
    for path in town.community.paths:
        route = planning.create_route(town.site, path.name, path.name_en, path.service)
        planning.set_points(route, [_point(town, path, i) for i in range(len(path.spots))], by, at)
        _schedule(town, route, path, by=by, at=at, begins_on=begins_on)
        town.paths[route.id] = path


def _point(town: Town, path: Path, index: int) -> dict[str, object]:
    number = path.spots[index]
    return {
        "checkpoint_id": town.checkpoint_id(number),
        "order_fixed": path.fixed,
        "expected_minutes": path.pace * (index + 1) if path.pace else None,
        "not_before_minutes": path.not_before.get(number),
        "min_interval_minutes": path.min_interval,
        "questions": list(path.questions),
    }


def _schedule(town: Town, route: Route, path: Path, *, by: UUID, at: datetime, begins_on: date) -> None:
    times = path.times
    rule = planning.rule_of(list(times.at), list(times.weekdays))
    planning.create_schedule(
        town.site, route, rule, begins_on, by, at,
        window=times.window, early=times.early, grace=times.grace,
        random_start=times.random_start, random_order=times.random_order, trade=path.trade,
    )  # fmt: skip
