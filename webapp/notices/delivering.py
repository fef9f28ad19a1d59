"""Telling, in the background: every ten minutes what has become due is put, once each, and whatever waits goes out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app, has_request_context

from webapp.core import clock, ids, tasks
from webapp.core.db import changed, db, insert_new, reading, writing
from webapp.core.i18n import speaking
from webapp.notices import ways
from webapp.notices.models import Notice, Subscription
from webapp.notices.rules import Event, Wish, due, shown_address
from webapp.notices.topics import Words, topic_of, topics
from webapp.sites.models import Site

LOOK = "notices.look"
EVERY = timedelta(minutes=10)
DELIVER = "notices.deliver"
LOOKED_BACK = timedelta(days=92)  # a day that is signed later than that is not told any more
LONGEST_ERROR = 500
IN_FORCE = Subscription.ended_at.is_(None)

log = logging.getLogger(__name__)


@contextmanager
def in_words_of(language: str) -> Iterator[None]:
    """Inside: words and pages are made in that language, in a request (whatever its own) or outside of any."""
    with nullcontext() if has_request_context() else current_app.test_request_context(), speaking(language):
        yield


# ---------------------------------------------------------------- what is due


def look(_payload: dict[str, Any]) -> None:
    """Put a notice for whatever has become due, however long nobody looked. What is wrong with one community holds up no other."""
    wrong: Exception | None = None
    with reading():
        told = list(db.session.execute(sa.select(Subscription.site_id, Subscription.topic).where(IN_FORCE).distinct()))
    for site_id, code in told:
        try:
            with reading():  # words take their time, and the phones' records need the one writer
                rows = due_rows(site_id, code, clock.now())
            with writing():
                put(rows)
        except Exception as failure:  # kept with the task, which is tried again
            log.exception("notices of %s, site %s", code, site_id)
            wrong = failure
    if wrong is not None:
        raise wrong


def look_soon() -> None:
    """Something can be told: look as soon as this transaction is committed."""
    tasks.put(LOOK)


def due_rows(site_id: UUID, code: str, now: datetime) -> list[dict[str, Any]]:
    """Notices of a site and topic that are due and not there yet, as rows."""
    ours = (Subscription.site_id == site_id, Subscription.topic == code)
    subscriptions = list(db.session.scalars(sa.select(Subscription).where(*ours, IN_FORCE).order_by(Subscription.id)))
    return rows_of_site(subscriptions, now) if subscriptions and code in topics() else []


def rows_of_site(subscriptions: list[Subscription], now: datetime) -> list[dict[str, Any]]:
    """The same, for these of one site and topic: what several are told in one language is put into words once."""
    site, topic = subscriptions[0].site, topic_of(subscriptions[0].topic)
    wishes = {each.id: Wish(each.hour, site.zone, each.added_at) for each in subscriptions}
    since = max(min(wish.first_day for wish in wishes.values()), clock.local_day(now - LOOKED_BACK, site.zone))
    events = topic.events(site, since)
    told = told_since(list(wishes), since)

    @cache
    def words(event: Event, language: str, mark: str) -> Words:
        with in_words_of(language):
            return topic.say(site, event, mark)

    return [
        row_of(each, event, words(event, each.language, "again" if again else ""), now)
        for each in subscriptions
        for event, again in due(wishes[each.id], events, told.get(each.id, set()), now)
    ]


def told_since(subscription_ids: list[UUID], since: date) -> dict[UUID, set[tuple[date, int]]]:
    """What each subscription has been told of days from `since` on, trials left out."""
    known = sa.select(Notice.subscription_id, Notice.day, Notice.number).where(
        Notice.subscription_id.in_(subscription_ids), Notice.day >= since, Notice.trial.is_(False)
    )
    found: dict[UUID, set[tuple[date, int]]] = {}
    for row in db.session.execute(known):
        found.setdefault(row.subscription_id, set()).add((row.day, row.number))
    return found


def row_of(subscription: Subscription, event: Event, words: Words, now: datetime, trial: bool = False) -> dict[str, Any]:
    """A notice of an event for a subscription. A trial pressed twice within a minute is one."""
    key = f"{subscription.id}:{event.day}:{event.number}" + (f":trial:{int(now.timestamp() // 60)}" if trial else "")
    return {
        "id": ids.new_id(), "site_id": subscription.site_id, "subscription_id": subscription.id, "key": key, "topic": subscription.topic, "day": event.day,
        "number": event.number, "trial": trial, "way": subscription.way, "address": subscription.address, "language": subscription.language,
        "subject": words.subject[:200], "lines": words.lines, "link": words.link, "link_word": words.link_word, "state": "waiting", "attempts": 0, "error": "",
        "made_at": now,
    }  # fmt: skip


def put(rows: list[dict[str, Any]]) -> list[UUID]:
    """Put notices that are not there yet, and the task that delivers each. Gives the ids of the new ones."""
    made = []
    for row in rows:
        for key in db.session.scalars(insert_new(Notice, [row], "key").returning(Notice.id)):
            tasks.put(DELIVER, {"notice": str(key)}, unique_key=f"{DELIVER}:{key}")
            made.append(key)
    return made


# ---------------------------------------------------------------- delivery


def deliver(payload: dict[str, Any]) -> None:
    """Deliver a notice. It may run twice: the second time finds it sent, or hands over the same under the same id."""
    key = UUID(payload["notice"])
    try:
        with reading():  # a browser may print for seconds
            done = hand_over(key)
    except Exception as failure:  # whatever it was stands beside the notice, for whoever waits for it; the task is tried again
        with writing():
            note_failure(key, failure)
        raise
    if done:
        note_sent(key, clock.now())


def hand_over(key: UUID, quick: bool = False) -> bool:
    """Make the message and hand it to the back end. False when there is nothing to do: sent already, or the subscription has ended."""
    notice = db.session.get(Notice, key)
    if notice is None or notice.state == "sent" or notice.subscription.ended_at is not None:
        return False
    ways.deliver(message_of(notice, quick))
    return True


def message_of(notice: Notice, quick: bool) -> ways.Message:
    """A notice as a message; files go along by mail only, a robot takes none."""
    attachments: list[ways.Attachment] = []
    if notice.way == "mail":
        with in_words_of(notice.language):
            event = Event(notice.day, notice.number, notice.made_at)
            attachments = topic_of(notice.topic).attach(notice.site, event, quick)
    return ways.Message(
        notice.id, notice.made_at.astimezone(ZoneInfo(notice.site.zone)), notice.way, notice.address, notice.language, notice.subject,
        tuple(notice.lines), notice.link, notice.link_word, tuple(attachments),
    )  # fmt: skip


def note_sent(key: UUID, now: datetime) -> None:
    """It has been delivered. The first word counts."""
    values = {"state": "sent", "sent_at": now, "attempts": Notice.attempts + 1, "error": ""}
    changed(sa.update(Notice).where(Notice.id == key, Notice.state != "sent").values(values))


def note_failure(key: UUID, failure: Exception) -> None:
    """It has not been delivered, and why. No robot's whole address stands there."""
    notice = db.session.get(Notice, key)
    if notice is None or notice.state == "sent":
        return
    why = f"{type(failure).__name__}: {failure}".replace(notice.address, shown_address(notice.way, notice.address))
    notice.state, notice.attempts, notice.error = "failed", notice.attempts + 1, why[:LONGEST_ERROR]


def sites_told(site: Site) -> sa.Select[Notice]:
    """A site's notices, the latest first."""
    return sa.select(Notice).where(Notice.site_id == site.id).order_by(Notice.made_at.desc(), Notice.id.desc())
