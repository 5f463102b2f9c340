"""Assets: owns the few static files of a site and their addresses. Does not know pages. Imports none of ours.

Every address carries a fingerprint of the file, so that browsers may keep it for ever and still see each
change at once.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort

_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    body: bytes
    fingerprint: str
    content_type: str


class Assets:
    """Static files, read once at start.

    Args:
        folders: where the files are; of two files of the same name the first folder's counts.
        root: path of the site, without a slash at its end, put before every address.
    """

    def __init__(self, *folders: Path, root: str = "") -> None:
        self._root = root
        self._files: Mapping[str, _File] = {
            path.name: _read(path)
            for folder in reversed(folders)
            if folder.is_dir()
            for path in sorted(folder.iterdir())
            if path.is_file()
        }

    def url(self, name: str) -> str:
        """The address of a file; KeyError when there is no such file."""
        return f"{self._root}/assets/{self._files[name].fingerprint}/{name}"

    def blueprint(self) -> Blueprint:
        """The route that serves the files; register it once per application."""
        routes = Blueprint("assets", __name__)
        routes.add_url_rule("/assets/<fingerprint>/<name>", "file", self._answer)
        return routes

    def _answer(self, fingerprint: str, name: str) -> Response:
        file = self._files.get(name)
        if file is None or file.fingerprint != fingerprint:
            abort(404)  # an old address may not be answered with new content that is then kept for ever
        response = Response(file.body, content_type=file.content_type)
        response.headers["Cache-Control"] = _FOR_EVER
        return response


def _read(path: Path) -> _File:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind == "image/svg+xml"
    return _File(
        body=body,
        fingerprint=hashlib.sha256(body).hexdigest()[:16],
        content_type=f"{kind}; charset=utf-8" if text else kind,
    )
