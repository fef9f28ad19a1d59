"""Garbage is collected between requests, never in the midst of one.

CPython 3.11 collects wherever an object is made, also inside its own C code, and may let another thread run there. Under a server
whose threads are not Python's own this corrupted the heap within some thousand requests (3.12 and later did not: they collect
between instructions only). It also keeps the pauses out of SQLite's write transactions.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from typing import Any

MADE = 5_000
YOUNG_BEFORE_MIDDLE = MIDDLE_BEFORE_OLD = 10  # as Python itself does


def due(counts: tuple[int, int, int]) -> int | None:
    """The generation to collect now, given `gc.get_count()`, or None."""
    made, young, middle = counts
    if made <= MADE:
        return None
    if young <= YOUNG_BEFORE_MIDDLE:
        return 0
    return 1 if middle <= MIDDLE_BEFORE_OLD else 2


Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def collected_between_requests(app: Wsgi) -> Wsgi:
    """The same application. What it consists of is left out of all collections from here on; Python's own are switched off."""
    gc.collect()
    gc.freeze()
    gc.disable()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        finally:
            generation = due(gc.get_count())
            if generation is not None:
                gc.collect(generation)

    return answer
