"""Rounds: field work of property management, recorded where it happens. `create_app` plugs the slices in, in order."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import config
from webapp.core import db, gate, headers, htmx, i18n, problems, sheets, static, tasks
from webapp.daily_log import views as daily_log
from webapp.equipment import views as equipment
from webapp.handover import views as handover
from webapp.home import views as home
from webapp.inspections import views as inspections
from webapp.notices import views as notices
from webapp.patrols import views as patrols
from webapp.people import views as people
from webapp.photos import views as photos
from webapp.service import views as service
from webapp.sites import views as sites
from webapp.sync import pages as sync
from webapp.work_orders import views as work_orders


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The WSGI application. `settings` overlay what the environment says (tests). Raises config.WrongSetting."""
    app = Flask("webapp", static_folder=None, template_folder=str(config.PROJECT / "templates"))
    app.config.update(config.read_settings() | (settings or {}))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    Compress(app)
    headers.init_headers(app)
    db.init_db(app)
    htmx.init_htmx(app)
    i18n.init_i18n(app)
    problems.init_problems(app)
    static.init_static(app)
    sheets.init_sheets(app)
    tasks.init_tasks(app)
    plug_in_slices(app)
    gate.check_declared(app)
    return app


def plug_in_slices(app: Flask) -> None:
    """Slices in the order of their dependence: each knows only those before it."""
    for slice_ in (people, photos, sites, notices, work_orders, equipment, patrols, inspections, service, handover, daily_log, sync, home):
        slice_.init(app)
