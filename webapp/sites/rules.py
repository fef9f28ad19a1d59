"""Pure questions about labels, codes and distances."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from urllib.parse import urlsplit

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
PRIME = 1021  # the largest prime that two letters can count to: every wrong or swapped pair of letters shows
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})
EARTH_M = 6_371_008.8  # mean radius, metres (IUGG)

# Capacity of a version 3 symbol (29 modules) in alphanumeric mode, by error level: ISO/IEC 18004, table 7.
VERSION_3 = (("H", 35), ("Q", 47), ("M", 61))


def check_letters(body: str) -> str:
    """The two check letters of the eight random ones."""
    value = 0
    for letter in body:
        value = value * 32 + LETTERS.index(letter)
    value %= PRIME
    return LETTERS[value >> 5] + LETTERS[value & 31]


def make_code(bits: int) -> str:
    """A label code from 40 random bits."""
    body = "".join(LETTERS[bits >> shift & 31] for shift in range(35, -1, -5))
    return body + check_letters(body)


@lru_cache(maxsize=4096)
def read_code(text: str) -> str | None:
    """The code in what somebody typed or a camera read: a bare code, or any host's `/c/<CODE>`. None if it is not one.

    The host is not compared: labels outlive host names.
    """
    text = text.strip()
    if re.match(r"https?://", text, re.IGNORECASE):
        try:
            path = urlsplit(text).path
        except ValueError:  # an address with a lone bracket
            return None
        found = re.fullmatch(r"/c/([^/]+)/?", path, re.IGNORECASE)
        if not found:
            return None
        text = found[1]
    code = text.upper().translate(LOOKALIKES)
    if len(code) != 10 or any(letter not in LETTERS for letter in code):
        return None
    return code if check_letters(code[:8]) == code[8:] else None


def printed(code: str) -> str:
    """The code as people read it: 7KQ2M-4XPC9."""
    return f"{code[:5]}-{code[5:]}"


def label_text(public_url: str, code: str) -> str:
    """What the QR code holds: the address in capitals, so that it fits the alphanumeric mode."""
    return f"{public_url}/c/{code}".upper()


def error_level(text: str) -> str:
    """The highest level that keeps the symbol at version 3; beyond that M, never L."""
    return next((level for level, most in VERSION_3 if len(text) <= most), "M")


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres between two WGS-84 positions in degrees (haversine)."""
    half_lat, half_lon = math.radians(lat2 - lat1) / 2, math.radians(lon2 - lon1) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))


def where_of(distance_m: float, accuracy_m: float, fence_m: float) -> str:
    """inside, outside or vague: inside when distance − accuracy is within the fence; a radius below the accuracy would raise false alarms."""
    if distance_m - accuracy_m > fence_m:
        return "outside"
    return "vague" if accuracy_m > 4 * fence_m else "inside"


def is_share(value: float) -> bool:
    """Is it a share of a picture's side, 0 to 1? (NaN is none.)"""
    return 0 <= value <= 1
