"""Ids sort by the time they were made, and are never made twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from webapp.core import clock, ids


def test_ids_are_uuid_version_7_with_the_time_in_front() -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    with clock.at(moment):
        made = ids.new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(moment.timestamp() * 1000)


def test_ids_of_one_millisecond_keep_their_order() -> None:
    with clock.at(datetime(2031, 1, 1, tzinfo=UTC)):
        made = [ids.new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new_id(), range(20_000)))
    assert len(set(made)) == len(made)


def test_a_seed_repeats_ids_and_codes() -> None:
    def draw(year: int) -> tuple[int, int]:
        with ids.seeded(7), clock.at(datetime(year, 1, 1, tzinfo=UTC)):
            return ids.new_id().int & 2**62 - 1, ids.random_bits(40)

    assert draw(2032) == draw(2033)
