"""Small drawn pictures that stand for what a phone's camera saw."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

from webapp.demo.phones import Picture
from webapp.demo.shapes import Spot
from webapp.sites.qr import matrix

WALLS = ("#8d8f86", "#6f7a80", "#9a8f7d", "#59636b", "#a7a294")
FRAME_SIDE = 320


def _jpeg(picture: Image.Image, quality: int) -> Picture:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Picture(out.getvalue())


def scene(spot: Spot, caption: str, chance: random.Random) -> Picture:
    """A wall with a door, a stain, and the words a watermark camera burns in. Latin: Pillow brings no other font."""
    picture = Image.new("RGB", (640, 480), chance.choice(WALLS))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 360, 640, 480), "#4a4c49")
    left = chance.randint(60, 380)
    draw.rectangle((left, 120, left + 150, 360), "#39434a", "#20262a", 6)
    draw.ellipse((left + 118, 235, left + 134, 251), "#c9c3b0")
    x, y = chance.randint(40, 520), chance.randint(345, 385)
    draw.ellipse((x, y, x + chance.randint(60, 150), y + chance.randint(16, 40)), "#2c3a44")
    draw.rectangle((0, 424, 640, 480), "#111815")
    draw.text((16, 432), f"{spot.number}  {spot.name_en}", "#d8f34a", ImageFont.load_default(20))
    draw.text((16, 456), caption, "#f2f2ee", ImageFont.load_default(16))
    return _jpeg(picture, 60)


def worked(spot: Spot, caption: str, chance: random.Random, after: bool, green: bool) -> Picture:
    """The same place before and after the work: a refuse room with and without litter, a hedge before and after trimming."""
    picture = Image.new("RGB", (640, 480), "#a9c3d1" if green else "#b9b5a8")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 330, 640, 480), "#7f9a63" if green else "#8b8a84" if after else "#6f6b62")
    if green:
        for n in range(33):
            top = 190 if after else chance.randint(130, 200)
            draw.rectangle((n * 20 - 6, top, n * 20 + 26, 360), chance.choice(("#3f6b35", "#47763c", "#39622f")))
    else:
        for n, colour in enumerate(("#2f6d4c", "#33475b", "#6b5a2f")):
            draw.rectangle((70 + 185 * n, 170, 190 + 185 * n, 370), colour, "#1d2326", 4)
            draw.rectangle((60 + 185 * n, 150, 200 + 185 * n, 176), colour, "#1d2326", 4)
    if not after:
        for _n in range(26):
            x, y = chance.randint(10, 610), chance.randint(350, 415)
            draw.rectangle(
                (x, y, x + chance.randint(8, 26), y + chance.randint(5, 14)),
                chance.choice(("#5b7f3a", "#8a7b3d") if green else ("#d8d2c0", "#463f36", "#a23c2b")),
            )
    draw.rectangle((0, 424, 640, 480), "#111815")
    draw.text((16, 432), f"{spot.number}  {spot.name_en}", "#d8f34a", ImageFont.load_default(20))
    draw.text((16, 456), caption, "#f2f2ee", ImageFont.load_default(16))
    return _jpeg(picture, 60)


def clean_hall() -> Picture:
    """A lift hall as it should look, with rings round the corners that are forgotten."""
    picture = Image.new("RGB", (640, 400), "#d9d6cb")
    draw = ImageDraw.Draw(picture)
    draw.polygon(((0, 400), (640, 400), (520, 250), (120, 250)), "#bcb8aa")
    draw.rectangle((120, 40, 520, 250), "#e9e6dc", "#8f8b7d", 3)
    for left in (180, 330):
        draw.rectangle((left, 80, left + 120, 250), "#9aa3a8", "#5d666b", 4)
        draw.line((left + 60, 80, left + 60, 250), "#5d666b", 3)
    for x, y in ((120, 250), (520, 250), (240, 250)):
        draw.ellipse((x - 34, y - 24, x + 34, y + 24), outline="#d73337", width=5)
    return _jpeg(picture, 80)


def scan_frame(text: str, chance: random.Random) -> Picture:
    """The label as the camera saw it when it read the code: a little turned, on some wall."""
    rows = matrix(text)
    label = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                label.putpixel((x + 4, y + 4), 20)
    side = chance.randint(170, 220)
    wall = chance.randint(70, 150)
    big = label.resize((side, side), Image.Resampling.NEAREST).rotate(
        chance.uniform(-9, 9), Image.Resampling.BILINEAR, True, fillcolor=wall
    )
    frame = Image.new("L", (FRAME_SIDE, 240), wall)
    frame.paste(big, (chance.randint(10, FRAME_SIDE - big.width), max(0, (240 - big.height) // 2)))
    return _jpeg(frame.convert("RGB"), 45)
