"""Encoding: owns the one canonical base64url and the one strict JSON reader of every signed thing. Imports
nothing of ours.

Two texts with one meaning are how signature checks are walked around, so whatever is not the canonical form
is refused (RFC 8725 §2.4, §3.3; RFC 7515 §4 on duplicate names).
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import NoReturn

_ALPHABET = re.compile(r"[A-Za-z0-9_-]+")
# A string (perhaps unterminated, so that every byte is read once and hostile input stays linear), or one
# bracket.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JoseError(Exception):
    """A token, key set or statement that is refused.

    Attributes:
        reason: a short code: `size`, `segments`, `json`, `duplicate`, `depth`, `header`, `crit`, `alg`,
            `typ`, `kid`, `key`, `signature`, `iss`, `sub`, `aud`, `exp`, `iat`, `nbf`, `jti` or `claims`.
        detail: a fixed sentence for an engineer; never a part of the token.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes of canonical base64url without padding.

    Raises:
        JoseError: `segments`, for another alphabet, padding, a wrong length, or spare bits that are not zero
            (the same bytes would have several spellings).
    """
    if not _ALPHABET.fullmatch(text):
        raise JoseError("segments", "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise JoseError("segments", "not base64url") from None
    if b64(data) != text:
        raise JoseError("segments", "base64url that is not canonical")
    return data


def strict_json(data: bytes, *, depth: int) -> dict[str, object]:
    """The JSON object in `data`: UTF-8, no duplicate names, finite numbers, no lone surrogates, bounded
    nesting.

    Args:
        data: bytes whose number the caller has bounded.
        depth: how many arrays and objects may stand inside each other.

    Raises:
        JoseError: `json`, `duplicate` or `depth`.
    """
    value = strict_value(data, depth=depth)
    if not isinstance(value, dict):
        raise JoseError("json", "not a JSON object")
    return value


def strict_value(data: bytes, *, depth: int) -> object:
    """Whatever JSON is in `data`, by the same rules and with the same errors."""
    try:
        text = data.decode("utf-8")
        if text.count("{") + text.count("[") > depth:
            _check_depth(text, depth)
        value = json.loads(
            text, object_pairs_hook=_no_duplicates, parse_constant=_refuse, parse_float=_finite
        )
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError:  # also UnicodeError, JSONDecodeError, and integers of more digits than Python reads
        raise JoseError("json", "not strict JSON in UTF-8") from None
    return value


def _check_depth(text: str, limit: int) -> None:
    """Measured before parsing: a parser that recurses must never see the nesting of a stranger."""
    depth = 0
    for match in _STRUCTURE.finditer(text):
        first = match.group()[0]
        if first in "[{":
            depth += 1
            if depth > limit:
                raise JoseError("depth", f"JSON nested deeper than {limit}")
        elif first in "]}":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JoseError("duplicate", "a JSON name stands twice in one object")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse(text)
    return number


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a finite number")
