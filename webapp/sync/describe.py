"""`docs/records.md`, written from the code: every kind of record, its fields, and why records are held."""

from __future__ import annotations

import typing
from types import UnionType
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from webapp.records.envelope import Envelope, PhotoNamed, Position
from webapp.records.held import REASONS
from webapp.sync.kinds import KINDS

HEAD = """# Records

Written by `python -m webapp describe-records`; a test compares it with the code.

A **record** is anything a person does in the field: who, when, where, with what evidence. Phones keep records in their own
store first and hand them in here; so may any other client.

## How records travel

1. `GET /ticket` (signed in) → `{"ticket", "person", "device", "expires_at"}`. Sent as `Authorization: Ticket <ticket>` it
   lets one device hand in one person's records for 180 days, whoever is signed in by then. The intake reads no cookie.
2. `GET /sync/ping?n=<nonce>` → `{"nonce", "time", "epoch", "build", "min_env"}`. Any other answer is not this server.
3. `POST /sync` with `{"sent_at", "records": [{"id", "sha256", "payload"}]}`: at most 100 records and 1 MiB; `payload` is JSON
   text, kept byte for byte; `sha256` is of its UTF-8 bytes; `id` is a UUIDv7 made on the phone.
   → `{"received_at", "epoch", "results": [{"id", "sha256", "status", "receipt", "reason", "message", "photos_pending"}]}`, one
   result a record, in order, only after all of it is on disk. `status`: `accepted`; `duplicate` (same id, same bytes: nothing
   changed); `held` (stored whole, not counted, waiting for a supervisor); `damaged` (payload and sha256 differ: nothing stored).
4. `POST /sync/have` `{"ids"}` → `{"epoch", "have"}`: which of them the server still holds, at most 1,000 a call.
5. `PUT /photos/<sha256>` with the picture's bytes: 201 stored, 200 already here, 422 bytes and digest differ, 415 not a picture,
   413 above 20 MiB, 507 no room. Over a weak line in pieces, as tus 1.0 says: `POST /photos/<sha256>` with `Upload-Length` (or
   `POST /photos` with `Upload-Metadata: sha256 <Base64>`), `PATCH` with `Upload-Offset` and, if wanted, `Upload-Checksum` (sha1 or
   sha256), `HEAD` for how much of it is here. 409 another offset, 460 a damaged piece, 404 nothing here any more: begin anew.
   Pieces stay at least 30 days.

Refusals of a whole call are `{"error", "message"}`: 400 not of this form, 401 ticket not good, 413 too much (halve the batch),
429 and 503 later. All of them mean: keep everything.

## What stands inside `payload`

Unknown fields are kept with the raw bytes and otherwise ignored. Times are RFC 3339 with their offset, positions WGS-84
degrees, accuracies metres, durations seconds. Every schema listed here stays accepted for 24 months after its successor.
"""
NAMES: dict[object, str] = {str: "text", int: "integer", float: "number", bool: "yes/no", UUID: "record id", Any: "any"}


def type_words(kind: object) -> str:
    """A field's type in words."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " · ".join(f"`{value}`" for value in inside)
    if origin in (typing.Union, UnionType):
        return " or ".join(type_words(part) for part in inside if part is not type(None)) + (" or null" if type(None) in inside else "")
    if origin is typing.Annotated:
        return type_words(inside[0])
    if origin is list:
        return f"list of {type_words(inside[0])}"
    if origin is dict:
        return "object"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.__name__
    return NAMES.get(kind, str(kind))


def default_words(field: FieldInfo) -> str:
    """What stands for a field that is left out."""
    if field.is_required():
        return "required"
    value = field.default
    if value is None:
        return "null"
    return "empty" if value in ("", [], {}) else f"`{value}`"


def fields_table(model: type[BaseModel]) -> str:
    """A model's fields as a table."""
    rows = ["| field | takes | left out | what |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        shown = field.alias or name
        rows.append(f"| `{shown}` | {type_words(field.annotation)} | {default_words(field)} | {field.description or ''} |")
    return "\n".join(rows)


def markdown() -> str:
    """The whole page."""
    parts = [HEAD, "## Envelope", (Envelope.__doc__ or "").strip(), fields_table(Envelope)]
    for model in (Position, PhotoNamed):
        parts += [f"### {model.__name__}", (model.__doc__ or "").strip(), fields_table(model)]
    for kind, schemas in KINDS.items():
        for schema, entry in schemas.items():
            parts += [f"## `{kind}`, schema {schema}", (entry.body.__doc__ or "").strip(), fields_table(entry.body)]
    parts += [
        "## Why a record is held",
        "| reason | what the person reads |\n|---|---|\n" + "\n".join(f"| `{c}` | {s} |" for c, s in REASONS.items()),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"
