"""Which rounds there are: at every turn of the calendar, and never other ones in the past than there were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.plans import EPOCH, ROUTE, A, B, C, D, plan, plan_point, rounds_between, rule_from
from webapp.core.clock import day_bounds, from_wall, local_day
from webapp.patrols.planning import rule_of
from webapp.patrols.rules import Round, RouteFrom, check_rule, occurrences, read_round_id, wall_times

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
days = st.dates(date(2020, 6, 1), date(2035, 12, 31))
clock_times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")


def starts(rounds: list[Round] | tuple[Round, ...], zone: str) -> list[str]:
    return [r.starts_at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M %z") for r in rounds]


# ---------------------------------------------------------------- over the years


@settings(max_examples=150, deadline=None)
@given(st.lists(clock_times, min_size=1, max_size=6, unique=True), days, st.sampled_from(ZONES))
def test_every_time_of_day_falls_exactly_once_on_every_day(times: list[str], day: date, zone: str) -> None:
    rounds = occurrences(plan(rule_of(times), zone=zone), day)
    expected = {from_wall(datetime(day.year, day.month, day.day, int(t[:2]), int(t[3:])), zone) for t in times}
    assert {r.starts_at for r in rounds} == expected
    assert len({r.id for r in rounds}) == len(rounds)
    assert all(r.day == day and read_round_id(r.id) == ("RTEST", day) for r in rounds)


@settings(max_examples=60, deadline=None)
@given(st.lists(clock_times, min_size=1, max_size=4, unique=True), days, st.sampled_from(ZONES), st.integers(1, 40))
def test_rounds_come_in_order_and_no_id_comes_twice(times: list[str], first: date, zone: str, count: int) -> None:
    rounds = rounds_between(plan(rule_of(times), zone=zone), first, count)
    assert [r.starts_at for r in rounds] == sorted(r.starts_at for r in rounds)
    assert len({r.id for r in rounds}) == len(rounds)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(
        [
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
            "FREQ=HOURLY;INTERVAL=5",
            "FREQ=MINUTELY;INTERVAL=90",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
        ]
    ),
    st.integers(0, 3000),
    st.integers(0, 40),
)
def test_a_day_far_from_the_beginning_has_the_times_the_rule_says(rule: str, away: int, begin: int) -> None:
    """The shortcut that skips whole intervals gives what walking from the beginning gives."""
    from dateutil.rrule import rrulestr

    begins_on = date(2021, 1, 1) + timedelta(days=begin)
    day = begins_on + timedelta(days=away % 400)
    start, end = datetime(day.year, day.month, day.day), datetime(day.year, day.month, day.day) + timedelta(days=1)
    walked = rrulestr(rule, dtstart=datetime(begins_on.year, begins_on.month, begins_on.day)).between(start, end, inc=True)
    assert wall_times(rule, begins_on, day) == [moment for moment in walked if moment < end]


def test_nothing_falls_before_the_first_day() -> None:
    of = plan(rule_from("FREQ=DAILY;BYHOUR=22;BYMINUTE=0", begins_on=date(2026, 11, 23)))
    assert occurrences(of, date(2026, 11, 22)) == ()
    assert len(occurrences(of, date(2026, 11, 23))) == 1


# ---------------------------------------------------------------- turns of the calendar


def test_a_round_over_midnight_belongs_to_the_day_it_began() -> None:
    late, next_day = (occurrences(plan(rule_of(["23:30"])), date(2026, 11, d)) for d in (23, 24))
    assert [r.id for r in late] == ["RTEST-20261123-2330"]
    assert local_day(late[0].closes_at, "Asia/Shanghai") == date(2026, 11, 24)
    assert [r.id for r in next_day] == ["RTEST-20261124-2330"]


def test_midnight_itself_begins_the_day() -> None:
    assert [r.id for r in occurrences(plan(rule_of(["00:00"])), date(2026, 11, 23))] == ["RTEST-20261123-0000"]


def test_h3_the_clocks_go_forward_in_berlin() -> None:
    """2026-03-29 has no 02:30: the round moves by the gap, and the night has one round fewer only where two would coincide."""
    of = plan(rule_of(["01:30", "02:30", "03:30", "04:30"]), zone="Europe/Berlin")
    assert starts(occurrences(of, date(2026, 3, 29)), "Europe/Berlin") == ["03-29 01:30 +0100", "03-29 03:30 +0200", "03-29 04:30 +0200"]
    assert starts(occurrences(plan(rule_of(["02:15"]), zone="Europe/Berlin"), date(2026, 3, 29)), "Europe/Berlin") == ["03-29 03:15 +0200"]


def test_h3_the_clocks_go_back_in_berlin() -> None:
    """2026-10-25 has 02:30 twice: one round, at the first."""
    of = plan(rule_of(["01:30", "02:30", "03:30"]), zone="Europe/Berlin")
    assert starts(occurrences(of, date(2026, 10, 25)), "Europe/Berlin") == ["10-25 01:30 +0200", "10-25 02:30 +0200", "10-25 03:30 +0100"]


def test_h3_the_clocks_change_in_new_york_on_other_days() -> None:
    of = plan(rule_of(["01:30", "02:30"]), zone="America/New_York")
    assert starts(occurrences(of, date(2026, 3, 8)), "America/New_York") == ["03-08 01:30 -0500", "03-08 03:30 -0400"]
    assert starts(occurrences(of, date(2026, 11, 1)), "America/New_York") == ["11-01 01:30 -0400", "11-01 02:30 -0500"]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 11, 23), "Europe/Berlin", 24),
        (date(2026, 3, 29), "Asia/Shanghai", 24),
        (date(2026, 10, 4), "Australia/Lord_Howe", 23.5),
        (date(2024, 2, 29), "America/New_York", 24),
        (date(2026, 12, 31), "Pacific/Apia", 24),
    ],
)
def test_a_day_may_last_23_24_or_25_hours(day: date, zone: str, hours: float) -> None:
    start, end = day_bounds(day, zone)
    assert (end - start) == timedelta(hours=hours)
    assert local_day(start, zone) == day
    assert local_day(end, zone) == day + timedelta(days=1)


def test_h3_a_leap_day_has_rounds_and_a_yearly_one_waits_for_it() -> None:
    assert len(occurrences(plan(rule_of(["22:00"])), date(2028, 2, 29))) == 1
    yearly = plan("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=8;BYMINUTE=0")
    found = [r.id for year in range(2020, 2033) for r in rounds_between(yearly, date(year, 2, 25), 10)]
    assert found == [f"RTEST-{year}0229-0800" for year in (2020, 2024, 2028, 2032)]


def test_h3_the_year_ends_without_a_gap() -> None:
    found = rounds_between(plan(rule_of(["22:00", "00:00"])), date(2026, 12, 31), 2)
    assert [r.id for r in found] == [f"RTEST-{wall}" for wall in ("20261231-0000", "20261231-2200", "20270101-0000", "20270101-2200")]


def test_weekdays_are_the_sites_own() -> None:
    """23:30 on a Monday in Shanghai is Monday afternoon in London; 00:30 is still Sunday there."""
    of = plan(rule_of(["00:30", "23:30"], ["MO"]))
    assert [r.day for r in rounds_between(of, date(2026, 11, 16), 14)] == [date(2026, 11, 16)] * 2 + [date(2026, 11, 23)] * 2


# ---------------------------------------------------------------- times of day as one rule


@settings(deadline=None)
@given(
    st.lists(clock_times, min_size=1, max_size=12, unique=True),
    st.sampled_from([None, ["MO"], ["SA", "SU"], ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]]),
)
def test_times_with_any_minutes_become_a_rule_with_just_those_times(times: list[str], weekdays: list[str] | None) -> None:
    rule = rule_of(times, weekdays)
    check_rule(rule)
    for day in (date(2026, 11, 21), date(2026, 11, 23)):
        due = weekdays is None or ("MO" if day.weekday() == 0 else "SA") in weekdays
        assert [m.strftime("%H:%M") for m in wall_times(rule, EPOCH.date(), day)] == (sorted(times) if due else [])


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "nonsense",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=MINUTELY",
        "FREQ=MINUTELY;INTERVAL=14",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY\nRDATE:20260101",
        "DTSTART:20260101T000000",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;UNTIL=20260101T000000Z",
        "FREQ=DAILY;BYDAY=XX",
        "=",
        ";;",
        "FREQ=",
        "RRULE",
        "BYHOUR=1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_cannot_be_or_falls_never_or_too_often_is_refused(rule: str) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        check_rule(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=MINUTELY;INTERVAL=15",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0",
        "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=8;BYMINUTE=0",
        "RRULE:FREQ=DAILY;COUNT=3",
    ],
)
def test_other_rules_are_taken(rule: str) -> None:
    check_rule(rule)


# ---------------------------------------------------------------- changes never rewrite the past


CHANGE = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai


def test_a_changed_rule_leaves_earlier_rounds_as_they_were() -> None:
    old = rule_from("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", window=60)
    new = rule_from("FREQ=DAILY;BYHOUR=8,21;BYMINUTE=0", from_at=CHANGE, window=30)
    before, after = plan(old), plan(old, new)
    assert rounds_between(after, date(2026, 11, 1), 22) == rounds_between(before, date(2026, 11, 1), 22)
    assert [(r.id, r.due_until - r.starts_at) for r in occurrences(after, date(2026, 11, 23))] == [
        ("RTEST-20261123-0800", timedelta(minutes=60)),
        ("RTEST-20261123-2100", timedelta(minutes=30)),
    ]


def test_a_round_keeps_its_id_through_a_change() -> None:
    old = rule_from("FREQ=DAILY;BYHOUR=20;BYMINUTE=0")
    new = rule_from("FREQ=DAILY;BYHOUR=18,20;BYMINUTE=0", from_at=CHANGE)
    assert occurrences(plan(old), date(2026, 11, 24))[0].id in {r.id for r in occurrences(plan(old, new), date(2026, 11, 24))}


def test_changed_points_hold_from_the_change_on() -> None:
    more = RouteFrom(CHANGE, (*ROUTE.points, plan_point(D, 4)))
    of = plan(rule_of(["08:00", "20:00"]), routes=(ROUTE, more))
    assert [len(r.points) for r in occurrences(of, date(2026, 11, 23))] == [3, 4]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60 * 24 * 20), st.integers(0, 23))
def test_no_change_whatever_touches_a_round_planned_before_it(minutes: int, hour: int) -> None:
    change = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    old = rule_from("FREQ=HOURLY;INTERVAL=3", random_start=20, random_order=True)
    new = rule_from(f"FREQ=DAILY;BYHOUR={hour};BYMINUTE=0", from_at=change)

    def past(rounds: list[Round]) -> list[Round]:
        return [r for r in rounds if from_wall(datetime.strptime(r.id[-13:], "%Y%m%d-%H%M"), "Asia/Shanghai") < change]

    first = date(2026, 10, 31)
    assert past(rounds_between(plan(old, new), first, 24)) == past(rounds_between(plan(old), first, 24))


def test_an_ended_schedule_has_no_rounds_from_then_on_but_keeps_its_past() -> None:
    of = plan(rule_of(["08:00", "20:00"]), ended_at=CHANGE)
    assert [r.id for r in occurrences(of, date(2026, 11, 23))] == ["RTEST-20261123-0800"]
    assert occurrences(of, date(2026, 11, 24)) == ()
    assert len(occurrences(of, date(2026, 11, 22))) == 2


def test_a_route_without_points_has_no_rounds() -> None:
    assert occurrences(plan(rule_of(["08:00"]), routes=(RouteFrom(EPOCH, ()),)), date(2026, 11, 23)) == ()
    assert occurrences(plan(rule_of(["08:00"]), routes=()), date(2026, 11, 23)) == ()


# ---------------------------------------------------------------- chance that is the same for everybody


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31 - 1), days, st.integers(1, 240))
def test_a_random_start_is_the_same_for_phone_and_server_and_stays_within_its_span(seed: int, day: date, span: int) -> None:
    rule = rule_from("FREQ=DAILY;BYHOUR=20;BYMINUTE=0", seed=seed, random_start=span)
    (one,), (other,) = (occurrences(plan(rule), day) for _ in range(2))
    planned = from_wall(datetime(day.year, day.month, day.day, 20), "Asia/Shanghai")
    assert one == other
    assert one.id.endswith("-2000")
    assert planned <= one.starts_at <= planned + timedelta(minutes=span)
    assert one.due_until - one.starts_at == timedelta(minutes=60)


def test_random_starts_differ_between_days() -> None:
    rule = rule_from("FREQ=DAILY;BYHOUR=20;BYMINUTE=0", random_start=240)
    assert len({r.starts_at.timetz() for r in rounds_between(plan(rule), date(2026, 11, 1), 30)}) > 20


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31 - 1), days)
def test_a_random_order_moves_free_points_only(seed: int, day: date) -> None:
    points = (plan_point(A, 1), plan_point(B, 2, order_fixed=True), plan_point(C, 3), plan_point(D, 4))
    rule = rule_from("FREQ=DAILY;BYHOUR=20;BYMINUTE=0", seed=seed, random_order=True)
    (round_,) = occurrences(plan(rule, routes=(RouteFrom(EPOCH, points),)), day)
    assert {p.checkpoint_id for p in round_.points} == {A, B, C, D}
    assert round_.points[1].checkpoint_id == B
    assert [p.rank for p in round_.points] == [1, 2, 3, 4]


# ---------------------------------------------------------------- windows


def test_a_rounds_windows() -> None:
    (round_,) = occurrences(
        plan(rule_from("FREQ=DAILY;BYHOUR=22;BYMINUTE=0", window=60, early=15, grace=20), zone="UTC"), date(2026, 11, 23)
    )
    start = datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert (round_.early_from, round_.starts_at, round_.due_until, round_.closes_at) == tuple(
        start + timedelta(minutes=m) for m in (-15, 0, 60, 80)
    )


def test_a_points_own_times_count_from_the_rounds_start() -> None:
    points = (plan_point(A, 1, not_before=10, expected=20), plan_point(B, 2, expected=500))
    (round_,) = occurrences(
        plan(rule_from("FREQ=DAILY;BYHOUR=22;BYMINUTE=0"), zone="UTC", routes=(RouteFrom(EPOCH, points),)), date(2026, 11, 23)
    )
    first, second = round_.points
    assert first.early_until == round_.starts_at + timedelta(minutes=10)
    assert first.due_until == round_.starts_at + timedelta(minutes=20 + 15)
    assert second.due_until == round_.due_until  # never after the window


@pytest.mark.parametrize(
    "text", ["", "R", "R-1-2", "R7KQ2-20261332-2200", "R7KQ2-20261123-2460", "R-7-20261123-2200", "'; DROP TABLE scan", "R7KQ2-20261123"]
)
def test_what_is_not_a_rounds_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_round_id(text)
