"""Settings, read once from the environment or a `.env` file, and checked: a wrong value stops the start with one line."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

VERSION = "0.2.0"
PROJECT = Path(__file__).parent.parent


class WrongSetting(Exception):
    """A setting has a value it cannot have; the message names the setting and what it takes."""


@dataclass(frozen=True)
class Setting:
    """One line of README's table: name, default, what it takes, what it is for."""

    name: str
    default: str
    takes: str
    purpose: str


SETTINGS = (
    Setting(
        "DATABASE_URL", "", "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME", "The database. Default: SQLite in the data folder."
    ),
    Setting("ROUNDS_DATA", "data", "a folder that can be written", "Data folder: database, photos, secret."),
    Setting("ROUNDS_SECRET", "", "at least 32 characters", "Signs sessions and tickets. Default: made once and kept in the data folder."),
    Setting(
        "ROUNDS_OLD_SECRETS",
        "",
        "secrets of at least 32 characters, separated by commas",
        "Secrets used before: tickets signed with them stay good.",
    ),
    Setting("ROUNDS_PUBLIC_URL", "http://127.0.0.1:8000", "http://HOST or https://HOST, without a path", "The address that labels carry."),
    Setting("ROUNDS_LOCALE", "zh_CN", "zh_CN or en", "Language for people who have not chosen one."),
    Setting("ROUNDS_SYNCHRONOUS", "FULL", "FULL or NORMAL", "SQLite: FULL keeps an acknowledged record through a power cut."),
    Setting("ROUNDS_HOSTS", "", "host names, separated by commas", "Host names the server answers to. Default: any."),
    Setting("ROUNDS_NOTICES", "file", "file", "How notices go out: file writes each into the data folder, under notices/."),
    Setting("ROUNDS_PROXIES", "0", "a whole number, 0 to 5", "How many reverse proxies stand in front and set X-Forwarded-*."),
)


def database_url(value: str, data: Path) -> str:
    """SQLAlchemy's address of the database; PostgreSQL always through psycopg 3."""
    if not value:
        return f"sqlite:///{data / 'rounds.db'}"
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if value.startswith(prefix):
            return "postgresql+psycopg://" + value.removeprefix(prefix)
    raise WrongSetting("DATABASE_URL")


def secret(value: str, data: Path) -> str:
    """The given secret, or the one kept in the data folder, made at the first start and readable by its owner only."""
    if value:
        if len(value) < 32:
            raise WrongSetting("ROUNDS_SECRET")
        return value
    path = data / "secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        made = secrets.token_urlsafe(48)
        file.write(made)
    return made


def public_url(value: str) -> str:
    """The origin that labels carry, without a trailing slash."""
    parts = urlsplit(value.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise WrongSetting("ROUNDS_PUBLIC_URL")
    return value.rstrip("/")


def one_of(name: str, value: str, *allowed: str) -> str:
    """`value` if it is allowed."""
    if value not in allowed:
        raise WrongSetting(name)
    return value


def writable(value: str) -> Path:
    """The data folder, made if absent."""
    path = Path(value) if Path(value).is_absolute() else PROJECT / value
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise WrongSetting("ROUNDS_DATA") from None
    if not os.access(path, os.W_OK):
        raise WrongSetting("ROUNDS_DATA")
    return path


def old_secrets(value: str) -> list[str]:
    """Secrets that were in use before: tickets signed with them stay good."""
    found = [word.strip() for word in value.split(",") if word.strip()]
    if any(len(word) < 32 for word in found):
        raise WrongSetting("ROUNDS_OLD_SECRETS")
    return found


def values(given: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Every setting as text, from `given`, or from `.env` overlaid by the environment."""
    source = given if given is not None else {**dotenv_values(PROJECT / ".env"), **os.environ}
    return {setting.name: source.get(setting.name) or setting.default for setting in SETTINGS}


def places() -> tuple[Path, str]:
    """The data folder, made if absent, and the database's address; nothing is put into the folder. Raises WrongSetting."""
    value = values()
    data = writable(value["ROUNDS_DATA"])
    return data, database_url(value["DATABASE_URL"], data)


def read_settings(given: Mapping[str, str | None] | None = None) -> dict[str, object]:
    """Flask's configuration from `given`, or from `.env` overlaid by the environment. Raises WrongSetting."""
    value = values(given)
    data = writable(value["ROUNDS_DATA"])
    url = database_url(value["DATABASE_URL"], data)
    site = public_url(value["ROUNDS_PUBLIC_URL"])
    hosts = [host.strip() for host in value["ROUNDS_HOSTS"].split(",") if host.strip()]
    secure = site.startswith("https://")
    return {
        "ROUNDS_DATA": str(data),
        "ROUNDS_PUBLIC_URL": site,
        "ROUNDS_LOCALE": one_of("ROUNDS_LOCALE", value["ROUNDS_LOCALE"], "zh_CN", "en"),
        "SQLITE_SYNCHRONOUS": one_of("ROUNDS_SYNCHRONOUS", value["ROUNDS_SYNCHRONOUS"], "FULL", "NORMAL"),
        "ROUNDS_NOTICES": one_of("ROUNDS_NOTICES", value["ROUNDS_NOTICES"], "file"),
        "PROXIES": int(one_of("ROUNDS_PROXIES", value["ROUNDS_PROXIES"], *"012345")),
        "SECRET_KEY": secret(value["ROUNDS_SECRET"], data),
        # Not Flask's SECRET_KEY_FALLBACKS: that would keep sessions alive too, and a stolen secret would still make some.
        "OLD_SECRETS": old_secrets(value["ROUNDS_OLD_SECRETS"]),
        "SQLALCHEMY_DATABASE_URI": url,
        # 64 threads may each hold a connection; on PostgreSQL a dead one is noticed before it is used.
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 32, "max_overflow": 40, "pool_pre_ping": url.startswith("postgresql")},
        "TRUSTED_HOSTS": hosts or None,
        "MAX_CONTENT_LENGTH": 21 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 2_000,  # a route of 300 points; what takes more says so (core.gate.takes)
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "rounds_session",
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        # Renewed once a day (people.session): a cookie in every answer could undo a sign-out that was answered before.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "COMPRESS_ALGORITHM": ["gzip"],
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/csv", "application/manifest+json"],
        "COMPRESS_LEVEL": 5,
        "COMPRESS_MIN_SIZE": 600,
    }


def explain(wrong: WrongSetting) -> str:
    """One line for the person who starts the server."""
    setting = next(s for s in SETTINGS if s.name == str(wrong))
    return f"{setting.name} has a value that does not fit: it takes {setting.takes}."
