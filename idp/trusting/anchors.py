"""Anchors: owns which keys of which anchors are pinned: those of the files that the settings name, and no
others (OIDF §11.3). Imports federation, keys.

The files are read again when they change, so that a new key of an anchor is adopted by writing it there, with
no restart. What cannot be read changes nothing: a half-written file neither adds a key nor takes the last one
away. Nothing is ever learned from the network here.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from federation.authority.lawful import Unlawful, check_keys
from federation.keyset import Jwks, members
from keys.encoding import JoseError, strict_json
from keys.jose import STATEMENT

_Form = tuple[int, int, int]  # of a file: another one means that it was written

log = structlog.get_logger("anchors")


class Pin(Protocol):
    """What the settings say of one anchor."""

    @property
    def entity_id(self) -> str: ...
    @property
    def jwks_file(self) -> Path: ...


class Unreadable(Exception):
    """A file with an anchor's keys cannot be used; the text says why."""


class Anchors:
    """The pinned keys, by anchor.

    Args:
        pins: from settings.
    """

    def __init__(self, pins: Sequence[Pin]) -> None:
        self._files = {one.entity_id: one.jwks_file for one in pins}
        self._seen: dict[str, _Form | None] = {}
        self._jwks: dict[str, Jwks] = {}
        self._lock = threading.Lock()

    def pinned(self) -> Mapping[str, Jwks]:
        """The keys of every anchor as its file has them; an anchor whose file never could be read is left
        out."""
        for entity_id, path in self._files.items():
            form = _form(path)
            if entity_id not in self._seen or form != self._seen[entity_id]:
                self._read(entity_id, path, form)
        return dict(self._jwks)

    def _read(self, entity_id: str, path: Path, form: _Form | None) -> None:
        with self._lock:
            try:
                jwks = read_keys(path)
            except Unreadable as error:
                self._seen[entity_id] = form  # told once; the keys before serve
                log.warning("anchor_file_unusable", anchor=entity_id, file=str(path), cause=str(error))
                return
            before = self._jwks.get(entity_id)
            self._jwks[entity_id], self._seen[entity_id] = jwks, form
        if before is not None and before != jwks:
            log.info("anchor_keys_changed", anchor=entity_id, kids=sorted(kids(jwks)))


def read_keys(path: Path) -> Jwks:
    """Public federation keys in a file.

    Raises:
        Unreadable: it is not there, too large, or holds something else.
    """
    try:
        with path.open("rb") as opened:
            return parse_keys(opened.read(STATEMENT.size + 1))
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None


def parse_keys(text: bytes) -> Jwks:
    """Public federation keys, `{"keys": […]}`.

    Raises:
        Unreadable: it is too large, or something else.
    """
    if len(text) > STATEMENT.size:
        raise Unreadable(f"longer than {STATEMENT.size} bytes")
    try:
        jwks = strict_json(text, depth=STATEMENT.depth)
        check_keys(jwks)
    except (JoseError, Unlawful) as error:
        raise Unreadable(str(error)) from None
    return jwks


def kids(jwks: Jwks) -> frozenset[str]:
    """The names of the keys of a set."""
    return frozenset(str(key["kid"]) for key in members(jwks))


def _form(path: Path) -> _Form | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
