"""Envelope: owns how a signed token is opened before anything in it is believed. Imports encoding.

The first four of the rules of `jose`: size, segments, strict JSON, and the header members that are accepted:
`alg`, `kid`, `typ`, and the two that carry trust chains (OIDF §4.3, §4.4) where the caller asks for them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from keys.encoding import JoseError, strict_json, unb64

ChainHeader = Literal["trust_chain", "peer_trust_chain"]

_HEADER = frozenset({"alg", "kid", "typ"})
_CHAINS: tuple[ChainHeader, ...] = ("trust_chain", "peer_trust_chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a token is read.

    Attributes:
        size: characters of the whole token.
        depth: arrays and objects inside each other.
    """

    size: int
    depth: int


TOKEN = Limits(size=8 * 1024, depth=6)
STATEMENT = Limits(size=256 * 1024, depth=8)  # entity statements carry key sets of several roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """What a token says about itself before anything was checked: good for choosing keys and for refusing
    early, and for nothing else.

    Attributes:
        alg, kid, typ: of the header.
        iss, sub: of the claims, where they are texts.
        claims: all claims, whatever they are.
        trust_chain, peer_trust_chain: of the header (OIDF §4.3, §4.4); empty where it has none.
    """

    alg: str
    kid: str | None
    typ: str | None
    iss: str | None
    sub: str | None
    claims: Mapping[str, object] = field(repr=False)
    trust_chain: tuple[str, ...] = field(default=(), repr=False)
    peer_trust_chain: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """A token taken apart; nothing of it is checked but its form."""

    alg: str
    kid: str | None
    typ: str | None
    chains: Mapping[str, tuple[str, ...]]
    payload: bytes
    signed: bytes
    signature: bytes


def peek(token: str, *, limits: Limits = TOKEN, headers: Collection[ChainHeader] = ()) -> Unverified:
    """What an unverified token says about itself.

    Args:
        limits: how much is read.
        headers: the chain headers that may stand in it; others refuse the token.

    Raises:
        JoseError: it does not pass the envelope.
    """
    parts = take_apart(token, limits, headers)
    claims = strict_json(parts.payload, depth=limits.depth)
    iss, sub = claims.get("iss"), claims.get("sub")
    return Unverified(
        alg=parts.alg,
        kid=parts.kid,
        typ=parts.typ,
        iss=iss if isinstance(iss, str) else None,
        sub=sub if isinstance(sub, str) else None,
        claims=claims,
        trust_chain=parts.chains.get("trust_chain", ()),
        peer_trust_chain=parts.chains.get("peer_trust_chain", ()),
    )


def take_apart(token: str, limits: Limits, headers: Collection[ChainHeader]) -> Parts:
    """Rules 1 to 4.

    Raises:
        JoseError: with the reason.
    """
    if not isinstance(token, str) or len(token) > limits.size:
        raise JoseError("size", f"longer than {limits.size} characters")
    segments = token.split(".", 3)
    if len(segments) != 3:
        raise JoseError("segments", "not three segments")
    head, payload, signature = (unb64(segment) for segment in segments)
    header = strict_json(head, depth=limits.depth)
    if "crit" in header:
        raise JoseError("crit", "an extension that must be understood and is not")
    if not header.keys() <= _HEADER.union(headers):
        raise JoseError("header", "a header member that is not accepted")
    alg = _member(header, "alg")
    if alg is None:
        raise JoseError("alg", "no algorithm")
    chains: dict[str, tuple[str, ...]] = {name: _chain(header[name]) for name in _CHAINS if name in header}
    signed = token[: -len(segments[2]) - 1].encode("ascii")
    return Parts(alg, _member(header, "kid"), _member(header, "typ"), chains, payload, signed, signature)


def _member(header: Mapping[str, object], name: str) -> str | None:
    value = header.get(name)
    if name in header and not (isinstance(value, str) and value):
        raise JoseError(name, f"{name} is not a string")
    return value if isinstance(value, str) else None


def _chain(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise JoseError("header", "a trust chain that is not an array of statements")
    return tuple(value)
