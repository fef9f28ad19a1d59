"""The demo: repeatable, complete, and never near people of one's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from webapp import create_app, migrate
from webapp.core import clock
from webapp.core.db import db
from webapp.demo import load
from webapp.demo.staff import PASSWORD, STAFF
from webapp.patrols import queries
from webapp.patrols.models import RoundStep, Scan
from webapp.patrols.states import RoundState
from webapp.people.models import Device, Duty, Person
from webapp.photos.models import Photo
from webapp.records.models import Correction, Note, Record
from webapp.service.models import Request
from webapp.service.queries import looks
from webapp.sites.models import Checkpoint, Label, Site
from webapp.work_orders.models import WorkOrder, WorkStep

END = datetime(2026, 11, 23, 16, 10, tzinfo=UTC)  # ten past midnight at the communities
PROMISED = {
    "guard", "guard2", "technician", "technician2", "cleaner", "gardener", "desk", "supervisor", "supervisor2", "manager", "admin",
}  # fmt: skip
FEW_DAYS = 1


def empty_app(folder: Path) -> Flask:
    """An application on a new SQLite file in `folder`."""
    app = create_app(
        {
            "ROUNDS_DATA": str(folder),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'rounds.db'}",
            "SECRET_KEY": "a secret of the tests, long enough",
            "ARGON2": {"time_cost": 1, "memory_cost": 8, "parallelism": 1},
        }
    )
    with app.app_context():
        migrate.upgrade()
    return app


def close(app: Flask) -> None:
    """Give the database's file back."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole demo, loaded once."""
    app = empty_app(tmp_path_factory.mktemp("demo"))
    with app.app_context():
        load.load(seed=1, end=END)
        yield app
    close(app)


def states(days: int) -> list[RoundState]:
    """The states of all rounds of the last days, as they are at END."""
    found = []
    for site in db.session.scalars(sa.select(Site).order_by(Site.slug)):
        for days_ago in range(days, -1, -1):
            day = clock.local_day(END, site.zone) - timedelta(days=days_ago)
            found += queries.states_of(queries.rounds_on(site, day), END)
    return found


def digest_of_history(folder: Path, seed: int) -> str:
    """Of (round, point, state, time) of a few days' history made in `folder`."""
    app = empty_app(folder)
    digest = hashlib.sha256()
    with app.app_context():
        load.load(seed, END, days=FEW_DAYS)
        for state in states(FEW_DAYS):
            for point in state.points:
                row = (state.round.id, state.state, point.point.checkpoint_id, point.state, point.scan and point.scan.at)
                digest.update(repr(row).encode())
    close(app)
    return digest.hexdigest()


def count(*where: sa.ColumnElement[bool]) -> int:
    """How many rows there are of what the conditions are about."""
    return db.session.scalar(sa.select(sa.func.count()).where(*where)) or 0


@pytest.mark.slow
def test_the_same_seed_makes_the_same_history_and_another_seed_another(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    first, again, other = (digest_of_history(folder, seed) for folder, seed in zip(folders, (1, 1, 2), strict=True))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    "end", [datetime(2026, 11, 26, 17, 10, tzinfo=UTC), datetime(2026, 11, 28, 5, 0, tzinfo=UTC)], ids=["friday-night", "saturday-noon"]
)
def test_one_technician_has_a_job_in_every_state_whatever_day_it_is(tmp_path: Path, end: datetime) -> None:
    app = empty_app(tmp_path)
    with app.app_context():
        load.load(seed=1, end=end, days=2)
        mine = sa.select(WorkOrder.state).join(Person, Person.id == WorkOrder.assignee_id).where(Person.username == "technician2")
        assert {"assigned", "accepted", "on_the_way", "on_site", "running", "paused", "waiting_parts"} <= set(db.session.scalars(mine))
    close(app)


def test_it_refuses_a_database_in_which_somebody_has_an_account(tmp_path: Path) -> None:
    app = empty_app(tmp_path)
    with app.app_context():
        db.session.add(Person(username="own", name="Own", trade="guard", password_hash=""))
        db.session.commit()
        assert not load.is_loaded()
        with pytest.raises(load.NotEmpty):
            load.load(seed=1, end=END)
        assert count(Site.id.isnot(None)) == 0
    close(app)


@pytest.mark.slow
@pytest.mark.usefixtures("demo")
class TestDemo:
    """What the loaded demo holds."""

    def test_every_promised_account_signs_in(self, demo: Flask) -> None:
        assert {member.username for member in STAFF} >= PROMISED
        assert load.is_loaded()
        for member in STAFF:
            answer = demo.test_client().post("/login", data={"username": member.username, "password": PASSWORD})
            assert (member.username, answer.status_code) == (member.username, 302)

    def test_roles_follow_the_contract(self) -> None:
        slugs = {site.id: site.slug for site in db.session.scalars(sa.select(Site))}
        people = {p.username: {slugs[m.site_id]: m.role for m in p.memberships} for p in db.session.scalars(sa.select(Person))}
        assert people["supervisor"] == {"jinxiu": "supervisor"}
        assert people["supervisor2"] == {"hexi": "supervisor"}
        assert people["manager"] == {"jinxiu": "manager", "hexi": "manager"}

    def test_the_large_community_is_large_and_the_small_one_small(self) -> None:
        sizes = dict(db.session.execute(sa.select(Site.slug, sa.func.count()).join(Checkpoint).group_by(Site.slug)).all())
        assert 55 <= sizes["jinxiu"] <= 65
        assert 10 <= sizes["hexi"] <= 14

    def test_residents_reported_and_most_heard_in_time_some_late_and_some_wait(self) -> None:
        requests = db.session.scalars(sa.select(Request)).all()
        standings = [seen.standing for seen in looks([r for r in requests if r.source == "resident"])]
        waits = [s.first_reply_at - s.received_at for s in standings if s.first_reply_at and s.received_at]
        assert any(request.channel == "inspection" for request in requests)
        assert len(requests) >= 40
        assert 0 < sum(wait > timedelta(hours=1) for wait in waits) < len(waits) / 3
        assert {s.state for s in standings} >= {"answered", "resolved"}

    def test_at_any_time_of_day_a_guard_finds_a_round(self) -> None:
        site = db.session.scalars(sa.select(Site).where(Site.slug == "jinxiu")).one()
        for minute in range(0, 24 * 60, 7):
            moment = END + timedelta(days=1, minutes=minute)
            today = clock.local_day(moment, site.zone)
            near = (r for offset in (-1, 0, 1) for r in queries.rounds_on(site, today + timedelta(days=offset)))
            rounds = [r for r in near if r.trade == "guard" and len(r.points) >= 5]
            soon, long_enough = moment + timedelta(minutes=15), moment + timedelta(minutes=20)
            assert any(r.early_from <= soon and long_enough <= r.closes_at for r in rounds), moment
            assert any(r.early_from > moment for r in rounds), moment

    def test_open_rounds_are_left_for_whoever_tries_the_demo(self) -> None:
        assert {s.state for s in states(1) if s.round.closes_at > END} <= {"due", "upcoming"}

    def test_most_rounds_are_complete_and_every_other_end_occurs(self) -> None:
        past = [s for s in states(load.DAYS) if s.round.closes_at <= END]
        words = [s.state for s in past]
        assert {"done", "incomplete", "ended", "missed"} == set(words)
        assert words.count("done") > 0.85 * len(words)
        points = [p.state for s in past for p in s.points]
        assert 0.92 < 1 - points.count("missed") / len(points) < 0.99
        assert points.count("late") > 50

    @pytest.mark.parametrize("verb", ["start", "pause", "resume", "end", "hand_over"])
    def test_every_step_of_a_round_occurs(self, verb: str) -> None:
        assert count(RoundStep.verb == verb) >= 5

    @pytest.mark.parametrize(
        ("about", "reason"),
        [("walk", "too_fast"), ("position", "outside"), ("label", "superseded"), ("clock", "suspect"), ("clock", "corrected")],
    )
    def test_every_doubt_occurs(self, about: str, reason: str) -> None:
        assert any(g["about"] == about and g["reason"] == reason for trust in db.session.scalars(sa.select(Scan.trust)) for g in trust)

    @pytest.mark.parametrize("reason", ["unknown-code", "unknown-kind", "no-access"])
    def test_records_are_held(self, reason: str) -> None:
        assert count(Record.status == "held", Record.reason == reason) >= 2

    @pytest.mark.parametrize(
        "there_are",
        [
            lambda: count(Scan.method == "typed"),
            lambda: count(Scan.method == "link"),
            lambda: count(Note.result == "issue", Note.text != ""),
            lambda: count(Note.result == "normal", sa.cast(Note.answers["pressure"], sa.String).isnot(None)),
            lambda: count(Note.result == "issue", Note.about.is_(None)),
            lambda: count(Correction.verb == "withdraw"),
            lambda: count(Correction.verb == "explain", Correction.reason != ""),
            lambda: count(Duty.verb == "on", Duty.checkpoint_id.isnot(None)),
            lambda: count(Duty.verb == "off"),
            lambda: count(Label.superseded_at.isnot(None)),
            lambda: count(Scan.frame_sha256.isnot(None)),
            lambda: count(Device.unsent > 0),
            lambda: count(WorkStep.afar),
        ],
    )
    def test_everything_else_occurs(self, there_are: Callable[[], int]) -> None:
        assert there_are() > 0

    def test_some_records_came_hours_late(self) -> None:
        delays = [received - at for received, at in db.session.execute(sa.select(Scan.received_at, Scan.at))]
        assert sum(delay > timedelta(hours=2) for delay in delays) > 20

    def test_pictures_are_few_and_small(self) -> None:
        sizes = list(db.session.scalars(sa.select(Photo.size)))
        assert 5 <= len(sizes) <= 60
        assert max(sizes) < 30_000

    def test_nothing_happens_after_its_end(self) -> None:
        assert (db.session.scalar(sa.select(sa.func.max(Scan.received_at))) or END) <= END
        assert count(Record.reason == "error") == 0
