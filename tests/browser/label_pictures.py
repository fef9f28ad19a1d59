"""Pictures of labels as a phone's camera sees them, and camera files for Chromium made of them. Seeded: the same
arguments always give the same picture.

    image = render("HTTPS://ROUNDS.EXAMPLE/C/7KQ2M4XPC9", seed=1, tilt=40, blur=1.2, light=0.4)
    camera_file([render(url, seed=n) for n, url in enumerate(urls)], tmp_path / "round.mjpeg", seconds_each=2, gap=1)

Chromium plays such a file in place of a camera, in a loop:
`--use-fake-device-for-media-stream --use-file-for-fake-video-capture=round.mjpeg` (one file per browser start).
"""

import math
import random
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_Q

FRAME = (1280, 720)
FRAMES_PER_SECOND = 10
GREY = (96, 99, 104)
# As the label sheets do it: the highest level that keeps an upper-case address in version 3.
LONGEST_AT_H = 35

Corner = tuple[float, float]


def render(
    code_url: str,
    seed: int = 0,
    *,
    tilt: float = 0,
    turn: float | None = None,
    blur: float = 0,
    light: float = 1,
    noise: float = 0,
    dirt: float = 0,
    side: int = 360,
    offset: tuple[float, float] | None = None,
    size: tuple[int, int] = FRAME,
) -> Image.Image:
    """One camera frame that shows one label.

    tilt    degrees the label leans away from the camera, in a direction the seed chooses
    turn    degrees it is turned in the picture; None: up to 25 either way, as the seed says
    blur    pixels of defocus (Gaussian sigma)
    light   1 is daylight, 0.15 a cellar: darker, less contrast, lit from one side
    noise   standard deviation of the sensor's noise, 0–40
    dirt    share of the code's area that is covered, 0–0.15
    side    pixels of the code's side, quiet zone included, when seen straight on
    offset  centre of the label from the centre of the picture; None: up to 30 pixels
    """
    chance = random.Random(f"{code_url}/{seed}")
    label = _soiled(_label(code_url, side), dirt, chance)
    spin = chance.uniform(-25, 25) if turn is None else turn
    shift = (chance.uniform(-30, 30), chance.uniform(-30, 30)) if offset is None else offset
    corners = _corners(label.size, size, tilt, spin, chance.uniform(0, 360), shift)
    picture = _paste(_wall(size, chance), label, corners)
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    if light < 1:
        picture = _darkened(picture, light, chance)
    return _grainy(picture, noise, chance) if noise else picture


def blank(seed: int = 0, size: tuple[int, int] = FRAME) -> Image.Image:
    """What the camera sees between two labels."""
    return _wall(size, random.Random(f"blank/{seed}"))


def camera_file(images: Sequence[Image.Image], path: Path, seconds_each: float = 2, gap: float = 1) -> Path:
    """A camera file (.mjpeg small, .y4m exact and large): each picture for a while, a wall before each one."""
    with tempfile.TemporaryDirectory() as folder:
        shots = [(blank(n, image.size), gap, image) for n, image in enumerate(images)]
        frames: list[tuple[Image.Image, float]] = []
        for wall, before, image in shots:
            frames += [(wall, before), (image, seconds_each)]
        count = 0
        for image, seconds in frames:
            name = Path(folder) / "shot.png"
            image.save(name, compress_level=1)
            for _ in range(round(seconds * FRAMES_PER_SECOND)):
                shutil.copyfile(name, Path(folder) / f"{count:05}.png")
                count += 1
        # yuvj: the full range, which is what Chromium takes an MJPEG to be
        kind = ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"] if path.suffix == ".mjpeg" else ["-pix_fmt", "yuv420p"]
        source = ["-framerate", str(FRAMES_PER_SECOND), "-i", str(Path(folder) / "%05d.png")]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *kind, str(path)], check=True, timeout=300)
    return path


def _label(code_url: str, side: int) -> Image.Image:
    """The code with its quiet zone on a white plate a little larger, as printed."""
    level = ERROR_CORRECT_H if len(code_url) <= LONGEST_AT_H else ERROR_CORRECT_Q
    code = qrcode.QRCode(error_correction=level, box_size=12, border=4)
    code.add_data(code_url)
    code.make(fit=True)
    printed = code.make_image().get_image().convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    plate = Image.new("RGB", (side, round(side * 1.25)), "white")
    plate.paste(printed, (0, 0))
    draw = ImageDraw.Draw(plate)
    draw.text((side * 0.1, side * 1.04), code_url[-10:], fill="black", font_size=side * 0.1)
    return plate


def _soiled(label: Image.Image, share: float, chance: random.Random) -> Image.Image:
    """Spots of dirt until they cover the given share of the code."""
    draw = ImageDraw.Draw(label)
    width = label.width
    left = share * width * width
    while left > 0:
        radius = chance.uniform(0.004, 0.018) * width
        x, y = chance.uniform(0.1, 0.9) * width, chance.uniform(0.1, 0.9) * width
        shade = chance.randint(60, 200)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(shade, shade - 10, shade - 25))
        left -= math.pi * radius * radius
    return label


def _corners(
    label: tuple[int, int], frame: tuple[int, int], tilt: float, spin: float, lean: float, shift: tuple[float, float]
) -> list[Corner]:
    """Where a pinhole camera at three label widths sees the label's corners."""
    width, height = label
    away = 3.0 * width
    across, turned, leaning = (math.radians(angle) for angle in (lean, spin, tilt))
    seen = []
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        px, py = x - width / 2, y - width / 2
        px, py = px * math.cos(turned) - py * math.sin(turned), px * math.sin(turned) + py * math.cos(turned)
        # turn about the axis that lies at `lean` in the picture's plane
        along = px * math.cos(across) + py * math.sin(across)
        beside = -px * math.sin(across) + py * math.cos(across)
        depth, beside = beside * math.sin(leaning), beside * math.cos(leaning)
        scale = away / (away + depth)
        sx = (along * math.cos(across) - beside * math.sin(across)) * scale
        sy = (along * math.sin(across) + beside * math.cos(across)) * scale
        seen.append((frame[0] / 2 + shift[0] + sx, frame[1] / 2 + shift[1] + sy))
    return seen


def _paste(wall: Image.Image, label: Image.Image, corners: list[Corner]) -> Image.Image:
    width, height = label.size
    sources = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    warp = _perspective(corners, sources)
    how = Image.Transform.PERSPECTIVE
    seen = label.transform(wall.size, how, warp, Image.Resampling.BICUBIC)
    mask = Image.new("L", label.size, 255).transform(wall.size, how, warp, Image.Resampling.BILINEAR)
    picture = wall.copy()
    picture.paste(seen, mask=mask)
    return picture


def _perspective(targets: list[Corner], sources: list[Corner]) -> list[float]:
    """The eight numbers that map each target corner back to its source (Gaussian elimination)."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(targets, sources, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[8] for row in rows]


def _wall(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Plaster or concrete: coarse patches and fine grain."""
    coarse = _field((size[0] // 40, size[1] // 40), 30, chance).resize(size, Image.Resampling.BICUBIC)
    fine = _field((size[0] // 2, size[1] // 2), 22, chance).resize(size, Image.Resampling.BILINEAR)
    shade = Image.blend(coarse, fine, 0.5)
    return ImageChops.add(Image.new("RGB", size, GREY), Image.merge("RGB", (shade, shade, shade)), offset=-128)


def _field(size: tuple[int, int], spread: float, chance: random.Random) -> Image.Image:
    """Grey noise around 128, from the seeded generator (Pillow's own effect_noise has no seed)."""
    raw = chance.randbytes(size[0] * size[1])
    table = [max(0, min(255, round(128 + (value - 127.5) / 73.6 * spread))) for value in range(256)]
    return Image.frombytes("L", size, raw).point(table)


def _darkened(picture: Image.Image, light: float, chance: random.Random) -> Image.Image:
    """Less light, less contrast, and a lamp to one side."""
    dim = ImageEnhance.Brightness(ImageEnhance.Contrast(picture).enhance(0.4 + 0.6 * light)).enhance(light)
    fall = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(picture.size)
    fall = fall.point([round(90 + value * 0.65) for value in range(256)])
    return ImageChops.multiply(dim, Image.merge("RGB", (fall, fall, fall)))


def _grainy(picture: Image.Image, noise: float, chance: random.Random) -> Image.Image:
    bands = [_field(picture.size, noise, chance) for _ in range(3)]
    return ImageChops.add(picture, Image.merge("RGB", bands), offset=-128)
