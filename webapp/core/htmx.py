"""The one place that touches htmx-flask, and that knows how it and htmx 4 differ.

htmx 4 sends a history restore without `HX-Request`: such a call rightly gets the full page. Boosted calls carry
`HX-Request` and want the full page too.
"""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template
from htmx_flask import Htmx
from htmx_flask import request as hx_request


def init_htmx(app: Flask) -> None:
    """Give requests their `.htmx`, and tell caches that fragment and page share an address."""
    Htmx(app)

    @app.after_request
    def vary(response: Response) -> Response:
        response.vary.add("HX-Request")
        return response


def wants_fragment() -> bool:
    """Is this a swap inside a page?"""
    return bool(hx_request.htmx) and not hx_request.htmx.boosted


def show(page: str, fragment: str, **values: object) -> str:
    """Render `fragment` for a swap, else the full `page`, which includes the same fragment."""
    return render_template(fragment if wants_fragment() else page, **values)


def redirect_whole_page(address: str) -> Response:
    """Tell htmx to leave for `address`: a 302 would be followed and swapped into the fragment."""
    response = make_response("", 401)
    response.headers["HX-Redirect"] = address
    return response
