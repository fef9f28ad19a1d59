"""Plans of the demo's communities, drawn as an office would have them: calm lines, no words (Pillow brings no Chinese font); all checkpoints lie on them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from webapp.demo.build import Town
from webapp.demo.jinxiu import TOWERS, tower_at
from webapp.sites import plans
from webapp.sites.plans import draw_plan, put_point

GROUND, LAWN, PATH, HOUSE, EDGE, WATER, INK, FLOOR = "#e9ebe5", "#d3dfca", "#f6f5f1", "#cdd3da", "#75808d", "#c3d7e4", "#4b5663", "#dfe2e4"
Metres = tuple[float, float]
FINE = 2  # drawn so many times larger, for smooth lines


class Sheet:
    """A drawing in metres east and north of the centre: `half` metres to each side, `px` pixels a metre."""

    def __init__(self, half: Metres, px: float) -> None:
        self.half, self.scale = half, px * FINE
        self.picture = Image.new("RGB", (round(2 * half[0] * self.scale), round(2 * half[1] * self.scale)), GROUND)
        self.draw = ImageDraw.Draw(self.picture)

    def share(self, at: Metres) -> Metres:
        """Metres as shares of the picture."""
        return (at[0] + self.half[0]) / (2 * self.half[0]), (self.half[1] - at[1]) / (2 * self.half[1])

    def at(self, at: Metres) -> Metres:
        """Metres as pixels."""
        x, y = self.share(at)
        return x * self.picture.width, y * self.picture.height

    def box(self, centre: Metres, size: Metres, fill: str | None, edge: str | None = EDGE, round_m: float = 2, line_m: float = 0.7) -> None:
        """A rectangle round its centre."""
        (x0, y0), (x1, y1) = (self.at((centre[0] + s * size[0] / 2, centre[1] - s * size[1] / 2)) for s in (-1, 1))
        radius, width = round_m * self.scale, max(1, round(line_m * self.scale))
        self.draw.rounded_rectangle((x0, y0, x1, y1), radius, fill, edge, width if edge else 0)

    def disc(self, centre: Metres, size: Metres, fill: str, edge: str | None = None) -> None:
        """An ellipse round its centre."""
        (x0, y0), (x1, y1) = (self.at((centre[0] + s * size[0] / 2, centre[1] - s * size[1] / 2)) for s in (-1, 1))
        self.draw.ellipse((x0, y0, x1, y1), fill, edge, round(0.6 * self.scale))

    def way(self, points: tuple[Metres, ...], width_m: float, fill: str = PATH) -> None:
        """A path along points."""
        self.draw.line([self.at(point) for point in points], fill, round(width_m * self.scale), "curve")

    def word(self, at: Metres, text: str, height_m: float = 10) -> None:
        """A number or letter."""
        self.draw.text(self.at(at), text, INK, ImageFont.load_default(height_m * self.scale), "mm")

    def png(self) -> bytes:
        """The drawing."""
        out = io.BytesIO()
        self.picture.reduce(FINE).save(out, "PNG")
        return out.getvalue()


def trees(sheet: Sheet, spots: tuple[Metres, ...], size: float = 9) -> None:
    """Trees from above."""
    for spot in spots:
        sheet.disc(spot, (size, size), "#bccdb0", "#9db38f")


# ---------------------------------------------------------------- Jinxiu Garden: from above, and its two floors below


def draw_jinxiu() -> Sheet:
    """Twelve towers in three rows within a wall with four gates; club house, lake, gardens."""
    sheet = Sheet((172, 152), 3.6)
    sheet.box((0, 0), (312, 272), LAWN, EDGE, 6, 1.6)
    for y in (112, 37.5, -37.5, -112):
        sheet.way(((-140, y), (140, y)), 9)
    for x in (-140, 0, 140):
        sheet.way(((x, -118), (x, 118)), 9)
    for end in ((170, 0), (-170, 0)):
        sheet.way(((0.82 * end[0], 0), end), 11)
    for y in (150, -150):
        sheet.way(((0, y), (0, 0.7 * y)), 11)
    sheet.disc((-70, 37.5), (44, 22), WATER, "#9fb9c9")
    sheet.disc((0, 37.5), (24, 22), "#c5d6b8", "#9db38f")
    sheet.disc((35, -38), (26, 18), "#efe3c8", "#cbb88d")
    sheet.box((70, 37.5), (104, 24), "#e2d9cc", "#94866f")
    for n in TOWERS:
        x, y = tower_at(n)
        sheet.box((x, y), (44, 44), HOUSE, EDGE, 3, 0.9)
        sheet.word((x, y), str(n), 11)
    sheet.box((148, -28), (14, 12), "#e2d9cc", "#94866f")
    for at in ((135, 60), (-135, -60)):
        sheet.box(at, (16, 12), "#d9d5c3", "#94866f")
    trees(sheet, tuple((x, -37.5 + s) for x in (-112, -91, -49, -28) for s in (-9, 9)))
    trees(sheet, tuple((x, 122) for x in range(30, 120, 16)) + tuple((x, -123) for x in (-120, -100, -80, -60, 60, 80, 100, 120)))
    return sheet


def jinxiu_above(number: str) -> Metres | None:
    """Where a checkpoint lies on the site's picture, metres from the centre; None below the ground."""
    kind, n = number.split("-")
    if kind in ("T", "R", "L") or number in ("F-03", "F-04", "F-05"):
        tower = {"F-03": 1, "F-04": 5, "F-05": 9}.get(number) or int(n)
        (x, y), (east, north) = tower_at(tower), {"T": (-14, -16), "R": (-14, 14), "L": (14, 14), "F": (14, -16)}[kind]
        return x + east, y + north
    return {
        "G-01": (154, 0), "G-02": (0, -134), "G-03": (-154, 0), "G-04": (0, 134), "W-01": (154, 134), "W-02": (154, -134), "W-03": (-154, -134),
        "W-04": (-154, 134), "F-01": (28, 37.5), "C-01": (56, 37.5), "C-02": (84, 37.5), "C-03": (112, 37.5), "F-02": (148, -28), "F-08": (0, -106),
        "Y-01": (0, 37.5), "Y-02": (35, -38), "Y-03": (-70, 37.5), "Y-04": (-70, -37.5), "Y-05": (60, 112), "H-01": (135, 60), "H-02": (-135, -60),
    }.get(number)  # fmt: skip


BELOW: Mapping[str, Metres] = {
    "B1-01": (95, 52), "B1-02": (-95, 52), "B1-03": (20, 18), "B1-04": (-20, 88), "B1-05": (52, 89), "F-06": (-55, 30),
    "B2-01": (95, -58), "B2-02": (-95, -58), "B2-03": (-112, -25), "B2-04": (-40, -91), "B2-05": (128, -91), "F-07": (60, -25),
    "P-01": (-44, -25), "P-02": (-18, -25), "P-03": (8, -25), "P-04": (34, -25), "P-05": (86, -25),
}  # fmt: skip


def draw_garage() -> Sheet:
    """The garage's two levels, one above the other: bays, ramps, and the plant rooms of the lower one."""
    sheet = Sheet((165, 118), 3.6)
    for level, y in (("B1", 55), ("B2", -57)):
        sheet.box((0, y), (310, 96), FLOOR, EDGE, 4, 1.4)
        sheet.way(((-138, y), (138, y)), 14, PATH)
        for side in (-1, 1):
            for n in range(-14, 15):
                sheet.box((n * 9.6, y + side * 34), (8.2, 17), None, "#b4bcc4", 0.5, 0.45)
        sheet.word((-145, y + 36), level, 11)
    for x, y in ((20, 20), (-20, 90)):
        sheet.box((x, y), (26, 22), "#eceae2", "#94866f", 1)
        for n in range(-2, 3):
            sheet.way(((x + 4 * n, y - 8), (x + 4 * n, y + 8)), 0.6, "#b8ae97")
    sheet.box((52, 89), (44, 22), "#d3dfca", "#9db38f", 2)
    for x, y in (*((x, -25) for x in (-112, -44, -18, 8, 34, 60, 86)), (128, -91)):
        sheet.box((x, y), (24, 22), HOUSE, EDGE, 1)
    sheet.disc((-40, -91), (18, 13), WATER, "#9fb9c9")
    return sheet


# ---------------------------------------------------------------- Hexi Lane


HEXI_MOVED: Mapping[str, Metres] = {"S-03": (0, 12), "S-04": (-38, 46), "P-01": (29, -42), "P-02": (42, -42)}


def draw_hexi() -> Sheet:
    """Four houses on both sides of a lane, a yard with a shed, utility rooms."""
    sheet = Sheet((56, 62), 9)
    sheet.box((0, 0), (104, 114), LAWN, EDGE, 3, 0.8)
    sheet.way(((0, -60), (0, 60)), 9)
    sheet.way(((0, 46), (34, 46)), 6)
    sheet.way(((0, 46), (-38, 46)), 6)
    sheet.disc((0, 12), (18, 16), "#c5d6b8", "#9db38f")
    for n in range(1, 5):
        x, y = (27 if n % 2 else -27), 15 * n - 40
        sheet.box((x, y), (32, 12), HOUSE, EDGE, 1, 0.4)
        sheet.word((x + (5 if n % 2 else -5), y), str(n), 5)
    sheet.box((32, 40), (26, 10), "#e2d9cc", "#94866f", 1, 0.4)
    sheet.box((35.5, -42), (30, 11), "#e2d9cc", "#94866f", 1, 0.4)
    sheet.box((-38, 46), (14, 9), "#d9d5c3", "#94866f", 1, 0.4)
    trees(sheet, ((-44, -48), (-36, -50), (-12, -52), (46, 20), (46, 28), (-46, 4), (-12, 32), (14, 54)), 5)
    return sheet


# ---------------------------------------------------------------- put into the database


def build_floor_plans(town: Town, by: UUID, at: datetime) -> None:
    """The community's plans with every checkpoint on one of them, by the slice's own actions."""
    spots = {spot.number: spot for spot in town.community.spots}
    if town.site.slug == "hexi":
        places = {number: HEXI_MOVED.get(number, spot.at) for number, spot in spots.items()}
        put_all(town, "总平面图", "Site plan", draw_hexi, places, by, at)
        return
    put_all(town, "总平面图", "Site plan", draw_jinxiu, {number: jinxiu_above(number) for number in spots}, by, at)
    put_all(town, "地下车库", "Garage", draw_garage, BELOW, by, at)


def put_all(
    town: Town, name: str, name_en: str, draw: Callable[[], Sheet], places: Mapping[str, Metres | None], by: UUID, at: datetime
) -> None:
    """A plan with its points; None: not on this one."""
    sheet = draw()
    plan = draw_plan(town.site, name, name_en, plans.drawn(sheet.png()), by, at)
    for number, place in places.items():
        if place is not None:
            put_point(plan, town.checkpoint_id(number), *sheet.share(place), by, at)
