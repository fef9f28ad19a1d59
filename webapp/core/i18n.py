"""Languages: English is the source, `zh_CN` the other. Catalogues are read from their .po files; no build step.

Data with two names (`name`, `name_en`) is shown by `named`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, force_locale, format_date, get_locale, gettext, lazy_gettext, ngettext
from markupsafe import Markup

from webapp.core import clock

__all__ = ["LANGUAGES", "gettext", "html_lang", "language", "lazy_gettext", "named", "ngettext", "speaking"]

LANGUAGES = {"zh_CN": "中文", "en": "English"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # as Unicode's CLDR has them
CATALOGUES = Path(__file__).parent.parent / "translations"


@lru_cache
def catalogue(locale: str) -> NullTranslations:
    """The compiled catalogue of one locale; the source language has none."""
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


class PoDomain(Domain):  # type: ignore[misc]  # flask_babel has no types
    """Flask-Babel's domain, fed by `catalogue`."""

    def get_translations(self) -> NullTranslations:
        return words()


class Bilingual(Protocol):
    """Anything a company names in Chinese and, if it likes, in English."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str | None: ...


def named(thing: Bilingual | None, wanted: str | None = None) -> str:
    """The name in the reader's language, else the one there is."""
    if thing is None:
        return ""
    english = (wanted or language()) == "en"
    return (thing.name_en or thing.name) if english else thing.name


def text_of(thing: Any, field: str) -> str:
    """Like `named`, for any pair of columns `field` and `field_en`."""
    own, english = getattr(thing, field) or "", getattr(thing, f"{field}_en") or ""
    return (english or own) if language() == "en" else own


def language() -> str:
    """The reader's locale, one of LANGUAGES; English outside a request. (Babel itself says zh_Hans_CN for zh_CN.)"""
    if not has_app_context():
        return "en"
    spoken: str | None = g.get("spoken")  # a page asks a thousand times
    if spoken is None:
        locale = get_locale()
        spoken = g.spoken = "en" if locale is None or locale.language == "en" else "zh_CN"
    return spoken


def html_lang() -> str:
    """For `<html lang>`: BCP 47."""
    return "zh-CN" if language() == "zh_CN" else "en"


def choose_locale() -> str | None:
    """A signed-in person's own language, else the cookie of the sign-in page, else the browser's, else the setting."""
    if not has_request_context():
        return None
    chosen = getattr(g, "language", None) or request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    wanted = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    if wanted:
        return "en" if wanted == "en" else "zh_CN"
    return str(current_app.config["ROUNDS_LOCALE"])


def clock_time(moment: datetime | None, zone: str, seconds: bool = False) -> str:
    """22:06, at the site."""
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_and_time(moment: datetime | None, zone: str) -> str:
    """The day in the reader's words, and the time, at the site."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone))
    day = f"{local.day} {MONTHS[local.month - 1]}" if language() == "en" else f"{local.month}月{local.day}日"
    return f"{day} {local:%H:%M}"


def day_words(day: date, weekday: bool = True, year: bool = False) -> str:
    """Monday, 23 November / 11月23日 星期一; the year is said where it is not this one, or where it is to be (on paper)."""
    english, year = language() == "en", year or day.year != clock.now().year
    pattern = ("d MMMM y" if year else "d MMMM") if english else ("y年M月d日" if year else "M月d日")
    return format_date(day, (f"EEEE, {pattern}" if english else f"{pattern} EEEE") if weekday else pattern)


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and Z, for machines."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def words() -> NullTranslations:
    """The catalogue of this request, looked up once: a page asks for hundreds of words."""
    if not has_app_context():
        return catalogue("en")
    found: NullTranslations | None = g.get("catalogue")
    if found is None:
        found = g.catalogue = catalogue(language())
    return found


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Inside: everything is said in that language, templates too, whoever asks: what goes out to others is in theirs."""
    kept = {name: g.pop(name, None) for name in ("spoken", "catalogue", "words")}
    try:
        with force_locale(wanted):
            yield
    finally:
        for name, value in kept.items():
            g.pop(name, None)
            if value is not None:
                setattr(g, name, value)


def word(text: str, **variables: Any) -> Markup:
    """Jinja's `_`: the words as markup, with what is put in escaped. Jinja's own takes five times as long, a hundred times a page."""
    known: dict[str, Markup] | None = g.get("words")
    if known is None:
        known = g.words = _MARKED[language()]
    found = known.get(text)
    if found is None:
        found = known[text] = Markup(words().gettext(text))  # noqa: S704  # our own catalogue's words
    # Jinja takes every text for a format; without variables only "%%" shows it.
    return found % variables if variables or "%" in found else found


_MARKED: dict[str, dict[str, Markup]] = {locale: {} for locale in LANGUAGES}


def init_i18n(app: Flask) -> None:
    """Flask-Babel with our catalogues, and the filters templates use."""
    babel = Babel(app, default_locale=app.config["ROUNDS_LOCALE"], locale_selector=choose_locale)
    babel.domain_instance = PoDomain()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n extension, which Flask-Babel adds
        lambda text: words().gettext(text), lambda one, many, n: words().ngettext(one, many, n), newstyle=True
    )
    app.jinja_env.globals["_"] = word
    app.jinja_env.filters.update(named=named, clock=clock_time, day_time=day_and_time, day_words=day_words, iso=iso)
    app.jinja_env.globals.update(text_of=text_of, html_lang=html_lang)
