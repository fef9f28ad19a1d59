"""Pictures of sites and floors on the desk: taken in, and checkpoints put onto them by drag, by keyboard, by tap or by numbers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.db import let_others_write
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.pages import zoom_asked
from webapp.core.problems import Problem, wants_json
from webapp.people.queries import names
from webapp.people.session import me
from webapp.photos.views import hand_out
from webapp.sites import plans, queries
from webapp.sites.forms import OffForm, PlanForm, PointForm
from webapp.sites.models import FloorPlan, PlanPoint, Site

floor_plans = Blueprint("floor_plans", __name__)
NOTHING: Mapping[str, str] = {}


@floor_plans.get("/sites/<slug>/plans")
@gate.at_least("supervisor")
def plan_list(slug: str) -> str:
    """A site's plans, and the form of a new one."""
    return show_list(queries.site_for(me(), slug, "supervisor"), NOTHING, {})


def show_list(site: Site, values: Mapping[str, str], errors: dict[str, str]) -> str:
    """The list with its form."""
    found = plans.plans_of(site.id)
    return render_template(
        "sites/plans.html", site=site, plans=found, retired=plans.plans_of(site.id, retired=True), values=values, errors=errors,
        counts=plans.point_counts([plan.id for plan in found]), points=len(queries.checkpoints_of(site.id)),
    )  # fmt: skip


@floor_plans.post("/sites/<slug>/plans")
@gate.at_least("supervisor")
def draw_plan(slug: str) -> AnyResponse | tuple[str, int]:
    """A new plan. What was typed stays when its picture does not do."""
    site = queries.site_for(me(), slug, "supervisor")
    form, errors = check(PlanForm, request.form)
    content = uploaded()
    if not content:
        errors["picture"] = _("Please choose a picture.")
    if form is None or errors:
        return show_list(site, request.form, errors), 422
    try:
        let_others_write()
        picture = plans.drawn(content)
        plan = plans.draw_plan(site, form.name, form.name_en, picture, me().id, clock.now())
    except Problem as refused:
        return show_list(site, request.form, {refused_field(refused): str(refused.sentence)}), 422
    flash(_("%(name)s added. Now put the checkpoints onto it.", name=named(plan)))
    return redirect(url_for("floor_plans.plan_page", slug=slug, floor_plan_id=plan.id))


def uploaded() -> bytes:
    """The picture of the form, if one was chosen."""
    upload = request.files.get("picture")
    return upload.read() if upload else b""


def refused_field(refused: Problem) -> str:
    """Which field a refusal is about."""
    return "picture" if refused.code in ("not-a-picture", "too-large") else "name"


# ---------------------------------------------------------------- one plan


def show_plan(plan: FloorPlan, values: Mapping[str, str] = NOTHING, errors: Mapping[str, str] = NOTHING) -> str:
    """A plan with what lies on it and what does not yet. `values` and `errors`: of a form that was refused."""
    lying = {point.checkpoint_id: point for point in plans.points_on(plan.id)}
    return render_template(
        "sites/plan.html", site=plan.site, plan=plan, plans=plans.plans_of(plan.site_id), checkpoints=queries.checkpoints_of(plan.site_id), lying=lying,
        values=values, errors=errors, zoom=zoom_asked(), people=names(filter(None, (plan.pictured_by_id, plan.changed_by_id, plan.retired_by_id))),
    )  # fmt: skip


@floor_plans.get("/sites/<slug>/plans/<uuid:floor_plan_id>")
@gate.at_least("supervisor")
def plan_page(slug: str, floor_plan_id: UUID) -> str:
    """A plan: put checkpoints onto it, move them, take them off."""
    return show_plan(plans.plan_for(me(), slug, floor_plan_id))


@floor_plans.post("/sites/<slug>/plans/<uuid:floor_plan_id>")
@gate.at_least("supervisor")
def change_plan(slug: str, floor_plan_id: UUID) -> AnyResponse | tuple[str, int]:
    """Its names, its place among the plans, and another picture when one was chosen."""
    plan = plans.plan_for(me(), slug, floor_plan_id)
    form, errors = check(PlanForm, request.form)
    if form is None:
        return show_plan(plan, request.form, errors), 422
    try:
        content = uploaded()
        let_others_write()
        picture = plans.drawn(content) if content else b""
        plans.change_plan(plan, form.name, form.name_en, form.rank, picture, me().id, clock.now())
    except Problem as refused:
        return show_plan(plan, request.form, {refused_field(refused): str(refused.sentence)}), 422
    flash(_("Saved."))
    return redirect(url_for("floor_plans.plan_page", slug=slug, floor_plan_id=floor_plan_id))


@floor_plans.post("/sites/<slug>/plans/<uuid:floor_plan_id>/points")
@gate.at_least("supervisor")
def put_point(slug: str, floor_plan_id: UUID) -> AnyResponse | tuple[str, int] | tuple[Response, int]:
    """Put a checkpoint onto the plan or move it; `do=off` takes it off. The page's script asks for JSON: what to say, or what is wrong."""
    plan = plans.plan_for(me(), slug, floor_plan_id)
    form: PointForm | OffForm | None
    form, errors = check(OffForm, request.form) if request.form.get("do") == "off" else check(PointForm, request.form)
    if form is None:
        if wants_json():
            return jsonify(error="bad-value", message=" ".join(errors.values())), 422
        return show_plan(plan, request.form, errors), 422
    try:
        if isinstance(form, PointForm):
            point = plans.put_point(plan, form.checkpoint, form.x / 100, form.y / 100, me().id, clock.now())
        else:
            point = plans.take_off(plan, form.checkpoint, me().id, clock.now())
    except Problem as refused:
        if wants_json():
            raise
        return show_plan(plan, request.form, {"checkpoint": str(refused.sentence)}), refused.refusal.status
    if wants_json():
        return jsonify(said=where_words(point), x=point.x, y=point.y)
    flash(where_words(point))
    return redirect(url_for("floor_plans.plan_page", slug=slug, floor_plan_id=floor_plan_id))


def where_words(point: PlanPoint) -> str:
    """What became of a point, to be said."""
    name = named(point.checkpoint)
    if point.x is None or point.y is None:
        return _("%(name)s taken off the plan.", name=name)
    return _("%(name)s saved: %(x)s %% from the left, %(y)s %% from the top.", name=name, x=round(100 * point.x), y=round(100 * point.y))


@floor_plans.post("/sites/<slug>/plans/<uuid:floor_plan_id>/<any(retire,restore):verb>")
@gate.at_least("supervisor")
def end_plan(slug: str, floor_plan_id: UUID, verb: str) -> AnyResponse:
    """Take the plan out of use, or put it back into use."""
    plan = plans.plan_for(me(), slug, floor_plan_id)
    if verb == "restore":
        plans.restore_plan(plan, me().id, clock.now())
        flash(_("%(name)s is in use again.", name=named(plan)))
        return redirect(url_for("floor_plans.plan_page", slug=slug, floor_plan_id=floor_plan_id))
    plans.retire_plan(plan, me().id, clock.now())
    flash(_("%(name)s is out of use. Picture and points stay.", name=named(plan)))
    return redirect(url_for("floor_plans.plan_list", slug=slug))


@floor_plans.get("/sites/<slug>/plans/<uuid:floor_plan_id>/picture/<sha256>")
@gate.at_least("supervisor")
def plan_picture(slug: str, floor_plan_id: UUID, sha256: str) -> Response:
    """The plan's picture; no other one is handed out here."""
    if plans.plan_for(me(), slug, floor_plan_id).sha256 != sha256:
        raise Problem("not-found")
    return hand_out(sha256)


def picture_address(plan: FloorPlan) -> str:
    """Where the plan's picture is; another picture has another address, so that none is kept too long."""
    return f"/sites/{plan.site.slug}/plans/{plan.id}/picture/{plan.sha256}"


def per_cent(share: float | None) -> float:
    """A share of a picture as per cent, with two decimals."""
    return round(100 * (share or 0), 2)


def init(app: Flask) -> None:
    """Routes, and what templates ask for."""
    app.register_blueprint(floor_plans)
    app.jinja_env.globals.update(plan_picture=picture_address, per_cent=per_cent)
