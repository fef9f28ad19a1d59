"""runs of work orders that were opened again; a reopening begins new clocks

Revision: 0028, after 0027
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from webapp.core.db import UTCTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

FINISHES = ("finish", "part_finish")  # as on the day of this migration
MOMENTS = ("raised_at", "due_at", "due_by", "on_site_due_at", "on_site_due_by", "finished_at")
ORDERS = sa.table(
    "work_order", sa.column("id", sa.Uuid()), sa.column("site_id", sa.Uuid()), sa.column("reopened"), *(sa.column(name, UTCTime()) for name in MOMENTS),
)  # fmt: skip
STEPS = sa.table("work_step", sa.column("id", sa.Uuid()), sa.column("order_id", sa.Uuid()), sa.column("verb"), sa.column("at", UTCTime()))
RUN_MOMENTS = ("finished_at", "ended_at", "reopened_at", "due_by", "on_site_due_by")


def upgrade() -> None:
    table = op.create_table(
        "work_run",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, UTCTime(timezone=True), nullable=name in ("finished_at", "on_site_due_by")) for name in RUN_MOMENTS),
        sa.ForeignKeyConstraint(["order_id"], ["work_order.id"], name="fk_work_run_order_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_work_run_site_id"),
        sa.PrimaryKeyConstraint("order_id", "number", name="pk_work_run"),
    )
    for name, column in (("finished", "finished_at"), ("due", "due_by"), ("on_site_due", "on_site_due_by")):
        op.create_index(f"ix_work_run_{name}", "work_run", ["site_id", column])
    connection = op.get_bind()
    for order in connection.execute(sa.select(ORDERS).where(ORDERS.c.reopened > 0)).all():
        runs = list(runs_of(order, connection.execute(sa.select(STEPS).where(STEPS.c.order_id == order.id).order_by(STEPS.c.at, STEPS.c.id))))
        if runs:
            connection.execute(sa.insert(table), runs)
            later = runs[-1]["reopened_at"] - order.raised_at  # the current run has as much time as the first
            values: dict[str, Any] = {"due_by": order.due_by + later}
            if order.on_site_due_by:
                values["on_site_due_by"] = order.on_site_due_by + later
            connection.execute(sa.update(ORDERS).where(ORDERS.c.id == order.id).values(values))


def runs_of(order: Any, steps: Any) -> Iterator[dict[str, Any]]:
    """What ended before each reopening. Pauses are taken to have been in the first run; two versions of an end to have been the first."""
    begun, finished, ended, number = order.raised_at, None, None, 0
    for step in steps:
        if step.verb in FINISHES:
            finished = finished or step.at
        if step.verb in (*FINISHES, "cancel"):
            ended = ended or step.at
        if step.verb == "reopen" and ended:
            later = begun - order.raised_at if number else timedelta(0)
            yield {
                "order_id": order.id, "number": number, "site_id": order.site_id, "finished_at": finished, "ended_at": ended, "reopened_at": step.at,
                "due_by": (order.due_at if number else order.due_by) + later,
                "on_site_due_by": (order.on_site_due_at if number else order.on_site_due_by) + later if order.on_site_due_by else None,
            }  # fmt: skip
            begun, finished, ended, number = step.at, None, None, number + 1


def downgrade() -> None:
    op.drop_table("work_run")
