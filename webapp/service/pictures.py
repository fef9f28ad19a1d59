"""Pictures that come with a request's form, from a resident or by the desk."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from webapp.core.problems import Problem
from webapp.photos import actions as photos

MOST_PHOTOS = 3
MOST_TAKEN = (
    MOST_PHOTOS + 1
) * photos.MOST_BYTES  # by the route of one form: more than will be kept, so that what was typed beside it comes back with the refusal
TOO_LARGE = lazy_gettext("A photo is larger than 20 MB: please choose another one. Everything else is still here.")


def pictures_sent() -> tuple[list[bytes], dict[str, str]]:
    """The pictures of the form, and what is wrong with them, by field."""
    pictures = [content for upload in request.files.getlist("photos") if (content := upload.read(photos.MOST_BYTES + 1))]
    if len(pictures) > MOST_PHOTOS:
        return [], {"photos": _("At most %(count)s photos, please.", count=MOST_PHOTOS)}
    if any(len(content) > photos.MOST_BYTES for content in pictures):
        return [], {"photos": str(TOO_LARGE)}
    try:
        for content in pictures:
            photos.look_at(content)
    except Problem as refused:
        return [], {"photos": f"{refused.sentence} {refused.refusal.advice}"}
    return pictures, {}


def status_of(wrong: dict[str, str]) -> int:
    """The status for a form with such pictures, or with something else wrong in it."""
    return 413 if wrong.get("photos") == TOO_LARGE else 422
