"""What the office does with one order: assign, offer, verify, reopen, cancel, decide."""

from __future__ import annotations

from typing import Any

from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.work_orders import rules
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.steps import Standing


def office_facts(order: WorkOrder, standing: Standing, person: Person) -> dict[str, Any]:
    """What `work_orders/_office.html` shows to this person."""
    offered = rules.allowed(standing, order.assignee_id == person.id, rank_at(person, order.site_id) or 0, person.trade)
    return {"offered": offered}
