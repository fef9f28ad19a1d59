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
