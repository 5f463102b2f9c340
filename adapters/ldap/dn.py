"""DN: owns when two distinguished names are the same one, and whether one lies below another.

Does not know schemas: values are compared as caseIgnoreMatch does, which is how naming attributes match.
Imports only `adapters.names`.
"""

import re

from adapters.names import fold

Rdn = frozenset[tuple[str, str]]
Dn = tuple[Rdn, ...]  # leaf first, as written

MAX_LENGTH = 8192
_TYPE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)\s*=")
_ESCAPED = re.compile(
    r"(?:\\[0-9A-Fa-f]{2})+|\\(.)", re.DOTALL
)  # one scan: an escaped backslash starts no pair


class BadDn(ValueError):
    """This is not a distinguished name."""


def parse(text: str) -> Dn:
    """The name in a form that can be compared (RFC 4514 §3).

    Raises:
        BadDn: it is not one, or longer than any real one.
    """
    if len(text) > MAX_LENGTH:
        raise BadDn("too long")
    if not text.strip():
        return ()
    return tuple(frozenset(_pair(part) for part in _cut(rdn, "+")) for rdn in _cut(text, ",;"))


def within(name: Dn, base: Dn) -> bool:
    """Whether `name` is `base` or lies below it."""
    return len(name) >= len(base) and name[len(name) - len(base) :] == base


def _cut(text: str, separators: str) -> list[str]:
    parts, start, at, quoted = [], 0, 0, False
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif text[at] in separators and not quoted:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    if quoted:
        raise BadDn("a quotation mark is missing")
    return [*parts, text[start:]]


def _pair(text: str) -> tuple[str, str]:
    found = _TYPE.match(text)
    if found is None:
        raise BadDn("a part has no attribute")
    value = text[found.end() :].lstrip(" ")
    while value.endswith(" ") and not value.endswith("\\ "):
        value = value[:-1]
    if value.startswith("#"):
        raise BadDn("values in hexadecimal form are not supported")
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return found[1].lower(), fold(_plain(value))


def _plain(value: str) -> str:
    def once(found: re.Match[str]) -> str:
        return found[1] if found[1] is not None else bytes.fromhex(found[0].replace("\\", "")).decode()

    try:
        return _ESCAPED.sub(once, value)
    except UnicodeDecodeError as error:
        raise BadDn("an escaped value is not UTF-8") from error


def leaf(text: str) -> str:
    """The first value of a DN as it is written: the common name of a group.

    Raises:
        BadDn: it is not a DN.
    """
    first = _cut(_cut(text, ",;")[0], "+")[0]
    found = _TYPE.match(first)
    if found is None:
        raise BadDn("a part has no attribute")
    return _plain(first[found.end() :].strip())
