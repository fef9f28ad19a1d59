"""Operator commands: `python -m webapp <command>`; `scripts/start` uses them."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask

from webapp import config, create_app, migrate
from webapp.core.garbage import Wsgi
from webapp.core.tasks import Worker
from webapp.records.rules import receipt_code
from webapp.records.sealing import Checked


def check_settings() -> None:
    """Go on, or stop with one line about the setting that is wrong."""
    try:
        config.read_settings()
    except config.WrongSetting as wrong:
        click.echo(config.explain(wrong), err=True)
        sys.exit(2)


def application() -> Flask:
    """The application, its settings checked."""
    check_settings()
    return create_app()


def check_port(host: str, port: int) -> None:
    """Go on, or stop with one line: the server's own sockets would share a port with another server without a word."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as refused:
        reason = str(refused.strerror).partition(" (")[0]
        raise click.ClickException(f"cannot serve at {host}, port {port}: {reason}.") from None


def load_in_worker() -> Wsgi:
    """The application, in a worker process of the server.

    A terminal's Ctrl-C reaches every process; the workers leave it to the first one, which then stops them. Told twice,
    a worker hangs; told while it still loads, it would not hear.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until the server sets its own
    from webapp.wsgi import app

    return app


def announce(address: str, qr: bool) -> None:
    """Say where to look."""
    if qr:
        from webapp.sites.qr import terminal

        click.echo(terminal(address))
        click.echo("Phones give camera and offline work to https addresses only: see README.")
    click.echo(f"Rounds: {address} (Ctrl-C stops it)")


@click.group()
def main() -> None:
    """Rounds: run and look after an installation."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command("migrate")
def migrate_command() -> None:
    """Create the database, or bring it to the present schema."""
    app = application()
    with app.app_context():
        migrate.upgrade()


@main.command("revision", hidden=True)
@click.argument("message")
def revision_command(message: str) -> None:
    """Write a new migration from what differs (developers)."""
    app = application()
    with app.app_context():
        migrate.revision(message)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--address", default=None, help="The address to print for people to open. Default: made of host and port.")
@click.option("--qr", is_flag=True, help="Print the address as a QR code too.")
def serve(host: str, port: int, workers: int, address: str | None, qr: bool) -> None:
    """Serve until stopped. A child process does the background work."""
    from granian import Granian
    from granian.constants import Interfaces

    check_settings()  # a wrong one stops here, with one line, and not in every worker
    check_port(host, port)
    announce(address or f"http://{host}:{port}", qr)
    server = Granian(
        "webapp",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=32,
        backlog=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=os.environ.get("ROUNDS_LOG", "warning"),  # type: ignore[arg-type]
    )
    # A process, not a thread: the server forks its workers, and a fork copies locks that other threads hold.
    # In a session of its own: a terminal's Ctrl-C stops the server, which then stops it.
    background = subprocess.Popen([sys.executable, "-m", "webapp", "worker", "--until-orphaned", str(os.getpid())], start_new_session=True)  # noqa: S603  # ourselves
    try:
        server.serve(target_loader=load_in_worker, wrap_loader=False)
    finally:
        background.terminate()
        background.wait(timeout=20)


@main.command()
@click.option("--until-orphaned", type=int, metavar="PID", help="Stop when the process that started this one, PID, is gone.")
def worker(until_orphaned: int | None) -> None:
    """Do the background work in a process of its own."""
    # Its number is told, not asked for: by the time this runs, it may be gone.
    loop = Worker(application(), stop=None if until_orphaned is None else lambda: os.getppid() != until_orphaned)
    signal.signal(signal.SIGTERM, lambda *_args: loop.stopping.set())
    loop.run()


@main.command()
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same communities and history.")
@click.option("--if-empty", is_flag=True, help="Go on without a word of complaint when somebody has an account already.")
def demo(seed: int, if_empty: bool) -> None:
    """Load the demo community into an empty database and print its accounts, whose password everybody knows."""
    from webapp.core import clock
    from webapp.demo import load, staff

    app = application()
    with app.app_context():
        try:
            if not load.has_people():
                click.echo("Making the demo's forty days of history (about half a minute) ...", err=True)
            load.load(seed, clock.now())
        except load.NotEmpty:
            if not if_empty:
                raise click.ClickException("somebody has an account in this database; the demo is loaded into an empty one only") from None
            if not load.is_loaded():
                click.echo("This database has accounts of its own: the demo was not loaded.")
                return
    click.echo(staff.as_table())


@main.command()
@click.option("--site", required=True, help="Short name of the community.")
@click.option("--size", type=click.Choice(["large", "medium", "small"]), default="large", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="HTML file to write.")
def labels(site: str, size: str, out: Path) -> None:
    """Write a community's label sheets as a page to print."""
    from webapp.sites.printing import sheets_file

    app = application()
    with app.test_request_context():
        count = sheets_file(site, size, out)
    if count is None:
        raise click.ClickException(f"there is no community {site!r}")
    click.echo(f"{count} labels: {out}")


@main.command("print-day")
@click.option("--site", required=True, help="Short name of the community.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day, as 2026-11-24.")
@click.option("--language", type=click.Choice(["zh_CN", "en"]), default=None, help="Language of the words (default: ROUNDS_LOCALE).")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write: .pdf, .png (one tall picture) or .html."
)
def print_day(site: str, day: datetime, language: str | None, out: Path) -> None:
    """Write a community's day as a PDF, a picture for a chat group, or a page. PDF and picture want Chromium on this machine."""
    from webapp.core import clock
    from webapp.core.i18n import speaking
    from webapp.daily_log.paper import NoBrowser, write

    if out.suffix not in (".pdf", ".png", ".html"):
        raise click.ClickException(f"{out.name}: choose a name that ends in .pdf, .png or .html")
    app = application()
    with app.test_request_context(), speaking(language or app.config["ROUNDS_LOCALE"]):
        try:
            is_there = write(site, day.date(), out, clock.now())
        except NoBrowser:
            raise click.ClickException("no Chromium or Chrome on this machine: write .html and print that") from None
    if not is_there:
        raise click.ClickException(f"there is no community {site!r}")
    click.echo(str(out))


def places() -> tuple[Path, str]:
    """The data folder and the database's address, or stop with one line about the setting that is wrong."""
    try:
        return config.places()
    except config.WrongSetting as wrong:
        click.echo(config.explain(wrong), err=True)
        sys.exit(2)


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write database, pictures and secret into FILE, consistent, while the server serves."""
    from webapp.recovery.archive import Unfit
    from webapp.recovery.backup import backup

    data, url = places()
    try:
        manifest = backup(url, data, file)
    except (Unfit, OSError) as unfit:
        raise click.ClickException(str(unfit)) from None
    click.echo(f"{manifest.records} records and {len(manifest.photos)} pictures: {file}")
    if manifest.missing:
        click.echo(f"{len(manifest.missing)} pictures that the database names are not in the data folder.", err=True)
    if "secret" not in manifest.files:
        click.echo("ROUNDS_SECRET is not in it: keep that as safe as the backup.", err=True)


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Restore over what is there, and keep that beside it.")
@click.option("--check", is_flag=True, help="Only read the backup and compare it with its digests.")
def restore(file: Path, force: bool, check: bool) -> None:
    """Put the backup FILE in the place of database and pictures. The server must not run."""
    from webapp.recovery.archive import Unfit, unpack
    from webapp.recovery.restore import restore

    data, url = places()
    kept = None
    try:
        if check:
            manifest = unpack(file, None)
        else:
            manifest, kept = restore(file, url, data, force)
    except (Unfit, OSError) as unfit:
        raise click.ClickException(str(unfit)) from None
    what = f"{manifest.records} records and {len(manifest.photos)} pictures of {manifest.made_at}"
    click.echo(f"{'Sound' if check else 'Restored'}: {what}")
    if kept:
        click.echo(f"What was there before is kept in {kept.name}.")
    if not check:
        click.echo("Phones send again what they still hold as soon as they see this server.")


@main.command()
@click.option("--site", help="Only this community, by its short name.")
@click.option("--seal", help="A seal as it was printed with a daily log of that community: the trail must lead to it.")
def verify(site: str | None, seal: str | None) -> None:
    """Say whether every community's sealed trail is intact, or which record is the first that is not."""
    import sqlalchemy as sa

    from webapp.core.db import db
    from webapp.records.sealing import check_trail
    from webapp.sites.models import Site
    from webapp.sync.verifying import check_effects

    if seal and (site is None or not re.fullmatch(r"\d+(-[0-9A-F]{4}){4}", seal)):
        raise click.UsageError("--seal takes one like 8412-7F3A-9C21-44D0-0B7E, and wants --site.")
    with application().app_context():
        found = sa.select(Site).order_by(Site.slug)
        sites = db.session.scalars(found.where(Site.slug == site) if site else found).all()
        if site and not sites:
            raise click.ClickException(f"there is no community {site!r}")
        sound = True
        for one in sites:
            checked = check_trail(one.id, seal)
            wrong = list(check_effects(one.id))
            sound = sound and checked.broken is None and not wrong
            click.echo(checked_line(one.slug, checked))
            for record_id, why in wrong:
                click.echo(f"{one.slug}: record {record_id} (receipt {receipt_code(record_id)}): {why}.")
    sys.exit(0 if sound else 1)


def checked_line(slug: str, checked: Checked) -> str:
    """What became of checking a trail, in a line."""
    if checked.broken is None:
        waiting = f"; {checked.unsealed} more wait to be sealed" if checked.unsealed else ""
        return f"{slug}: intact, {checked.records} records, seal {checked.seal}{waiting}"
    place, key = checked.broken.n, checked.broken.record_id
    which = f"record {key} (receipt {receipt_code(key)})" if key else "no record"
    return f"{slug}: BROKEN at place {place}, {which}: {checked.broken.why}."


@main.command("describe-records", hidden=True)
def describe_records() -> None:
    """Print docs/records.md (developers)."""
    from webapp.sync.describe import markdown

    with application().test_request_context(headers={"Accept-Language": "en"}):
        click.echo(markdown(), nl=False)
