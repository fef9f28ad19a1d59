"""What supervisors do about who is told: subscribe, end, try. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from webapp.core import tasks
from webapp.core.clock import local_day
from webapp.core.db import changed, db
from webapp.core.problems import Problem
from webapp.notices import delivering
from webapp.notices.models import Notice, Subscription
from webapp.notices.topics import topic_of
from webapp.sites.models import Site


@dataclass(frozen=True)
class Wanted:
    """Who is to be told what, checked. `address` as `rules.read_address` gives it."""

    topic: str
    way: str
    address: str
    language: str
    hour: int


def subscribe(site: Site, wanted: Wanted, by: UUID, now: datetime) -> tuple[Subscription, bool]:
    """Begin a subscription; the same once more is the first, and False. Raises Problem conflict when it is there with another hour or language."""
    topic_of(wanted.topic)
    if (known := in_force(site.id, wanted)) is not None:
        return the_same(known, wanted), False
    row = Subscription(
        site_id=site.id, topic=wanted.topic, way=wanted.way, address=wanted.address, language=wanted.language, hour=wanted.hour, added_by_id=by, added_at=now
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # a colleague, at the very same moment
        known = in_force(site.id, wanted)
        assert known is not None
        return the_same(known, wanted), False
    return row, True


def in_force(site_id: UUID, wanted: Wanted) -> Subscription | None:
    """The subscription of that address to that topic, if there is one."""
    same = (Subscription.topic == wanted.topic, Subscription.way == wanted.way, Subscription.address == wanted.address)
    return db.session.scalar(sa.select(Subscription).where(Subscription.site_id == site_id, Subscription.ended_at.is_(None), *same))


def the_same(known: Subscription, wanted: Wanted) -> Subscription:
    """`known`, if it is what is wanted."""
    if (known.hour, known.language) != (wanted.hour, wanted.language):
        raise Problem("conflict", _("This address is told already, at another hour or in another language. End that subscription first."))
    return known


def end(subscription: Subscription, by: UUID, now: datetime) -> None:
    """Nothing more goes there, what waits neither. Ended before: nothing changes."""
    ours = (Subscription.id == subscription.id, Subscription.ended_at.is_(None))
    if changed(sa.update(Subscription).where(*ours).values(ended_at=now, ended_by_id=by)):
        waiting = (Notice.subscription_id == subscription.id, Notice.state == "waiting")
        db.session.execute(sa.update(Notice).where(*waiting).values(state="failed"))


def try_out(subscription: Subscription, now: datetime) -> None:
    """Send the last that there is to tell once, marked as a trial. Raises Problem conflict: it has ended, or there is nothing to tell."""
    must_be_in_force(subscription)
    topic = topic_of(subscription.topic)
    events = topic.events(subscription.site, local_day(now - delivering.LOOKED_BACK, subscription.site.zone))
    if not events:
        raise Problem("conflict", _("There is nothing to send yet: no day has been signed."))
    with delivering.in_words_of(subscription.language):
        words = topic.say(subscription.site, events[-1], "trial")
    delivering.put([delivering.row_of(subscription, events[-1], words, now, trial=True)])


def try_again(notice: Notice, now: datetime) -> None:
    """Let a notice that did not arrive go out once more. Raises Problem conflict: it has arrived, or its subscription has ended."""
    must_be_in_force(notice.subscription)
    if notice.state == "sent":
        raise Problem("conflict", _("This has been sent in the meantime."))
    changed(sa.update(Notice).where(Notice.id == notice.id, Notice.state == "failed").values(state="waiting"))
    # Its own task has given up, or is about to try by itself; one more a minute is enough.
    minute = int(now.timestamp() // 60)
    tasks.put(delivering.DELIVER, {"notice": str(notice.id)}, unique_key=f"{delivering.DELIVER}:{notice.id}:{minute}")


def must_be_in_force(subscription: Subscription) -> None:
    """Raises Problem conflict when it has ended."""
    if subscription.ended_at is not None:
        raise Problem("conflict", _("This subscription has ended."))
