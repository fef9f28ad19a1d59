"""Reading about pictures."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from webapp.core.db import db
from webapp.photos.models import Photo


def stored(digests: Iterable[str]) -> set[str]:
    """Which of these pictures are here."""
    wanted = list(set(digests))
    if not wanted:
        return set()
    return set(db.session.scalars(sa.select(Photo.sha256).where(Photo.sha256.in_(wanted))))
