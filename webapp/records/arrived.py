"""A record on its way from the raw bytes to an action: who, when, from which device, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from webapp.records.envelope import Envelope


class Arrived(NamedTuple):
    """`form` is the kind's body, None when it is not well formed; `code` the label's code that it names.

    `at` is the corrected time, `raw_at` the phone's own, `clock_grade` how far apart they are.
    """

    id: UUID
    person_id: UUID
    device_id: UUID
    envelope: Envelope
    form: BaseModel | None
    code: str | None
    at: datetime
    raw_at: datetime
    clock_grade: str
    received_at: datetime
