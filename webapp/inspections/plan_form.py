"""A plan's form: its fields, what a plan shows in them, and how often it comes in words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from babel.dates import get_day_names, get_month_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from webapp.equipment.due import Interval
from webapp.inspections.grades import KINDS, Rate
from webapp.inspections.models import InspectionPlan

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class PlanForm(BaseModel):
    """See `models.InspectionPlan`. `whole`: everybody of the trade must do it."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str | None, Field(max_length=80)] = None
    checklist: UUID
    points: Annotated[list[UUID], Field(max_length=400)] = []
    area_kind: Annotated[str | None, Field(max_length=20)] = None
    area_grade: Annotated[int | None, Field(ge=1, le=5)] = None
    source: Annotated[str, Field(max_length=200)] = ""
    confidence: Literal["", "A", "B", "C"] = ""
    every: Annotated[int, Field(ge=1, le=3_660)]
    unit: Literal["day", "week", "month", "year"]
    from_completion: bool = False
    months: list[Annotated[int, Field(ge=1, le=12)]] = []
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = []
    begins_on: Annotated[date, Field(ge=date(2020, 1, 1), le=date(2060, 1, 1))]
    from_time: Clock = "00:00"
    until_time: Clock = "23:59"
    trade: Literal["guard", "technician", "cleaner", "gardener", "service", "management"] | None = None
    person: UUID | None = None
    whole: bool = False
    mode: Literal["always", "storm", "calm"] = "always"

    def interval(self) -> Interval:
        """How often. Raises BadInterval."""
        return Interval(self.every, self.unit, self.begins_on, self.from_completion, frozenset(self.months))

    def facts(self) -> dict[str, Any]:
        """As the plan's row keeps them."""
        facts = self.model_dump(exclude={"checklist", "person", "whole"})
        points = [] if self.area_kind else [str(point) for point in dict.fromkeys(self.points)]
        facts["area_grade"] = self.area_grade if self.area_kind else None
        return facts | {"checklist_id": self.checklist, "person_id": self.person, "shared": not self.whole, "points": points}


def values_of(plan: InspectionPlan | None, begins_on: date) -> list[tuple[str, str]]:
    """What the form shows: a plan's own, or a daily one from today."""
    if plan is None:
        return [
            ("every", "1"),
            ("unit", "day"),
            ("from_time", "07:00"),
            ("until_time", "18:00"),
            ("begins_on", begins_on.isoformat()),
            ("mode", "always"),
        ]
    single = (
        "name",
        "name_en",
        "every",
        "unit",
        "from_time",
        "until_time",
        "trade",
        "mode",
        "area_kind",
        "area_grade",
        "source",
        "confidence",
    )
    found = [(name, str(getattr(plan, name) or "")) for name in single]
    found += [("checklist", str(plan.checklist_id)), ("person", str(plan.person_id or "")), ("begins_on", begins_on.isoformat())]
    found += [("whole", "" if plan.shared else "1"), ("from_completion", "1" if plan.from_completion else "")]
    return found + [(name, str(value)) for name in ("points", "months", "weekdays") for value in getattr(plan, name)]


def values_of_rate(rate: Rate, begins_on: date) -> list[tuple[str, str]]:
    """What the form shows for a proposal of a standard."""
    trade = {"cleaning": "cleaner", "greening": "gardener"}[KINDS[rate.kind].service]
    found = {
        "name": rate.task, "name_en": rate.task_en, "every": rate.every, "unit": rate.unit, "from_time": rate.hours[0], "until_time": rate.hours[1], "trade": trade,
        "mode": "always", "area_kind": rate.kind, "area_grade": rate.grade, "source": rate.source, "confidence": rate.confidence, "begins_on": begins_on.isoformat(),
    }  # fmt: skip
    return [(name, str(value)) for name, value in found.items()] + [("weekdays", str(day)) for day in rate.weekdays]


def month_words() -> list[tuple[str, str]]:
    """The months, short."""
    return [(str(number), word) for number, word in get_month_names("abbreviated", "stand-alone", get_locale()).items()]


def weekday_words() -> list[tuple[str, str]]:
    """The days of the week, short; Monday is 0."""
    return [(str(number), word) for number, word in sorted(get_day_names("abbreviated", "stand-alone", get_locale()).items())]


def often_words(every: int, unit: str) -> str:
    """An interval in words."""
    count = every
    return {
        "day": ngettext("each day", "every %(num)d days", count),
        "week": ngettext("every week", "every %(num)d weeks", count),
        "month": ngettext("every month", "every %(num)d months", count),
        "year": ngettext("every year", "every %(num)d years", count),
    }[unit]


def often(plan: InspectionPlan | Rate) -> str:
    """How often it comes, in words."""
    parts = [often_words(plan.every, plan.unit)]
    if plan.weekdays:
        days = dict(weekday_words())
        parts.append(_(", ").join(days[str(day)] for day in sorted(plan.weekdays)))
    if isinstance(plan, Rate):
        return " · ".join(parts)
    if plan.months:
        months = dict(month_words())
        parts.append(_(", ").join(months[str(month)] for month in sorted(plan.months)))
    return " · ".join([*parts, f"{plan.from_time}–{plan.until_time}"])
