"""LDIF: owns reading a file of entries (RFC 2849). Does not know what the attributes mean.

Only contents, no changes; values named by URL are refused, since a file must not choose what else is read.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_FILE = 64 << 20  # bytes


class BadLdif(ValueError):
    """The file is not LDIF; the text says which line and why."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the file: its DN and its attributes in order, values as bytes."""

    dn: str
    values: tuple[tuple[str, bytes], ...]


def read(path: Path) -> Iterator[Record]:
    """The entries of the file.

    Raises:
        BadLdif: it is not one.
        OSError: it cannot be read.
    """
    if path.stat().st_size > MAX_FILE:
        raise BadLdif(f"{path}: larger than {MAX_FILE >> 20} MiB")
    held: list[tuple[str, bytes]] = []
    for at, line in _lines(path.read_text(encoding="utf-8")):
        if line:
            held.append(_value(path, at, line))
            if [name.lower() for name, _ in held] == ["version"]:
                held = []
        elif held:
            yield _record(path, at, held)
            held = []


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines and where they begin: folded ones joined, comments left out, an empty one at the end."""
    kept, first = "", 0
    for at, line in enumerate([*text.splitlines(), ""], start=1):
        if line.startswith(" "):
            kept += line[1:]
            continue
        if kept and not kept.startswith("#"):
            yield first, kept
        if not line:
            yield at, ""
        kept, first = line, at


def _value(path: Path, at: int, line: str) -> tuple[str, bytes]:
    name, colon, rest = line.partition(":")
    if not colon or not name.strip():
        raise BadLdif(f"{path}:{at}: no attribute")
    if rest.startswith("<"):
        raise BadLdif(f"{path}:{at}: values from a URL are not read")
    if not rest.startswith(":"):
        return name.strip(), rest.strip(" ").encode()
    try:
        return name.strip(), base64.b64decode(rest[1:].strip(), validate=True)
    except binascii.Error as error:
        raise BadLdif(f"{path}:{at}: not Base64") from error


def _record(path: Path, at: int, held: list[tuple[str, bytes]]) -> Record:
    if held[0][0].lower() != "dn":
        raise BadLdif(f"{path}: the entry before line {at} does not begin with its dn")
    if any(name.lower() == "changetype" for name, _ in held):
        raise BadLdif(f"{path}: the entry before line {at} is a change; write entries only")
    return Record(held[0][1].decode(), tuple(held[1:]))
