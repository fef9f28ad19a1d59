"""deadlines of work orders moved on by the time for which their clocks stood still

Revision: 0022, after 0021
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from webapp.core.db import UTCTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# As on the day of this migration; what it knows of the rules it must know for ever.
BOTH = ("waiting_resident", "appointment")
LISTED = (*BOTH, "waiting_parts", "access_refused", "weather")
NO_MARKS = ("photo", "use", "sign", "payer", "waive")
ORDERS = sa.table(
    "work_order",
    *(sa.column(name, sa.Uuid()) for name in ("id",)),
    *(sa.column(name, UTCTime()) for name in ("raised_at", "due_at", "due_by", "held_at", "on_site_due_at", "on_site_due_by", "on_site_held_at", "on_site_at", "finished_at", "closed_at")),
)  # fmt: skip
STEPS = sa.table(
    "work_step", sa.column("id", sa.Uuid()), sa.column("order_id", sa.Uuid()), sa.column("verb"), sa.column("cause"), sa.column("at", UTCTime()), sa.column("until", UTCTime()),
)  # fmt: skip


def upgrade() -> None:
    long_ago = sa.text("'1970-01-01 00:00:00.000000'")
    op.add_column('work_order', sa.Column('due_by', UTCTime(timezone=True), nullable=False, server_default=long_ago))
    for name in ('held_at', 'on_site_due_by', 'on_site_held_at'):
        op.add_column('work_order', sa.Column(name, UTCTime(timezone=True), nullable=True))
    op.execute("UPDATE work_order SET due_by = due_at, on_site_due_by = on_site_due_at")
    connection, by_order = op.get_bind(), defaultdict[UUID, list[Any]](list)
    paused = sa.select(STEPS.c.order_id).where(STEPS.c.cause.in_(LISTED))
    steps = sa.select(STEPS).where(STEPS.c.order_id.in_(paused), STEPS.c.verb.not_in(NO_MARKS)).order_by(STEPS.c.at, STEPS.c.id)
    for step in connection.execute(steps):
        by_order[step.order_id].append(step)
    for order in connection.execute(sa.select(ORDERS).where(ORDERS.c.id.in_(paused))).all():
        due_by, held_at = moved(order.due_at, by_order[order.id], LISTED, order.finished_at or order.closed_at)
        values: dict[str, Any] = {"due_by": due_by, "held_at": held_at}
        if order.on_site_due_at:
            ended = order.on_site_at or order.finished_at or order.closed_at
            values |= dict(zip(("on_site_due_by", "on_site_held_at"), moved(order.on_site_due_at, by_order[order.id], BOTH, ended), strict=True))
        connection.execute(sa.update(ORDERS).where(ORDERS.c.id == order.id).values(values))


def moved(due: datetime, steps: Iterable[Any], causes: tuple[str, ...], ended: datetime | None) -> tuple[datetime, datetime | None]:
    """The deadline after all pauses for such causes, and since when it moves on with the time."""
    for step, following in pairwise([*steps, None]):
        if step is None or step.cause not in causes or step.at >= (min(due, ended) if ended else due):
            continue
        ends = [end for end in (step.until, following.at if following else None, ended) if end is not None]
        if not ends:
            return due, step.at
        due += max(min(ends) - step.at, timedelta(0))
    return due, None


def downgrade() -> None:
    for name in ('on_site_held_at', 'on_site_due_by', 'held_at', 'due_by'):
        op.drop_column('work_order', name)
