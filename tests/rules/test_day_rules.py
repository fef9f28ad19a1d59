"""Where an exception and a day stand: truth tables of the folds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from webapp.daily_log.rules import SETTLED, Content, Decision, day_state, digest_of, fold, is_carried_to, is_done, since_signed
from webapp.daily_log.taken import Word, complained_at
from webapp.people.rules import alone_in_induction, begun_after

MONDAY = date(2026, 11, 23)
SOMEBODY, COLLEAGUE = UUID(int=1), UUID(int=2)


def said(*verbs: str, answered: bool = False) -> list[Decision]:
    """Decisions in order; `verb+1` was made on the page of the next day, `verb+2` on that of the day after."""
    found = []
    for number, text in enumerate(verbs, 1):
        verb, _plus, days = text.partition("+")
        day = MONDAY + timedelta(days=int(days or 0))
        at = datetime.fromisoformat("2026-11-24T08:00:00+08:00") + timedelta(minutes=number)
        found.append(Decision(UUID(int=number), day, number, verb, SOMEBODY, at, answered=answered))
    return found


@pytest.mark.parametrize(
    ("verbs", "on_its_day", "on_the_next"),
    [
        ([], "open", "open"),
        (["accept"], "accept", "accept"),
        (["job"], "job", "job"),
        (["aside"], "aside", "aside"),
        (["carry"], "carry", "open"),
        (["accept", "again"], "open", "open"),
        (["ask"], "asked", "asked"),
        (["ask", "carry"], "carry", "asked"),
        (["ask", "accept"], "accept", "accept"),
        (["carry", "accept+1"], "carry", "accept"),
        (["carry", "carry+1"], "carry", "carry"),
        (["carry", "again", "accept"], "accept", "accept"),
        (["carry", "accept+1", "again+1"], "carry", "open"),
    ],
)
def test_where_an_exception_stands(verbs: list[str], on_its_day: str, on_the_next: str) -> None:
    decisions = said(*verbs)
    assert fold(decisions, MONDAY) == on_its_day
    assert fold(decisions, MONDAY + timedelta(days=1)) == on_the_next
    assert fold(reversed(decisions), MONDAY) == on_its_day  # whatever the order in which they are read


def test_an_answer_brings_a_question_back() -> None:
    assert fold(said("ask", answered=True), MONDAY) == "answered"
    assert fold(said("ask", "carry", answered=True), MONDAY + timedelta(days=1)) == "answered"
    assert not is_done("answered") and not is_done("asked")


@pytest.mark.parametrize(
    ("verbs", "days"),
    [
        ([], []),
        (["accept"], []),
        (["carry"], [1, 2, 3]),
        (["carry", "accept+1"], [1]),
        (["carry", "carry+1", "aside+2"], [1, 2]),
        (["carry", "again"], []),
    ],
)
def test_on_which_days_what_was_carried_over_stands(verbs: list[str], days: list[int]) -> None:
    decisions = said(*verbs)
    assert [n for n in range(4) if is_carried_to(decisions, MONDAY + timedelta(days=n))] == days


@pytest.mark.parametrize("state", ["open", "asked", "answered", "accept", "job", "aside", "carry"])
def test_a_day_may_be_signed_with_what_is_settled_or_carried_over(state: str) -> None:
    assert is_done(state) == (state in SETTLED or state == "carry")


@pytest.mark.parametrize(
    ("over", "open_", "signatures", "addendum", "state"),
    [
        (False, 0, 0, False, "live"),
        (False, 3, 0, False, "live"),
        (True, 3, 0, False, "open"),
        (True, 0, 0, False, "ready"),
        (True, 0, 1, False, "signed"),
        (True, 0, 1, True, "addendum"),
        (True, 2, 1, True, "addendum"),
        (True, 0, 2, False, "signed"),
    ],
)
def test_where_a_day_stands(over: bool, open_: int, signatures: int, addendum: bool, state: str) -> None:
    assert day_state(over, open_, signatures, addendum) == state


def content(figures: dict[str, int] | None = None, **exceptions: list[str]) -> Content:
    return {
        "figures": figures or {"seen": 3},
        "exceptions": [{"key": key.replace("_", ":"), "facts": facts} for key, facts in exceptions.items()],
    }


def test_nothing_new_asks_for_no_second_signature() -> None:
    assert not since_signed(content(late_r=["a+6"]), content(late_r=["a+6"]))


def test_what_came_changed_and_went_since_a_signature() -> None:
    since = since_signed(
        content({"seen": 2}, late_r=["a+6"], missed_r=["b"], held_x=["no-access"]),
        content({"seen": 3}, late_r=["a+6", "b+2"], problem_n=[]),
    )
    assert since.came == ("problem:n",)
    assert since.changed == ("late:r",)
    assert since.went == ("missed:r",)  # a held record that was settled is no news
    assert since.figures == (("seen", 2, 3),)


def test_a_digest_does_not_hang_on_the_order_of_fields() -> None:
    assert digest_of({"a": 1, "b": {"c": "夜巡", "d": []}}) == digest_of({"b": {"d": [], "c": "夜巡"}, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})


def test_the_first_day_of_work_is_the_first_of_the_induction() -> None:
    assert begun_after(MONDAY, 30) < MONDAY - timedelta(days=29)
    assert not begun_after(MONDAY, 30) < MONDAY - timedelta(days=30)
    assert begun_after(MONDAY, 0) == MONDAY  # no induction at all: nobody began after today


@pytest.mark.parametrize(
    ("people", "new", "alone"),
    [
        ([], [SOMEBODY], False),
        ([SOMEBODY], [SOMEBODY], True),
        ([SOMEBODY], [], False),
        ([SOMEBODY, COLLEAGUE], [SOMEBODY], False),
        ([SOMEBODY, COLLEAGUE], [SOMEBODY, COLLEAGUE], True),
    ],
)
def test_two_beginners_are_no_company(people: list[UUID], new: list[UUID], alone: bool) -> None:
    assert alone_in_induction(people, new) == alone


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [  # received on Monday at 22:00; words of the desk as hours after that
        ("complaint", [], 0),
        ("repair", [], None),
        ("repair", [(1, "complaint")], 0),  # the same day: as it was known when it was over
        ("repair", [(1, "complaint"), (1.5, "repair")], None),
        ("complaint", [(1, "repair")], None),
        ("complaint", [(12, "repair")], 0),  # Monday said so for ever
        ("repair", [(12, "complaint")], 12),
        ("repair", [(12, "complaint"), (13, "repair")], None),
        ("repair", [(12, "complaint"), (36, "repair"), (60, "complaint")], 12),
        ("repair", [(12, None)], None),
    ],
)
def test_a_request_is_a_complaint_from_the_day_on_which_it_was_known_for_one(
    kind: str, words: list[tuple[float, str | None]], expected: float | None
) -> None:
    received = datetime.fromisoformat("2026-11-23T22:00:00+08:00")
    said = [Word(received + timedelta(hours=hours), what) for hours, what in words]
    at = complained_at(received, kind, said, "Asia/Shanghai")
    assert at == (None if expected is None else received + timedelta(hours=expected))
