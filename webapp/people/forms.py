"""Checked values from the forms about people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BaseModel, Field, field_validator, model_validator

from webapp.people.rules import PASSWORD_MIN, is_pin, plain_pin

Name = Annotated[str, Field(min_length=1, max_length=80)]
Password = Annotated[str, Field(min_length=PASSWORD_MIN, max_length=200)]
Username = Annotated[str, Field(min_length=2, max_length=60)]
Trade = Literal["guard", "technician", "cleaner", "gardener", "service", "management"]
Language = Literal["zh_CN", "en"]


def check_username(value: str) -> str:
    """Letters, digits and . _ - only, so that it can be typed on any phone. Raises ValueError."""
    value = value.casefold()
    if not all(c.isascii() and (c.isalnum() or c in "._-") for c in value):
        raise ValueError(_("Use letters, digits, dot, dash and underscore."))
    return value


class SignInForm(BaseModel):
    """User name or employee number, and password."""

    username: Annotated[str, Field(min_length=1, max_length=60)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class PinForm(BaseModel):
    """A new six-digit PIN for this phone."""

    pin: str

    @field_validator("pin")
    @classmethod
    def good(cls, value: str) -> str:
        """Refuse what people guess first."""
        if not is_pin(value):
            raise ValueError(_("A PIN has six digits."))
        if plain_pin(value):
            raise ValueError(_("This PIN is too easy to guess."))
        return value


class PasswordForm(BaseModel):
    """The old password once, the new one twice."""

    old: Annotated[str, Field(min_length=1, max_length=200)]
    new: Password
    again: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def same(self) -> Self:
        """Both new ones must agree."""
        if self.new != self.again:
            raise ValueError(_("The two new passwords differ."))
        return self


class NewPasswordForm(BaseModel):
    """A password that the office sets for somebody."""

    password: Password


class SettingsForm(BaseModel):
    """A person's own language and theme."""

    language: Language
    theme: Literal["auto", "light", "dark"]


class PersonForm(BaseModel):
    """An account as the office edits it; one role field a site."""

    name: Name
    name_en: Annotated[str | None, Field(max_length=80)] = None
    employee_number: Annotated[str | None, Field(max_length=30)] = None
    trade: Trade
    language: Language = "zh_CN"
    began_on: date | None = None
    mentor_id: UUID | None = None


class NewPersonForm(PersonForm):
    """A new account."""

    username: Username
    password: Password

    _username = field_validator("username")(check_username)


class FirstRunForm(BaseModel):
    """The first manager's account, and the first community."""

    name: Name
    username: Username
    password: Password
    site_name: Name
    site_slug: Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[a-z0-9-]+$")]

    _username = field_validator("username")(check_username)


def roles_in(form: dict[str, str], allowed: set[UUID]) -> dict[UUID, str]:
    """Roles by site from fields `role-<site id>`, for the sites that the editor may speak for."""
    roles = {}
    for site_id in allowed:
        role = form.get(f"role-{site_id}", "")
        if role in ("worker", "desk", "supervisor", "manager"):
            roles[site_id] = role
    return roles
