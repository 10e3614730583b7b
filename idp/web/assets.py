"""Our style sheet, script and images, served from memory under an address that names their content.

The address changes with the content, so a browser keeps each for a year and never asks again.
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, url_for

from idp import resources
from idp.web.access import public

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

bp = Blueprint("assets", __name__)

_KEY = "proffer.assets"
_VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, read once."""

    body: bytes
    mimetype: str
    version: str


def init_app(app: Flask) -> None:
    """Read the files and serve them; templates name one by ``asset('css/proffer.css')``."""
    app.extensions[_KEY] = load(resources.static())
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = address


def load(folder: Path) -> dict[str, Asset]:
    """Read every file below the folder, by its path."""
    return {path.relative_to(folder).as_posix(): _read(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def address(name: str) -> str:
    """Give the address of one of our files."""
    return url_for("assets.file", version=_assets()[name].version, name=name)


@bp.get("/assets/<version>/<path:name>")
@public
def file(version: str, name: str) -> Response:
    """Answer one of our files; under an old version's address, today's content."""
    asset = _assets().get(name)
    if asset is None:
        abort(404)
    response = Response(asset.body, mimetype=asset.mimetype)
    current = version == asset.version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # An image opened as a document must not become one that runs.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body=body, mimetype=mimetype, version=hashlib.sha256(body).hexdigest()[:_VERSION_LENGTH])


def _assets() -> dict[str, Asset]:
    assets: dict[str, Asset] = current_app.extensions[_KEY]
    return assets
