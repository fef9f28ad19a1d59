"""Checked values from an HTML form: a pydantic model in, a value or one sentence a field out."""

from __future__ import annotations

from typing import TypeVar

from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

Form = TypeVar("Form", bound=BaseModel)


def sentence(error: ErrorDetails) -> str:
    """What is wrong with a value and what would be right, in the reader's language."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "missing" or (kind == "string_too_short" and limits.get("min_length") == 1):
        return _("Please fill this in.")
    if kind == "string_too_long":
        return _("At most %(count)s characters.", count=limits["max_length"])
    if kind == "string_too_short":
        return _("At least %(count)s characters.", count=limits["min_length"])
    if kind.startswith(("int_", "float_", "decimal_")):
        return _("Please give a number.")
    if kind in ("greater_than_equal", "greater_than"):
        return _("Not less than %(limit)s.", limit=limits.get("ge", limits.get("gt")))
    if kind in ("less_than_equal", "less_than"):
        return _("Not more than %(limit)s.", limit=limits.get("le", limits.get("lt")))
    if kind in ("value_error", "assertion_error"):
        return str(limits.get("error", "")) or _("This is not possible here.")
    if kind.startswith(("date", "time")):
        return _("Please give a date or time in the form shown.")
    return _("This is not possible here.")


def check(model: type[Form], data: MultiDict[str, str]) -> tuple[Form | None, dict[str, str]]:
    """Read a form. Fields of list type take every value of that name; empty texts count as not given.

    Gives (value, {}) or (None, {field: sentence}).
    """
    values: dict[str, object] = {}
    for name, field in model.model_fields.items():
        many = str(field.annotation).startswith(("list", "set", "typing.List"))
        given = [text.strip() for text in data.getlist(name) if text.strip()]
        if many:
            values[name] = given
        elif given:
            values[name] = given[0]
    try:
        return model.model_validate(values), {}
    except ValidationError as wrong:
        return None, {str(error["loc"][0]) if error["loc"] else "form": sentence(error) for error in reversed(wrong.errors())}
