"""Communities with their places and checkpoints; labels to print, and what a label opens."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, ids
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.queries import rank_at
from webapp.people.session import me, me_or_none
from webapp.photos import actions as photos
from webapp.photos.views import hand_out
from webapp.sites import actions, labels, plan_pages, queries
from webapp.sites.forms import CheckpointForm, PlaceForm
from webapp.sites.models import Checkpoint, Site
from webapp.sites.rules import printed, read_code
from webapp.sites.words import PLACE_WORDS, SHEETS

sites = Blueprint("sites", __name__)


# ---------------------------------------------------------------- what a label opens


@sites.get("/c/<code>")
@sites.get("/C/<code>")
@gate.public
def open_label(code: str) -> str | AnyResponse | tuple[str, int]:
    """What a label's QR code opens: staff of the site go on to record it; anybody else learns what this is."""
    known = read_code(code)
    label = queries.label_by_code(known) if known else None
    person = me_or_none()
    if label is None:
        return render_template("sites/label_unknown.html", code=code[:20], damaged=known is None), 404
    site = label.checkpoint.site
    if person is not None and rank_at(person, site.id) is not None:
        return redirect(f"/scan?code={label.code}")
    words = {"site": site, "checkpoint": label.checkpoint, "place": label.checkpoint.place, "code": printed(label.code)}
    return render_template("sites/label_public.html", superseded=label.superseded_at is not None, stranger=person is not None, **words)


# ---------------------------------------------------------------- labels to print


@sites.get("/labels")
@gate.at_least("supervisor")
def label_sheets() -> str:
    """Label sheets of one site: choose size, copies and checkpoints, then print."""
    reach = queries.sites_for(me(), "supervisor")
    slug = request.args.get("site", reach[0].slug if reach else "")
    site = queries.site_for(me(), slug, "supervisor")
    size = request.args.get("size", "large")
    _word, per_page = SHEETS.get(size, SHEETS["large"])
    copies = min(4, max(1, request.args.get("copies", 1, type=int)))
    wanted = [key for text in request.args.getlist("checkpoint") if (key := ids.read_id(text))]
    found = queries.current_labels(site.id, wanted or None)
    tags = [labels.tag(label, site) for label in found]
    return render_template(
        "sites/labels.html", site=site, sites=reach, sizes=SHEETS, size=size, copies=copies, sheets=labels.in_pages(tags, per_page, copies),
        count=len(found), chosen=[str(i) for i in wanted],
    )  # fmt: skip


@sites.get("/labels.csv")
@gate.at_least("supervisor")
def label_csv() -> Response:
    """The same labels as rows for a label printer."""
    site = queries.site_for(me(), request.args.get("site", ""), "supervisor")
    rows = labels.as_csv((site, label) for label in queries.current_labels(site.id))
    return Response(rows, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="labels-{site.slug}.csv"'})


# ---------------------------------------------------------------- places and checkpoints


@sites.get("/sites")
@gate.at_least("supervisor")
def site_list() -> AnyResponse | str:
    """Communities; with only one, straight to it."""
    reach = queries.sites_for(me(), "supervisor")
    if len(reach) == 1:
        return redirect(url_for("sites.site_page", slug=reach[0].slug))
    return render_template("sites/sites.html", sites=reach, counts=queries.checkpoint_counts([s.id for s in reach]))


@sites.get("/sites/<slug>")
@gate.at_least("supervisor")
def site_page(slug: str) -> str:
    """Places as a tree, each with its checkpoints."""
    site = queries.site_for(me(), slug, "supervisor")
    by_place: dict[UUID, list[Checkpoint]] = {}
    for checkpoint in queries.checkpoints_of(site.id):
        by_place.setdefault(checkpoint.place_id, []).append(checkpoint)
    return render_template("sites/site.html", site=site, tree=queries.place_tree(site.id), by_place=by_place, kinds=PLACE_WORDS)


def place_page(site: Site, values: object, errors: dict[str, str]) -> str:
    """The form of a new place."""
    return render_template("sites/place.html", site=site, values=values, errors=errors, kinds=PLACE_WORDS, tree=queries.place_tree(site.id))


@sites.get("/sites/<slug>/places/new")
@gate.at_least("supervisor")
def new_place(slug: str) -> str:
    """The form of a new place."""
    return place_page(queries.site_for(me(), slug, "supervisor"), request.args, {})


@sites.post("/sites/<slug>/places/new")
@gate.at_least("supervisor")
def create_place(slug: str) -> AnyResponse | tuple[str, int]:
    """Add a place."""
    site = queries.site_for(me(), slug, "supervisor")
    form, errors = check(PlaceForm, request.form)
    if form is None:
        return place_page(site, request.form, errors), 422
    try:
        actions.create_place(site, **form.model_dump())
    except Problem as refused:
        return place_page(site, request.form, {"name": str(refused.sentence)}), 422
    flash(_("%(name)s added.", name=form.name))
    return redirect(url_for("sites.site_page", slug=slug))


def checkpoint_page(site: Site, checkpoint: Checkpoint | None, values: object, errors: dict[str, str]) -> str:
    """The form of a checkpoint; `checkpoint` is None for a new one."""
    tree = [(str(place.id), "\u2003" * depth + named(place)) for place, depth in queries.place_tree(site.id)]
    return render_template(
        "sites/checkpoint.html", site=site, checkpoint=checkpoint, values=values, errors=errors, places=tree,
        issued=queries.labels_of_checkpoint(checkpoint.id) if checkpoint else [], tag=labels.tag, printed=printed,
    )  # fmt: skip


@sites.get("/sites/<slug>/checkpoints/new")
@gate.at_least("supervisor")
def new_checkpoint(slug: str) -> str:
    """The form of a new checkpoint."""
    return checkpoint_page(queries.site_for(me(), slug, "supervisor"), None, request.args, {})


@sites.post("/sites/<slug>/checkpoints/new")
@gate.at_least("supervisor")
def create_checkpoint(slug: str) -> AnyResponse | tuple[str, int]:
    """Add a checkpoint; its first label is issued with it."""
    site = queries.site_for(me(), slug, "supervisor")
    form, errors = check(CheckpointForm, request.form)
    if form is None:
        return checkpoint_page(site, None, request.form, errors), 422
    try:
        made = actions.create_checkpoint(site, at=clock.now(), **form.columns())  # type: ignore[arg-type]
        keep_photo(made)
    except Problem as refused:
        return checkpoint_page(site, None, request.form, {refused_field(refused): str(refused.sentence)}), 422
    flash(_("Checkpoint added, its label is ready to print."))
    return redirect(url_for("sites.edit_checkpoint", checkpoint_id=made.id))


@sites.get("/checkpoints/<uuid:checkpoint_id>")
@gate.at_least("supervisor")
def edit_checkpoint(checkpoint_id: UUID) -> str:
    """A checkpoint with its labels."""
    checkpoint = queries.checkpoint_for(me(), checkpoint_id, "supervisor")
    return checkpoint_page(checkpoint.site, checkpoint, checkpoint, {})


@sites.post("/checkpoints/<uuid:checkpoint_id>")
@gate.at_least("supervisor")
def save_checkpoint(checkpoint_id: UUID) -> AnyResponse | tuple[str, int]:
    """Change a checkpoint's words, position and fence."""
    checkpoint = queries.checkpoint_for(me(), checkpoint_id, "supervisor")
    form, errors = check(CheckpointForm, request.form)
    if form is None:
        return checkpoint_page(checkpoint.site, checkpoint, request.form, errors), 422
    try:
        actions.edit_checkpoint(checkpoint, form.columns())
        keep_photo(checkpoint)
    except Problem as refused:
        return checkpoint_page(checkpoint.site, checkpoint, request.form, {refused_field(refused): str(refused.sentence)}), 422
    flash(_("Saved."))
    return redirect(url_for("sites.site_page", slug=checkpoint.site.slug))


def refused_field(refused: Problem) -> str:
    """Which field of the checkpoint's form a refusal is about."""
    return "photo" if refused.code in ("not-a-picture", "too-large") else "number"


def keep_photo(checkpoint: Checkpoint) -> None:
    """Keep the reference photo of the form, if one was chosen. Raises Problem not-a-picture, too-large."""
    upload = request.files.get("photo")
    content = upload.read() if upload else b""
    if content:
        checkpoint.photo_sha256 = photos.store_office(content, me().id)


@sites.get("/checkpoints/<uuid:checkpoint_id>/photo")
@gate.signed_in
def checkpoint_photo(checkpoint_id: UUID) -> Response:
    """The reference photo: what the place looks like when all is well. For staff of the site."""
    checkpoint = queries.checkpoint_for(me(), checkpoint_id)
    if checkpoint.photo_sha256 is None:
        raise Problem("not-found")
    return hand_out(checkpoint.photo_sha256)


@sites.post("/checkpoints/<uuid:checkpoint_id>/<any(label,retire):verb>")
@gate.at_least("supervisor")
def change_checkpoint(checkpoint_id: UUID, verb: str) -> AnyResponse:
    """Issue a new label, or take the checkpoint out of use."""
    checkpoint = queries.checkpoint_for(me(), checkpoint_id, "supervisor")
    if verb == "retire":
        actions.retire_checkpoint(checkpoint, clock.now())
        flash(_("%(name)s is out of use. Its history stays.", name=named(checkpoint)))
        return redirect(url_for("sites.site_page", slug=checkpoint.site.slug))
    if checkpoint.retired_at is not None:
        raise Problem("conflict")
    actions.issue_label(checkpoint, clock.now())
    flash(_("New label issued. Print it and take the old one down; until then the old one is recognised and flagged."))
    return redirect(url_for("sites.edit_checkpoint", checkpoint_id=checkpoint.id))


def sites_by_id(site_ids: list[UUID] | None) -> list[Site]:
    """For the people slice, which stands below this one."""
    found = sa.select(Site).order_by(Site.slug.desc())
    return list(db.session.scalars(found if site_ids is None else found.where(Site.id.in_(site_ids))))


def init(app: Flask) -> None:
    """Routes, and the names of sites for the slices below."""
    app.extensions["sites_by_id"] = sites_by_id
    app.register_blueprint(sites)
    plan_pages.init(app)
