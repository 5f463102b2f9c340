"""Wire: owns the messages that the server reads and writes (RFC 4511). Does not know what they lead to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.ldap.embedded import ber
from adapters.ldap.embedded.ber import BadBer, Tlv

SUCCESS, OPERATIONS_ERROR, PROTOCOL_ERROR, SIZE_LIMIT, COMPARE_FALSE, COMPARE_TRUE = 0, 1, 2, 4, 5, 6
AUTH_METHOD, CRITICAL_CONTROL, NO_OBJECT, BAD_DN = 7, 12, 32, 34
BAD_CREDENTIALS, NO_ACCESS, UNWILLING = 49, 50, 53

BIND, UNBIND, SEARCH, ABANDON, COMPARE, EXTENDED = 0x60, 0x42, 0x63, 0x50, 0x6E, 0x77
ANSWERS = {
    BIND: 0x61,
    SEARCH: 0x65,
    0x66: 0x67,
    0x68: 0x69,
    0x4A: 0x6B,
    0x6C: 0x6D,
    COMPARE: 0x6F,
    EXTENDED: 0x78,
}
_ENTRY = 0x64

START_TLS = "1.3.6.1.4.1.1466.20037"
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
DISCONNECTION = "1.3.6.1.4.1.1466.20036"
PAGED = "1.2.840.113556.1.4.319"


@dataclass(frozen=True, slots=True)
class Message:
    """One request: its number, its operation, and its controls by OID (criticality and value)."""

    number: int
    operation: Tlv
    controls: Mapping[str, tuple[bool, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search request (RFC 4511 §4.5.1); its filter still unread."""

    base: str
    scope: int
    limit: int
    types_only: bool
    filter: Tlv
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """A page asked for (RFC 2696): its size, and where it begins."""

    size: int
    start: int


def message(data: bytes) -> Message:
    """The request in these bytes.

    Raises:
        BadBer: there is none.
    """
    outer = list(ber.elements(data))
    if len(outer) != 1 or outer[0].tag != ber.SEQUENCE:
        raise BadBer("no message")
    parts = outer[0].parts()
    if len(parts) < 2 or parts[0].tag != ber.INTEGER or parts[0].integer() <= 0:
        raise BadBer("no message")
    controls = parts[2].parts() if len(parts) > 2 and parts[2].tag == 0xA0 else []
    return Message(parts[0].integer(), parts[1], dict(map(_control, controls)))


def bind(operation: Tlv) -> tuple[int, str, bytes | None]:
    """Version, name and password of a bind; no password when it is not a simple one."""
    parts = _fields(operation, 3)
    return parts[0].integer(), parts[1].text(), parts[2].value if parts[2].tag == 0x80 else None


def search(operation: Tlv) -> Search:
    """The search that is asked for."""
    parts = _fields(operation, 8)
    return Search(
        base=parts[0].text(),
        scope=parts[1].integer(),
        limit=max(0, parts[3].integer()),
        types_only=parts[5].value != b"\0",
        filter=parts[6],
        attributes=tuple(part.text() for part in parts[7].parts()),
    )


def comparison(operation: Tlv) -> tuple[str, str, str]:
    """DN, attribute and value of a comparison."""
    parts = _fields(operation, 2)
    inner = parts[1].parts()
    if len(inner) != 2:
        raise BadBer("a comparison without a value")
    return parts[0].text(), inner[0].text(), inner[1].text()


def extended(operation: Tlv) -> str:
    """The OID of an extended request."""
    parts = _fields(operation, 1)
    return parts[0].text()


def paging(value: bytes) -> Paging:
    """The page that this control asks for."""
    outer = list(ber.elements(value))
    parts = outer[0].parts() if outer else []
    if len(parts) != 2:
        raise BadBer("a paging control without its parts")
    cookie = parts[1].value
    if cookie and not (cookie.isdigit() and len(cookie) < 10):
        raise BadBer("a cookie that is not ours")
    return Paging(max(0, parts[0].integer()), int(cookie or b"0"))


def answer(tag: int, to: int, code: int, text: str = "", *, matched: str = "", more: bytes = b"") -> bytes:
    """A message that ends an operation with a result code.

    Args:
        tag: of the answer.
        to: number of the request.
        more: what follows the result, already packed.
    """
    result = ber.number(code, ber.ENUMERATED) + ber.octets(matched) + ber.octets(text)
    return _message(to, ber.pack(tag, result, more))


def page_end(to: int, code: int, cookie: bytes) -> bytes:
    """The end of a page, with the control that says where the next one begins (empty: nowhere)."""
    value = ber.pack(ber.SEQUENCE, ber.number(0), ber.octets(cookie))
    control = ber.pack(ber.SEQUENCE, ber.octets(PAGED), ber.octets(value))
    result = ber.number(code, ber.ENUMERATED) + ber.octets("") + ber.octets("")
    return _message(to, ber.pack(ANSWERS[SEARCH], result), ber.pack(0xA0, control))


def entry(to: int, name: str, attributes: Iterable[tuple[str, Sequence[bytes]]]) -> bytes:
    """A message with one entry."""
    shown = [
        ber.pack(ber.SEQUENCE, ber.octets(kind), ber.pack(ber.SET, *map(ber.octets, values)))
        for kind, values in attributes
    ]
    return _message(to, ber.pack(_ENTRY, ber.octets(name), ber.pack(ber.SEQUENCE, *shown)))


def disconnection() -> bytes:
    """The unsolicited farewell to a peer that does not speak the protocol (RFC 4511 §4.4.1)."""
    return answer(0x78, 0, PROTOCOL_ERROR, "not LDAP", more=ber.octets(DISCONNECTION, 0x8A))


def _message(to: int, *parts: bytes) -> bytes:
    return ber.pack(ber.SEQUENCE, ber.number(to), *parts)


def _fields(operation: Tlv, count: int) -> list[Tlv]:
    parts = operation.parts()
    if len(parts) < count:
        raise BadBer("a request with parts missing")
    return parts


def _control(part: Tlv) -> tuple[str, tuple[bool, bytes]]:
    fields = part.parts()
    if not fields:
        raise BadBer("an empty control")
    critical = any(f.tag == ber.BOOLEAN and f.value != b"\0" for f in fields[1:])
    value = next((f.value for f in fields[1:] if f.tag == ber.OCTETS), b"")
    return fields[0].text(), (critical, value)
