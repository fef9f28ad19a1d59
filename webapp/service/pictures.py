"""Pictures that come with a request's form, from a resident or by the desk."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from webapp.core.problems import Problem
from webapp.photos import actions as photos

MOST_PHOTOS = 3


def pictures_sent() -> tuple[list[bytes], dict[str, str]]:
    """The pictures of the form, and what is wrong with them, by field."""
    pictures = [content for upload in request.files.getlist("photos") if (content := upload.read())]
    if len(pictures) > MOST_PHOTOS:
        return [], {"photos": _("At most %(count)s photos, please.", count=MOST_PHOTOS)}
    try:
        for content in pictures:
            photos.look_at(content)
    except Problem as refused:
        return [], {"photos": f"{refused.sentence} {refused.refusal.advice}"}
    return pictures, {}
