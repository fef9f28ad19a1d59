"""Who may use which route: every route declares it, and an application with an undeclared route does not start.

    @blueprint.get("/labels")
    @gate.at_least("supervisor")
    def labels(): ...

The rank asked for is the highest a person holds anywhere; a view then finds its site *for this person* and so asks
again, about that site.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.wrappers import Response

from webapp.core.db import READING
from webapp.core.problems import Problem

View = TypeVar("View", bound=Callable[..., object])

RANKS = {"signed-in": 0, "worker": 1, "desk": 2, "supervisor": 3, "manager": 4, "admin": 5}
OPEN = {"public", "ticket"}  # anybody; whoever holds a valid ticket (the view checks it: the intake reads no cookie)


def _declare(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]  # a mark on the function is the declaration
    return view


def public(view: View) -> View:
    """Anybody, without an account."""
    return _declare(view, "public")


def ticket(view: View) -> View:
    """Whoever sends a valid upload ticket; cookies are not read."""
    return _declare(view, "ticket")


def signed_in(view: View) -> View:
    """Any person with an account in force."""
    return _declare(view, "signed-in")


def at_least(rank: str) -> Callable[[View], View]:
    """Persons who hold `rank` (see RANKS) or a higher one at some site."""
    if rank not in RANKS:
        raise ValueError(rank)
    return lambda view: _declare(view, rank)


def takes(*, most_bytes: int | None = None, most_parts: int | None = None) -> Callable[[View], View]:
    """This route takes a larger form than others: so many bytes in all, so many fields. Declared, because the gate reads a form first."""

    def declare(view: View) -> View:
        view.takes = (most_bytes, most_parts)  # type: ignore[attr-defined]  # as above
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> str:
    """What the route's view declares."""
    return str(getattr(app.view_functions[endpoint], "access", ""))


def from_elsewhere() -> bool:
    """Was this request made by another website? Browsers say so in Sec-Fetch-Site, older ones in Origin.

    This replaces tokens in forms: pages are kept for offline use, and a kept token would be a stale one.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(origin or "").netloc != request.host


def init_gate(app: Flask, rank_of_caller: Callable[[], int | None], ask_to_sign_in: Callable[[], Response]) -> None:
    """Ask at every request.

    `rank_of_caller` gives the caller's highest rank, or None when nobody is signed in; `ask_to_sign_in` answers then.
    """

    @app.before_request
    def may_enter() -> Response | None:
        if request.endpoint is None:
            return None
        access = access_of(app, request.endpoint)
        if access == "ticket":
            return None
        most_bytes, most_parts = getattr(app.view_functions[request.endpoint], "takes", (None, None))
        request.max_content_length = most_bytes or request.max_content_length
        request.max_form_parts = most_parts or request.max_form_parts
        if request.method not in READING and from_elsewhere():
            raise Problem("cross-site")
        if "\0" in request.path or any("\0" in text for text in request.values.values()):
            raise Problem("bad-call")  # no database keeps it, and nobody types it
        if access == "public":
            return None
        rank = rank_of_caller()
        if rank is None:
            return ask_to_sign_in()
        if rank < RANKS[access]:
            raise Problem("not-found")
        return None


def check_declared(app: Flask) -> None:
    """Raise LookupError when a route declares no access."""
    silent = sorted(name for name in app.view_functions if access_of(app, name) not in RANKS | dict.fromkeys(OPEN, 0))
    if silent:
        raise LookupError(f"routes that declare no access: {', '.join(silent)}")
