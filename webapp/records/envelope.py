"""The form of a record's payload (contract: "The intake"), read without judging what it says."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST_DEEP = 50
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # the escape, not a text that speaks of it

Text = Annotated[str, Field(max_length=10_000)]
Short = Annotated[str, Field(max_length=200)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Lenient(BaseModel):
    """Fields that are not known yet come from a newer phone: they are kept in the raw bytes and ignored here."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Position(Lenient):
    """Where the phone believed to be: WGS-84 degrees, accuracy in metres, and when it was measured."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    accuracy_m: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    at: Short | None = None


class PhotoNamed(Lenient):
    """A photo that belongs to the record; its bytes travel apart."""

    sha256: Annotated[Digest, Field(description="Of the bytes that are sent")]
    bytes: Annotated[int, Field(ge=1, description="How many they are")]
    mime: Annotated[Short, Field(description="Their type, such as image/jpeg")]
    original: Annotated[
        Digest | None, Field(description="SHA-256 of the picture before it was made smaller and stamped: of the camera's frame or the file")
    ] = None


class Envelope(Lenient):
    """What every payload carries, whatever its kind."""

    env: Annotated[int, Field(description="Version of the envelope: 1")]
    kind: Annotated[Short, Field(description="Which kind of record; see below")]
    kind_schema: Annotated[int, Field(alias="schema", description="Version of the body's form")]
    seq: Annotated[int, Field(ge=0, lt=2**53, description="Counts per device without gaps")]
    occurred_at: Annotated[str, Field(max_length=40, description="The phone's time, with its offset; kept as given")]
    zone: Annotated[Short | None, Field(description="IANA zone of the phone")] = None
    mono: Annotated[float | None, Field(allow_inf_nan=False, description="Monotonic clock, seconds")] = None
    boot: Annotated[Short | None, Field(description="Random id of the span in which `mono` counts on")] = None
    position: Annotated[Position | None, Field(description="Where the phone believed to be")] = None
    photos: Annotated[list[PhotoNamed], Field(max_length=60, description="Photos that travel apart")] = []
    note: Annotated[Text, Field(description="Free words")] = ""
    supersedes: Annotated[UUID | None, Field(description="The record that this one replaces")] = None
    after: Annotated[list[UUID], Field(max_length=100, description="Records that must have been accepted first")] = []
    body: Annotated[dict[str, Any], Field(description="What the kind says; see below")]


class Unreadable(ValueError):
    """The payload is not of the envelope's form; the message names the first field that is wrong."""


def storable(value: object) -> bool:
    """Can both databases keep every text in this value? PostgreSQL takes no NUL, UTF-8 no lone surrogate."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return NUL.search(text) is None


def too_deep(value: object) -> bool:
    """Is this nested deeper than MOST_DEEP? Whether Python can handle it would depend on who asks."""
    level = [value]
    for _depth in range(MOST_DEEP):
        if not level:
            return False
        level = [inner for one in level if isinstance(one, (dict, list)) for inner in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def _no_number(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity are no JSON, though Python reads them


DECODER = json.JSONDecoder(parse_constant=_no_number)


def read(payload: str) -> Envelope:
    """The envelope in a payload's JSON text. Raises Unreadable."""
    try:
        value = DECODER.decode(payload)
    except (ValueError, RecursionError):
        raise Unreadable("json") from None
    deep = payload.count("{") + payload.count("[") > MOST_DEEP and too_deep(value)  # counting is quick, walking is not
    # Only an escape can smuggle such a character past the JSON reader.
    if not isinstance(value, dict) or deep or ("\\u" in payload and not storable(value)):
        raise Unreadable("json")
    try:
        return Envelope.model_validate(value)
    except ValidationError as wrong:
        raise Unreadable(".".join(str(part) for part in wrong.errors()[0]["loc"])) from None
