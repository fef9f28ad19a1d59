"""A QR code as SVG: the matrix of `qrcode`, drawn as one path of horizontal runs (4 kB instead of 30)."""

from __future__ import annotations

from functools import lru_cache

import qrcode
from markupsafe import Markup
from qrcode import constants

from webapp.sites.rules import error_level

QUIET = 4  # modules, ISO/IEC 18004
LEVELS = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}


@lru_cache(maxsize=512)
def matrix(text: str, level: str | None = None) -> list[list[bool]]:
    """Modules without quiet zone, at the given error level or the highest that keeps the symbol small."""
    code = qrcode.QRCode(error_correction=LEVELS[level or error_level(text)], border=0)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def runs(rows: list[list[bool]]) -> str:
    """SVG path data that fills the dark modules, one run of neighbours at a time."""
    path = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if row[x]:
                start = x
                while x < len(row) and row[x]:
                    x += 1
                path.append(f"M{start + QUIET} {y + QUIET}h{x - start}v1h{start - x}z")
            else:
                x += 1
    return "".join(path)


def svg(text: str, title: str = "") -> Markup:
    """The code as an inline SVG with its quiet zone, dark on white whatever the theme."""
    rows = matrix(text)
    side = len(rows) + 2 * QUIET
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" aria-label="{title}" '
        'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>'
    ).format(side=side, title=title, path=runs(rows))


def terminal(text: str) -> str:
    """The code in half-block characters, for a terminal."""
    rows = matrix(text, "L")
    blank = [False] * (len(rows) + 4)
    padded = [blank, blank, *([False, False, *row, False, False] for row in rows), blank, blank]
    if len(padded) % 2:
        padded.append(blank)
    signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return "\n".join("".join(signs[pair] for pair in zip(a, b, strict=True)) for a, b in zip(padded[::2], padded[1::2], strict=True))
