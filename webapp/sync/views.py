"""The intake's addresses: /ticket, /sync, /sync/ping, /sync/have."""

from __future__ import annotations

import json
import zlib
from typing import Any

from flask import Blueprint, Response, jsonify, request

from webapp.core import clock, faults, gate
from webapp.core.db import db, one_thread_at_a_time, writing
from webapp.core.i18n import iso
from webapp.core.ids import read_id
from webapp.core.problems import Problem
from webapp.core.static import bundle
from webapp.people import tickets
from webapp.people.actions import tell_state
from webapp.people.models import Device
from webapp.people.session import me, my_device
from webapp.records.actions import epoch
from webapp.records.queries import known_ids
from webapp.sync.calls import MOST_BYTES, Parcel, read_call
from webapp.sync.intake import results_of
from webapp.sync.queue import take_in

sync = Blueprint("sync", __name__)

MIN_ENV = 1


@sync.get("/ticket")
@gate.signed_in
def ticket() -> Response:
    """A ticket for the signed-in person on this device."""
    person, device = me(), my_device()
    text, issued = tickets.issue(person.id, device.id)
    response = jsonify(ticket=text, person=str(person.id), device=str(device.id), expires_at=iso(issued.expires_at))
    response.headers["Cache-Control"] = "no-store"
    return response


@sync.get("/sync/ping")
@gate.ticket
def ping() -> Response:
    """Proof that this is our server: echoes the nonce. With a ticket, the phone tells about itself in `Rounds-Phone`."""
    if request.headers.get("Rounds-Phone") and request.headers.get("Authorization"):
        _hear_phone()
    response = jsonify(
        nonce=request.args.get("n", "")[:100], time=iso(clock.now()), epoch=str(epoch()), build=bundle().build, min_env=MIN_ENV
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _hear_phone() -> None:
    ticket = tickets.presented()
    try:
        told = json.loads(request.headers["Rounds-Phone"])
    except ValueError:
        return
    with writing():
        device = db.session.get(Device, ticket.device_id)
        if isinstance(told, dict) and device is not None:
            tell_state(device, told)


@sync.post("/sync")
@gate.ticket
def take() -> Response:
    """Take records in. The answer leaves only after the transaction is on disk."""
    ticket = tickets.presented()
    value = _json_body()
    with one_thread_at_a_time():
        call = read_call(value)
    received_at = clock.now()
    faults.reach("intake.read")
    taken = take_in(Parcel(ticket, call, received_at))
    response = jsonify(received_at=iso(received_at), epoch=taken.epoch, results=results_of(taken.lot))
    response.headers["Cache-Control"] = "no-store"
    faults.reach("intake.answered")
    return response


@sync.post("/sync/have")
@gate.ticket
def have() -> Response:
    """Which of these ids the server still holds."""
    tickets.presented()
    value = _json_body()
    ids = value.get("ids") if isinstance(value, dict) else None
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise Problem("bad-call")
    if len(ids) > 1000:
        raise Problem("too-large")
    known = known_ids(key for i in ids if (key := read_id(i)))
    response = jsonify(epoch=str(epoch()), have=[i for i in ids if read_id(i) in known])
    response.headers["Cache-Control"] = "no-store"
    return response


def _json_body() -> Any:
    """The body as JSON, gzip allowed. Raises Problem too-large above 1 MiB, bad-call when it is not JSON."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Problem("too-large")
    content = request.get_data(cache=False)
    if request.headers.get("Content-Encoding") == "gzip":
        content = _gunzip(content)
    if len(content) > MOST_BYTES:
        raise Problem("too-large")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Problem("bad-call") from None


def _gunzip(content: bytes) -> bytes:
    """Unpack, but never more than a call may hold."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        out = unpacker.decompress(content, MOST_BYTES + 1)
    except zlib.error:
        raise Problem("bad-call") from None
    return out
