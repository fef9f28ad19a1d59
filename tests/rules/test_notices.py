"""When a subscription is told what, and which addresses there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.clock import day_bounds, local_day
from webapp.notices.rules import Due, Event, Wish, due, goes_out_at, mail_address, read_address, robot_address, shown_address

SHANGHAI, NEW_YORK, LONDON = "Asia/Shanghai", "America/New_York", "Europe/London"
DAY = date(2026, 11, 25)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def wall(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[misc, arg-type]


def told_by(wish: Wish, events: list[Event], moments: list[datetime]) -> list[tuple[datetime, Due]]:
    """Look at each of the moments, as the background does: what is put, and when."""
    told: set[tuple[date, int]] = set()
    found = []
    for now in moments:
        for each in due(wish, [event for event in events if event.at <= now], told, now):
            told.add((each.event.day, each.event.number))
            found.append((now, each))
    return found


@pytest.mark.parametrize(
    ("signed", "out"),
    [
        (wall(SHANGHAI, 2026, 11, 26, 0, 30), wall(SHANGHAI, 2026, 11, 26, 8)),  # early: waits for the hour
        (wall(SHANGHAI, 2026, 11, 26, 8, 0), wall(SHANGHAI, 2026, 11, 26, 8)),
        (wall(SHANGHAI, 2026, 11, 26, 8, 40), wall(SHANGHAI, 2026, 11, 26, 8, 40)),  # late: as soon as it is signed
        (wall(SHANGHAI, 2026, 12, 3, 17), wall(SHANGHAI, 2026, 12, 3, 17)),
    ],
)
def test_a_day_goes_out_at_the_hour_of_the_next_or_when_it_is_signed(signed: datetime, out: datetime) -> None:
    event = Event(DAY, 1, signed)
    assert goes_out_at(event, 8, SHANGHAI) == out
    wish = Wish(8, SHANGHAI, LONG_AGO)
    assert due(wish, [event], set(), out - timedelta(seconds=1)) == []
    assert due(wish, [event], set(), out) == [Due(event, again=False)]


@pytest.mark.parametrize(
    ("zone", "day", "hour", "out"),
    [
        (NEW_YORK, date(2026, 3, 7), 8, datetime(2026, 3, 8, 12, tzinfo=UTC)),  # the clocks go forward that night: 08:00 is UTC-4
        (NEW_YORK, date(2026, 3, 6), 8, datetime(2026, 3, 7, 13, tzinfo=UTC)),
        (NEW_YORK, date(2026, 3, 7), 2, datetime(2026, 3, 8, 7, tzinfo=UTC)),  # 02:00 is skipped: 03:00
        (LONDON, date(2026, 10, 24), 1, datetime(2026, 10, 25, 0, tzinfo=UTC)),  # 01:00 comes twice: the first
        (LONDON, date(2026, 10, 24), 8, datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (SHANGHAI, date(2026, 12, 31), 0, datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_the_hour_is_the_sites_across_a_change_of_the_clocks(zone: str, day: date, hour: int, out: datetime) -> None:
    assert goes_out_at(Event(day, 1, LONG_AGO), hour, zone) == out


def test_two_sites_in_different_zones_each_have_their_own_morning() -> None:
    event = Event(DAY, 1, LONG_AGO)
    assert goes_out_at(event, 8, NEW_YORK) - goes_out_at(event, 8, SHANGHAI) == timedelta(hours=13)


def test_a_new_subscription_does_not_send_the_past() -> None:
    began = wall(SHANGHAI, 2026, 11, 25, 0, 10)  # still the 24th by UTC
    wish = Wish(8, SHANGHAI, began)
    events = [Event(DAY - timedelta(days=1), 1, began + timedelta(hours=9)), Event(DAY, 1, began + timedelta(hours=30))]
    assert [each.event.day for each in due(wish, events, set(), began + timedelta(days=9))] == [DAY]


def test_an_addendum_goes_out_once_more_and_says_so() -> None:
    first, second = Event(DAY, 1, wall(SHANGHAI, 2026, 11, 26, 7)), Event(DAY, 2, wall(SHANGHAI, 2026, 11, 26, 15))
    wish, evening = Wish(8, SHANGHAI, LONG_AGO), wall(SHANGHAI, 2026, 11, 26, 20)
    assert due(wish, [first, second], {(DAY, 1)}, evening) == [Due(second, again=True)]
    assert due(wish, [first, second], {(DAY, 1), (DAY, 2)}, evening) == []
    assert due(wish, [first, second], {(DAY, 2)}, evening) == []


def test_an_addendum_signed_before_the_hour_is_told_with_the_day_once() -> None:
    events = [Event(DAY, 1, wall(SHANGHAI, 2026, 11, 26, 0, 30)), Event(DAY, 2, wall(SHANGHAI, 2026, 11, 26, 7))]
    assert due(Wish(8, SHANGHAI, LONG_AGO), events, set(), wall(SHANGHAI, 2026, 11, 26, 8)) == [Due(events[1], again=False)]


def test_after_a_week_without_a_server_every_day_goes_out_in_order() -> None:
    events = [Event(DAY + timedelta(days=n), 1, wall(SHANGHAI, 2026, 11, 26, 9) + timedelta(days=n)) for n in (2, 0, 1)]
    found = due(Wish(8, SHANGHAI, LONG_AGO), events, set(), wall(SHANGHAI, 2026, 12, 9))
    assert [each.event.day for each in found] == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]


ZONES = st.sampled_from([SHANGHAI, NEW_YORK, LONDON, "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(zone=ZONES, day=DAYS, hour=st.integers(0, 23), after=st.integers(-1440, 10_000), every=st.integers(1, 90))
def test_however_often_one_looks_a_signature_is_told_once_on_the_next_day_or_later(
    zone: str, day: date, hour: int, after: int, every: int
) -> None:
    end = day_bounds(day, zone)[1]
    event = Event(day, 1, end + timedelta(minutes=after))
    moments = [end + timedelta(minutes=n) for n in range(-1440, 13_000, every * 10)]
    found = told_by(Wish(hour, zone, end - timedelta(days=30)), [event], moments)
    (at, _told), *more = found
    assert not more
    assert local_day(at, zone) > day
    assert at >= event.at
    assert at - goes_out_at(event, hour, zone) < timedelta(minutes=every * 10)


@given(
    zone=ZONES, hour=st.integers(0, 23), since=st.integers(0, 20), every=st.integers(1, 50),
    signed=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8000)), max_size=12),
)  # fmt: skip
def test_each_day_is_told_in_rising_numbers_the_last_of_them_always_and_nothing_from_before(
    zone: str, hour: int, since: int, every: int, signed: list[tuple[int, int]]
) -> None:
    start = date(2026, 10, 20)  # the clocks change in these weeks
    events: list[Event] = []
    for offset, minutes in sorted(signed, key=lambda pair: pair[1]):
        day = start + timedelta(days=offset)
        number = 1 + sum(event.day == day for event in events)
        events.append(Event(day, number, day_bounds(day, zone)[1] + timedelta(minutes=minutes)))
    began = day_bounds(start, zone)[0] + timedelta(days=since, hours=5)
    wish = Wish(hour, zone, began)
    found = told_by(wish, events, [began + timedelta(minutes=10 * every * n) for n in range(60_000 // (10 * every) + 2)])
    by_day: dict[date, list[Due]] = {}
    for _at, each in found:
        by_day.setdefault(each.event.day, []).append(each)
    last = {event.day: event.number for event in sorted(events, key=lambda event: event.number) if event.day >= wish.first_day}
    assert {day: told[-1].event.number for day, told in by_day.items()} == last
    for told in by_day.values():
        assert [each.again for each in told] == [False] + [True] * (len(told) - 1)
        assert [each.event.number for each in told] == sorted({each.event.number for each in told})


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("text", ["a@b.cn", "first.last+log@mail.example.com", "O'Neil@example.org", "x@xn--55qx5d.cn"])
def test_mail_addresses(text: str) -> None:
    assert mail_address(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a@", "@b.cn", "a@b", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "a@b.cn\r\n", "a@b.cn,x@y.cn", "A <a@b.cn>", "a@b..cn", ".a@b.cn", "a.@b.cn", "a@-b.cn",
        "a@b.cn>", '"a"@b.cn', "a@[127.0.0.1]", "业委会@b.cn", "a@b.cn\0", "x" * 65 + "@b.cn", "a@" + "b." * 130 + "cn", "a@b@c.cn",
    ],
)  # fmt: skip
def test_what_is_no_mail_address(text: str) -> None:
    assert mail_address(text) is None


WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (WECOM, WECOM),
        ("https://OAPI.dingtalk.com:443/robot/send?access_token=AbC", "https://oapi.dingtalk.com/robot/send?access_token=AbC"),
        ("https://chat.example.com:8443/hooks/x", "https://chat.example.com:8443/hooks/x"),
    ],
)
def test_robots_addresses(text: str, kept: str) -> None:
    assert robot_address(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "http://qyapi.weixin.qq.com/x", "ftp://a.cn/x", "javascript:alert(1)", "https://", "https://localhost/x", "https://127.0.0.1/x", "https://[::1]/x",
        "https://a:b@chat.example.com/x", "https://a@chat.example.com/x", "https://chat.example.com/x y", "https://chat.example.com/x\n", "https://chat.example.com/#x",
        "https://chat.example.com:99999/x", "https://群.cn/x", "https://[broken/x", "https://10.0.0.7/x", "https://chat.example.7/x", 'https://chat.example.com/"',
    ],
)  # fmt: skip
def test_what_is_no_robots_address(text: str) -> None:
    assert robot_address(text) is None


def test_a_robots_secret_is_shown_shortened_and_a_mail_address_whole() -> None:
    assert shown_address("robot", WECOM) == "qyapi.weixin.qq.com/…5aaa"
    assert shown_address("robot", "https://chat.example.com/hook") == "chat.example.com/…"
    assert shown_address("mail", "a@b.cn") == "a@b.cn"


@given(st.text(max_size=80))
def test_no_text_makes_an_address_with_a_line_in_it(text: str) -> None:
    for way in ("mail", "robot"):
        for tried in (text, f"a@b.cn{text}", f"{text}a@b.cn", f"https://a.cn/{text}"):
            found = read_address(way, tried)
            assert found is None or (found.isprintable() and found.isascii() and " " not in found)
