"""Style, script and pictures under `/static/<build>/…`: one address per content, kept for ever by caches.

`build` is a digest of everything in static/, so ES modules can import each other by relative path and a new release
never mixes with an old one. A file of another build is 404, never a page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path

import brotli
import rcssmin
import rjsmin
from flask import Blueprint, Flask, Response, current_app, request
from markupsafe import Markup

from webapp.core import gate
from webapp.core.problems import Problem

ROOT = Path(__file__).parent.parent.parent / "static"
COMPRESSIBLE = {".css", ".js", ".svg", ".json", ".wasm", ".txt", ".webmanifest"}
# Fetched in the background after the first visit, in this order: large, or not for the field.
LATER = ("vendor/zxing-wasm/", "vendor/htmx", "js/pages/route.js")
LARGE = 200_000  # bytes
NOT_SHELL = ("js/sw.js", "vendor/fflate", "icons/maskable", "icons/icon-512", "icons/shortcut", "icons/apple")

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/wasm", ".wasm")

static = Blueprint("static_files", __name__)


def slim(name: str, content: bytes) -> bytes:
    """Our scripts and styles without comments and blanks; what comes minified stays as it is."""
    if name.startswith("vendor/") and not name.startswith("vendor/idb/"):
        return content
    if name.endswith(".js"):
        return bytes(rjsmin.jsmin(content))
    return bytes(rcssmin.cssmin(content)) if name.endswith(".css") else content


def pack(plain: bytes, coding: str) -> bytes:
    """`plain` in a content coding."""
    if coding == "br":
        # The last per cent of a large file would take seconds.
        return bytes(brotli.compress(plain, quality=11 if len(plain) < LARGE else 9))
    return gzip.compress(plain, 9, mtime=0) if coding == "gzip" else plain


class Bundle:
    """All static files in memory, with their compressed forms."""

    def __init__(self, root: Path = ROOT) -> None:
        self.files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        self.served: dict[tuple[str, str], bytes] = {}

    @cached_property
    def build(self) -> str:
        """Ten hex digits of the digest of every name and content."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:10]

    def address(self, name: str) -> str:
        """The address of one file; raises LookupError when there is no such file."""
        if name not in self.files:
            raise LookupError(f"no static file {name!r}")
        return f"/static/{self.build}/{name}"

    def content(self, name: str, coding: str) -> bytes:
        """The file as it is served in one content coding ("br", "gzip" or ""), made at the first request and kept."""
        key = name, coding
        if key not in self.served:
            plain = slim(name, self.files[name])
            self.served[key] = pack(plain, coding)
        return self.served[key]

    @cached_property
    def shell(self) -> list[str]:
        """What a phone keeps from the first visit on, for any page to stand without network."""
        return [self.address(n) for n in self.files if n.endswith((".js", ".css", ".svg", ".png")) and not n.startswith(LATER + NOT_SHELL)]

    @cached_property
    def worker(self) -> str:
        """The service worker with its build and its list of files filled in."""
        source = self.files["js/sw.js"].decode()
        later = [self.address(n) for start in LATER for n in self.files if n.startswith(start) and n.endswith((".js", ".wasm"))]
        filled = (
            source.replace("__BUILD__", self.build)
            .replace("/*__SHELL__*/[]", json.dumps(self.shell))
            .replace("/*__LATER__*/[]", json.dumps(later))
        )
        return str(rjsmin.jsmin(filled))


def bundle() -> Bundle:
    """The application's static files."""
    found = current_app.extensions["bundle"]
    assert isinstance(found, Bundle)
    return found


def asset(name: str) -> str:
    """For templates: the address of a static file."""
    return bundle().address(name)


def coding_for(name: str) -> str:
    """The best content coding that the caller takes and the file gains from."""
    if Path(name).suffix not in COMPRESSIBLE:
        return ""
    accepted = request.headers.get("Accept-Encoding", "")
    return next((coding for coding in ("br", "gzip") if coding in accepted), "")


@static.get("/static/<build>/<path:name>")
@gate.public
def file(build: str, name: str) -> Response:
    """One static file. Unknown build or name: 404."""
    files = bundle()
    if build != files.build or name not in files.files:
        raise Problem("not-found")
    coding = coding_for(name)
    response = Response(files.content(name, coding), mimetype=mimetypes.guess_type(name)[0])
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if name.startswith("js/scan/decoder"):
        # Only the decoder's own worker may compile WebAssembly.
        response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    return response


@static.get("/sw.js")
@gate.public
def service_worker() -> Response:
    """The service worker: never from a cache, allowed to serve the whole site."""
    response = Response(bundle().worker, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; connect-src 'self'"
    return response


def icons_at(sprite: str) -> Callable[..., Markup]:
    """Gives pictures of that sprite as markup, each made once: a macro in a template takes ten times as long, fifty times a page."""

    @cache
    def svg_icon(name: str, flips: bool = False) -> Markup:
        picture = Markup('<svg class="i{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
        return picture.format(" flips" if flips else "", sprite, name)

    return svg_icon


def init_static(app: Flask) -> None:
    """Read the files once, and give templates `asset`, `build` and `svg_icon`."""
    files = Bundle()
    app.extensions["bundle"] = files
    app.register_blueprint(static)

    app.jinja_env.globals.update(asset=files.address, build=files.build, svg_icon=icons_at(files.address("icons/sprite.svg")))
