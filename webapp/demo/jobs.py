"""How the demo's people do their work orders: on their phones, step by step, as far as the clock has come."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from webapp.core import clock
from webapp.core.db import db
from webapp.demo import pictures
from webapp.demo.build import Town
from webapp.demo.phones import Phone, Picture
from webapp.demo.roster import Roster
from webapp.demo.shapes import METRES_PER_DEGREE
from webapp.people.models import Person
from webapp.work_orders import actions, charging, pricing
from webapp.work_orders.arrival import spots_of
from webapp.work_orders.models import WorkOrder

HOME = "home"
Later = Callable[[datetime, Callable[[], object]], None]
MOST_PHOTOS = 6
FROM_AFAR = 0.06  # of all arrivals
SCRIBBLE = [[[120 + 13 * n, 210 + (n % 5) * 22 - (n % 3) * 31] for n in range(40)], [[300, 120], [420, 300], [560, 160]]]
PARTS = {"home": (("水龙头", 1), ("生料带", 2)), "light": (("LED灯管", 1),), "water": (("PVC管", 1.5),), "damage": (("合页", 2),)}


@dataclass
class Job:
    """An order to be played. `stands`: where it stops, "" to go on to the end; `done`: what follows when it is verified; `who`: whose it is,
    "" for whoever is at work then."""

    order: WorkOrder
    chance: random.Random
    stands: str = ""
    done: Callable[[], None] | None = None
    who: str = ""


@dataclass
class Craft:
    """The people who do the work, and their phones."""

    town: Town
    staff: dict[str, Person]
    phones: dict[str, Phone]
    roster: Roster
    end: datetime
    later: Later
    photos: int = MOST_PHOTOS

    def play(self, job: Job) -> None:
        """Let the order go its way from now on."""
        now = clock.now()
        order = job.order
        if job.stands in ("new", "offered"):
            if job.stands == "offered":
                actions.act(order, self.staff["desk"], "offer", now, trade=order.trade)
            return
        who = job.who or self._who(order, now)
        if order.assignee_id is None and order.state == "new":
            actions.act(order, self.staff["desk"], "assign", now, to_id=self.staff[who].id)
        elif order.state == "offered":
            self._soon(4, lambda: self._step(job, who, "take"))
            self._go(job, who, ("on_the_way", "on_site", "start"))
            return
        elif order.assignee_id is not None:
            who = next(name for name, person in self.staff.items() if person.id == order.assignee_id)
        if job.stands == "assigned":
            return
        self._go(job, who, ("accept", "on_the_way", "on_site", "start"))

    def _who(self, order: WorkOrder, now: datetime) -> str:
        if order.trade in ("service", "management"):
            return "supervisor"
        if order.trade == "guard":
            return self.roster.guard_at(now)
        try:
            return self.roster.worker("jinxiu", order.trade, now)
        except StopIteration:
            return order.trade

    def _go(self, job: Job, who: str, verbs: tuple[str, ...]) -> None:
        """One step after the other; then the work itself."""
        if not verbs:
            self._work(job, who)
            return
        verb, *rest = verbs

        def happen() -> None:
            self._step(job, who, verb)
            if job.stands != {"accept": "accepted", "start": "running"}.get(verb, verb):
                self._go(job, who, tuple(rest))

        self._soon(job.chance.uniform(2, 14), happen)

    def _work(self, job: Job, who: str) -> None:
        if job.stands == "paused":
            self._soon(20, lambda: self._step(job, who, "pause", cause="appointment", reason="业主约明天上午"))
        elif job.stands == "waiting_parts":
            self._soon(20, lambda: self._step(job, who, "need_parts", reason="缺同型号合页，已报采购"))
        elif job.stands == "conflict":
            self._soon(30, lambda: self._step(job, who, "finish", reason="已修好"))
            other = "technician2" if who == "technician" else "technician"
            self._soon(42, lambda: self._step(job, other, "finish", reason="我修好的，换了新件"))
        else:
            minutes = job.chance.uniform(20, 95)
            self._soon(minutes, lambda: self._finish(job, who))

    def _finish(self, job: Job, who: str) -> None:
        order = job.order
        if self.photos and order.type_code in PARTS and clock.now() > self.end - timedelta(days=5):
            self.photos -= 1
            self._step(job, who, "photo", stage="before", pictures=(self._picture(job, "before"),))
            self._step(job, who, "photo", stage="after", pictures=(self._picture(job, "after"),))
        self._step(job, who, "use", lines=self._lines(order, job.chance))
        self._step(job, who, "finish")
        if job.stands == "unsigned":
            return
        if order.payer == "resident":
            self._sign(job, who)
        if job.stands == "finished":
            return
        self._soon(job.chance.uniform(15, 240), lambda: self._verify(job))

    def _verify(self, job: Job) -> None:
        db.session.refresh(job.order)
        if job.order.state == "finished":
            actions.act(job.order, self.staff["supervisor"], "verify", clock.now())
        if job.order.payer == "resident" and job.chance.random() < 0.85:
            charge = pricing.charge_of(job.order)
            way = job.chance.choice(("wechat", "wechat", "alipay", "cash"))
            charging.pay(job.order, way, charge.due, f"R{job.order.number}", "", self.staff["desk"], clock.now())
        if job.done:
            job.done()

    def _sign(self, job: Job, who: str) -> None:
        db.session.refresh(job.order)
        charge = pricing.charge_of(job.order)
        signed = {
            "charge": charge.digest(), "strokes": SCRIBBLE, "shown": pricing.shown_of(job.order, charge), "name": "业主", "stars": job.chance.choice((4, 5, 5)),
        }  # fmt: skip
        self._step(job, who, "sign", signed=signed)

    def _lines(self, order: WorkOrder, chance: random.Random) -> list[dict[str, Any]]:
        items = {item.name: item for item in pricing.items_of(order.site_id).values()}
        used = [("人工", chance.choice((0.5, 1, 1.5))), *PARTS.get(order.type_code, ())]
        return [{"item": str(items[name].id), "quantity": quantity} for name, quantity in used]

    def _picture(self, job: Job, caption: str) -> Picture:
        spot = next(iter(self.town.spots.values()))
        return pictures.scene(spot, f"{caption}  {clock.now().astimezone():%Y-%m-%d %H:%M}", job.chance)

    def _step(self, job: Job, who: str, verb: str, *, pictures: tuple[Picture, ...] = (), **body: Any) -> UUID:
        phone = self.phones[who]
        at = max(clock.now(), phone.busy_until + timedelta(seconds=5))
        position = self._there(job.order) if verb == "on_site" else None
        record_id = phone.record("work-step", {"order": str(job.order.id), "verb": verb, **body}, at, position=position, pictures=pictures)
        phone.contact(at + timedelta(seconds=2))
        return record_id

    def _there(self, order: WorkOrder) -> dict[str, Any] | None:
        """Where the phone is when somebody says "on site": by the point, where that is measured; now and then far from it."""
        spots, chance = spots_of(order), random.Random(f"there {order.number}")
        if not spots:
            return None
        north_m = 620 if chance.random() < FROM_AFAR else chance.uniform(-12, 12)
        return {
            "lat": round((spots[0].lat or 0) + north_m / METRES_PER_DEGREE, 6),
            "lon": spots[0].lon,
            "accuracy_m": chance.choice((6, 9, 14)),
        }

    def _soon(self, minutes: float, happen: Callable[[], object]) -> None:
        self.later(clock.now() + timedelta(minutes=minutes), happen)
