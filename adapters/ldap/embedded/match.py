"""Match: owns what a search filter means (RFC 4511 §4.5.1.7). Does not know the tree.

A filter becomes a function of an entry that answers true, false or, as the standard has it, undefined (None):
an undefined part under a NOT must not turn into a yes.
"""

import re
from collections.abc import Callable

from adapters.ldap import dn
from adapters.ldap.embedded.ber import BOOLEAN, BadBer, Tlv
from adapters.ldap.embedded.tree import Entry
from adapters.names import fold

Filter = Callable[[Entry], bool | None]

MAX_DEPTH = 16
MAX_PARTS = 256
HIDDEN = frozenset(
    ("userpassword",)
)  # never shown, and never matched, or it could be guessed letter by letter
_NAMES = frozenset(("member", "uniquemember", "memberof", "entrydn", "owner", "manager", "seealso"))
_EXACT = frozenset(("2.5.13.5", "caseexactmatch"))
_IGNORE = frozenset(("", "2.5.13.2", "caseignorematch"))


def read(part: Tlv, depth: int = 0) -> Filter:
    """The function that this filter is.

    Raises:
        BadBer: it is none, or deeper or wider than any honest one.
    """
    if depth > MAX_DEPTH:
        raise BadBer("a filter that is too deep")
    match part.tag:
        case 0xA0 | 0xA1:
            return _joined([read(p, depth + 1) for p in _few(part.parts())], every=part.tag == 0xA0)
        case 0xA2:
            return _not(read(_one(part), depth + 1))
        case 0x87:
            return _present(part.text())
        case 0xA4:
            return _substrings(*_pair(part))
        case 0xA3 | 0xA8 | 0xA5 | 0xA6:
            attribute, value = _pair(part)
            return _compared(attribute.text(), value.text(), part.tag)
        case 0xA9:
            return _extended(part)
        case _:
            raise BadBer("a filter of unknown kind")


def equal(attribute: str, value: str) -> Filter:
    """Whether an entry holds this value, as an equality filter or a comparison asks."""
    return _compared(attribute, value, 0xA3)


def _few(parts: list[Tlv]) -> list[Tlv]:
    if len(parts) > MAX_PARTS:
        raise BadBer("a filter that is too wide")
    return parts


def _one(part: Tlv) -> Tlv:
    (inner,) = _exactly(part, 1)
    return inner


def _pair(part: Tlv) -> tuple[Tlv, Tlv]:
    first, second = _exactly(part, 2)
    return first, second


def _exactly(part: Tlv, count: int) -> list[Tlv]:
    parts = part.parts()
    if len(parts) != count:
        raise BadBer("a filter with parts missing")
    return parts


def _joined(parts: list[Filter], *, every: bool) -> Filter:
    def judge(entry: Entry) -> bool | None:
        answers = [part(entry) for part in parts]
        if (not every) in answers:  # one false ends an AND, one true an OR
            return not every
        return None if None in answers else every

    return judge


def _not(inner: Filter) -> Filter:
    def judge(entry: Entry) -> bool | None:
        answer = inner(entry)
        return None if answer is None else not answer

    return judge


def _present(attribute: str) -> Filter:
    return lambda entry: None if attribute.lower() in HIDDEN else bool(entry.values(attribute))


def _normal(attribute: str, value: str) -> object:
    if attribute in _NAMES:
        try:
            return dn.parse(value)
        except dn.BadDn:
            return None
    if attribute == "telephonenumber":
        return re.sub(r"[\s-]", "", value)
    return fold(value)


def _texts(entry: Entry, attribute: str) -> list[str]:
    return [value.decode(errors="replace") for value in entry.values(attribute)]


def _compared(attribute: str, value: str, tag: int) -> Filter:
    name = attribute.lower()
    wanted = _normal(name, value)

    def judge(entry: Entry) -> bool | None:
        held = _texts(entry, name)
        if name in HIDDEN or wanted is None:
            return None
        if tag in (0xA3, 0xA8):  # equal, or approximately so
            return any(_normal(name, text) == wanted for text in held)
        return any(_ordered(text, value) if tag == 0xA6 else _ordered(value, text) for text in held)

    return judge


def _ordered(low: str, high: str) -> bool:
    if low.isdecimal() and high.isdecimal():
        return int(low[:64]) <= int(high[:64])
    return fold(low) <= fold(high)


def _substrings(attribute: Tlv, pieces: Tlv) -> Filter:
    name = attribute.text().lower()
    found = _few(pieces.parts())
    kinds = [piece.tag for piece in found]
    # initial first, final last, any number between them; nothing else
    if (
        not found
        or any(k not in (0x80, 0x81, 0x82) for k in kinds)
        or 0x80 in kinds[1:]
        or 0x82 in kinds[:-1]
    ):
        raise BadBer("substrings out of order")
    texts = [(piece.tag, fold(piece.text())) for piece in found]

    def judge(entry: Entry) -> bool | None:
        if name in HIDDEN:
            return None
        return any(_has_pieces(fold(text), texts) for text in _texts(entry, name))

    return judge


def _has_pieces(text: str, pieces: list[tuple[int, str]]) -> bool:
    at = 0
    for tag, piece in pieces:
        if tag == 0x82:
            return text.endswith(piece) and len(text) - len(piece) >= at
        found = text.find(piece, at)
        if found < 0 or (tag == 0x80 and found > 0):
            return False
        at = found + len(piece)
    return True


def _extended(part: Tlv) -> Filter:
    fields = {inner.tag: inner for inner in part.parts()}
    if 0x83 not in fields:
        raise BadBer("an extensible match without a value")
    rule = fields[0x81].text().lower() if 0x81 in fields else ""
    attribute = fields[0x82].text().lower() if 0x82 in fields else ""
    value = fields[0x83].text()
    names_too = fields.get(0x84, Tlv(BOOLEAN, b"\0")).value != b"\0"

    def judge(entry: Entry) -> bool | None:
        if rule not in _EXACT | _IGNORE or not attribute or attribute in HIDDEN:
            return None
        held = _texts(entry, attribute)
        if names_too:
            held += [text for rdn in entry.name for kind, text in rdn if kind == attribute]
        return value in held if rule in _EXACT else any(fold(text) == fold(value) for text in held)

    return judge
