"""The one maker of ids (UUIDv7, RFC 9562 §5.7) and of random codes. A test or the demo may seed it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from webapp.core import clock

_random: random.Random = random.SystemRandom()
_last = 0
_lock = threading.Lock()

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> UUID:
    """A UUIDv7: 48 bits of milliseconds, the rest random. Ids made by one process never go backwards."""
    global _last
    millis = int(clock.now().timestamp() * 1000)
    value = millis << 80 | _VERSION_7 | _random.getrandbits(12) << 64 | _VARIANT | _random.getrandbits(62)
    with _lock:
        # Two ids of one millisecond keep their order: count on from the last one.
        if value <= _last and value >> 80 == _last >> 80:
            value = _last + 1
        _last = value
    return UUID(int=value)


def read_id(text: str) -> UUID | None:
    """The id in a text, or None when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def random_bits(count: int) -> int:
    """`count` random bits, unguessable unless seeded."""
    return _random.getrandbits(count)


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """Make ids and codes repeatable inside this block; gives the generator for the caller's own choices."""
    global _random
    before, _random = _random, random.Random(seed)
    try:
        yield _random
    finally:
        _random = before
