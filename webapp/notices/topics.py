"""What can be subscribed to: each topic is registered by the slice that owns it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask import Flask, current_app
from flask_babel.speaklater import LazyString

from webapp.core.problems import Problem
from webapp.notices.rules import Event
from webapp.notices.ways import Attachment
from webapp.sites.models import Site


class Words(NamedTuple):
    """What is said, in the language in force: subject, paragraphs, and where one reads more (an absolute address)."""

    subject: str
    lines: list[str]
    link: str
    link_word: str


@dataclass(frozen=True)
class Topic:
    """`events(site, since)`: what there is to tell of days from `since` on, in order. `say(site, event, mark)`: in words, `mark` being
    "" for the first time of its day, "again", or "trial". `attach(site, event, quick)`: files that go along by mail; `quick`: no browser
    is started for them."""

    code: str
    word: LazyString
    events: Callable[[Site, date], list[Event]]
    say: Callable[[Site, Event, str], Words]
    attach: Callable[[Site, Event, bool], list[Attachment]]


def register(app: Flask, topic: Topic) -> None:
    """Offer a topic."""
    app.extensions["notice_topics"][topic.code] = topic


def topics() -> dict[str, Topic]:
    """All topics, by code."""
    known: dict[str, Topic] = current_app.extensions["notice_topics"]
    return known


def topic_of(code: str) -> Topic:
    """The topic of that code. Raises Problem bad-call for none."""
    found = topics().get(code)
    if found is None:
        raise Problem("bad-call")
    return found
