"""Background work: each task runs once or more, a failed one is tried again later, and one that kills its process ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import Clock, looking
from webapp.core import tasks
from webapp.core.db import db, writing
from webapp.core.tasks import KEEP_DONE, LEASE, Task, Worker

Done = list[dict[str, Any]]


@pytest.fixture
def done() -> Done:
    """What tasks were run with."""
    return []


@pytest.fixture
def worker(app: Flask, done: Done) -> Iterator[Worker]:
    """A worker of the application, which knows one more kind of task: it notes its payload, and fails if that says so."""

    def handler(payload: dict[str, Any]) -> None:
        done.append(payload)
        if payload.get("fails"):
            raise RuntimeError("no")

    tasks.handle(app, "tests.note", handler)
    with app.app_context():
        yield Worker(app)
        db.session.remove()
    del app.extensions["task_handlers"]["tests.note"]


def put(**how: Any) -> None:
    with writing():
        tasks.put("tests.note", **how)


def states(app: Flask) -> list[tuple[str, int]]:
    with looking(app) as session:
        found = sa.select(Task.state, Task.attempts).where(Task.kind == "tests.note").order_by(Task.id)
        return [(state, attempts) for state, attempts in session.execute(found)]


def test_a_task_runs_once_when_it_is_due(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    put(payload={"n": 1}, run_at=clock.now + timedelta(minutes=5), unique_key="one")
    put(payload={"n": 2}, unique_key="one")
    assert worker.run_one() is False
    clock.forward(minutes=5)
    assert worker.run_one() is True
    assert worker.run_one() is False
    assert done == [{"n": 1}], "the second of the same key is the first"
    assert states(app) == [("done", 1)]


def test_what_fails_waits_longer_each_time_and_then_stays_failed(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    put(payload={"fails": True})
    for attempt in range(1, 5):
        assert worker.run_one()
        assert states(app) == [("ready", attempt)]
        assert worker.run_one() is False, "not at once"
        clock.forward(seconds=2**attempt)
    assert worker.run_one()
    assert states(app) == [("failed", 5)]
    clock.forward(days=1)
    assert worker.run_one() is False
    with looking(app) as session:
        assert session.scalar(sa.select(Task.error).where(Task.kind == "tests.note")) == "RuntimeError('no')"


def test_the_task_of_a_process_that_died_is_taken_by_another(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    put(payload={"n": 1})
    assert tasks.claim("a worker that dies") is not None
    assert worker.run_one() is False, "the lease still runs"
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert worker.run_one()
    assert (done, states(app)) == ([{"n": 1}], [("done", 2)])


def test_a_task_that_kills_every_process_is_given_up(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    put(payload={"n": 1})
    for _ in range(5):
        assert tasks.claim("a worker that dies") is not None
        clock.forward(seconds=LEASE.total_seconds() + 1)
    assert worker.run_one() is False
    assert (done, states(app)) == ([], [("failed", 5)])


def test_a_word_that_comes_after_the_lease_was_lost_does_not_count(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    put()
    first = tasks.claim("slow")
    clock.forward(seconds=LEASE.total_seconds() + 1)
    second = tasks.claim("quick")
    assert first is not None
    assert second is not None
    assert tasks.finish(first) is False
    assert states(app) == [("running", 2)]
    assert tasks.finish(second) is True
    assert states(app) == [("done", 2)]


def test_what_was_done_a_week_ago_is_forgotten(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    put()
    worker.run_one()
    clock.forward(seconds=KEEP_DONE.total_seconds() + 1)
    put(payload={"n": 2})
    with writing():
        tasks.clean({})
    assert states(app) == [("ready", 0)]


def test_a_periodic_task_is_put_once_a_slot_whatever_the_number_of_workers(app: Flask, worker: Worker, done: Done, clock: Clock) -> None:
    tasks.handle(app, "tests.note", lambda _payload: None, every=timedelta(minutes=10))
    try:
        for _ in range(2):
            worker.put_periodic()
            Worker(app).put_periodic()
        assert len(states(app)) == 1
        clock.forward(minutes=10)
        worker.put_periodic()
        assert len(states(app)) == 2
    finally:
        del app.extensions["periodic_tasks"]["tests.note"]
