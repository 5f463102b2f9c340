"""BER: owns reading and writing the part of X.690 that LDAP uses (RFC 4511 §5.1). Knows no message.

Definite lengths and one-octet tags only. Whatever a stranger sends is bounded before it is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MAX_MESSAGE = 1 << 18  # bytes

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31


class BadBer(ValueError):
    """These bytes are no message of the protocol."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One element: its tag octet and its contents."""

    tag: int
    value: bytes

    def parts(self) -> list["Tlv"]:
        """The elements inside."""
        return list(elements(self.value))

    def integer(self) -> int:
        """The contents as a number of at most 64 bits."""
        if not 1 <= len(self.value) <= 8:
            raise BadBer("a number of impossible size")
        return int.from_bytes(self.value, "big", signed=True)

    def text(self) -> str:
        """The contents as UTF-8."""
        try:
            return self.value.decode()
        except UnicodeDecodeError as error:
            raise BadBer("text that is not UTF-8") from error


def elements(data: bytes) -> Iterator[Tlv]:
    """The elements that lie one after the other in `data`.

    Raises:
        BadBer: they do not fill it exactly.
    """
    at = 0
    while at < len(data):
        size = span(data[at : at + 6], limit=len(data) - at)
        if size is None or size > len(data) - at:
            raise BadBer("an element is cut off")
        header = 2 + (data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0)
        yield Tlv(data[at], data[at + header : at + size])
        at += size


def span(head: bytes, *, limit: int = MAX_MESSAGE) -> int | None:
    """How many bytes the element takes that begins here; None while too little of it is there.

    Raises:
        BadBer: it cannot be one, or would take more than `limit`.
    """
    if len(head) < 2:
        return None
    if head[0] & 0x1F == 0x1F:
        raise BadBer("a tag of several octets")
    size, header = head[1], 2
    if size & 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 4:
            raise BadBer("a length that is indefinite or absurd")
        header += octets
        if len(head) < header:
            return None
        size = int.from_bytes(head[2:header], "big")
    if header + size > limit:
        raise BadBer("larger than allowed")
    return header + size


def pack(tag: int, *parts: bytes) -> bytes:
    """An element made of these contents."""
    contents = b"".join(parts)
    size = len(contents)
    if size < 0x80:
        return bytes((tag, size)) + contents
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + contents


def number(value: int, tag: int = INTEGER) -> bytes:
    """An INTEGER or ENUMERATED."""
    return pack(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: str | bytes, tag: int = OCTETS) -> bytes:
    """An OCTET STRING."""
    return pack(tag, value.encode() if isinstance(value, str) else value)
