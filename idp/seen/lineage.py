"""Lineage: owns reading a verified chain for people: who states what about whom, with which keys, until when.

Pure, and judges nothing: the chain was judged. The anchor comes first, as trust flows. Imports federation.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from federation.chain import TrustChain
from federation.changes import Change, changes
from federation.statement import Statement
from keys.encoding import JoseError
from keys.jose import STATEMENT, peek
from keys.public import required, thumbprint

MarkState = Literal["active", "inactive", "lapsed", "unchecked"]

Recall = Callable[[str], bool | None]
"""Whether the issuer of a mark (its text) said lately that it is active; None: nobody asked."""

SHORT = 12
"""Characters of a thumbprint that people compare."""

MOST = 32
"""Trust marks that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public federation key.

    Attributes:
        kid: its name in statements.
        print: the first characters of its thumbprint (RFC 7638); empty where it has none.
        kind: such as `P-256` or `RSA`.
    """

    kid: str
    print: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One statement.

    Attributes:
        index: its place in the chain as it travels, 0 for the subject's own.
        issuer, subject: who states, and about whom; the same in what an entity says of itself.
        since, until: seconds since 1970.
        signer: the key that signed.
        certified: the keys of the subject that it names.
        constraints: by name, as the issuer wrote them.
    """

    index: int
    issuer: str
    subject: str
    since: int
    until: int
    signer: Key
    certified: tuple[Key, ...]
    constraints: Mapping[str, object]

    @property
    def own(self) -> bool:
        """Whether an entity speaks of itself."""
        return self.issuer == self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A trust mark in the subject's own statement, as it stands there.

    Attributes:
        issuer: who is said to have issued it.
        until: seconds since 1970; None where it does not end.
        state: what its issuer said of it lately, if anybody asked.
    """

    type: str
    issuer: str
    until: int | None
    state: MarkState


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """A chain, from the anchor down.

    Attributes:
        expires: seconds since 1970: the first end of all statements.
        weakest: index of the statement that ends first.
        resolved: metadata by entity type, as all superiors leave it.
    """

    subject: str
    anchor: str
    expires: int
    weakest: int
    hops: tuple[Hop, ...]
    changes: tuple[Change, ...]
    marks: tuple[Shown, ...]
    resolved: Mapping[str, Mapping[str, object]]


def lineage(chain: TrustChain, recall: Recall, now: float) -> Lineage:
    """The chain, as people read it."""
    statements = chain.statements
    above = [*statements[1:], statements[-1]]
    hops = [_hop(index, one, above[index].jwks) for index, one in enumerate(statements)]
    return Lineage(
        subject=chain.subject,
        anchor=chain.anchor,
        expires=chain.expires,
        weakest=min(hops, key=lambda hop: hop.until).index,
        hops=tuple(reversed(hops)),
        changes=changes(chain),
        marks=tuple(_marks(chain.configuration, recall, now)),
        resolved=chain.resolved,
    )


def _hop(index: int, one: Statement, issuer_keys: Mapping[str, object]) -> Hop:
    constraints = one.claims.get("constraints")
    signer = next((key for key in _keys(issuer_keys) if key.kid == one.kid), None)
    return Hop(
        index=index,
        issuer=one.iss,
        subject=one.sub,
        since=one.issued,
        until=one.expires,
        signer=signer or Key(kid=one.kid, print="", kind=""),
        certified=_keys(one.jwks),
        constraints=constraints if isinstance(constraints, dict) else {},
    )


def _keys(jwks: Mapping[str, object]) -> tuple[Key, ...]:
    listed = jwks.get("keys")
    return tuple(_key(one) for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()


def _key(jwk: Mapping[str, object]) -> Key:
    try:
        full = thumbprint(required({name: one for name, one in jwk.items() if isinstance(one, str)}))
    except ValueError:
        full = ""
    kind = jwk.get("crv") or jwk.get("alg") if jwk.get("kty") != "RSA" else "RSA"
    return Key(kid=str(jwk.get("kid", "")), print=full[:SHORT], kind=str(kind or jwk.get("kty", "")))


def _marks(own: Statement, recall: Recall, now: float) -> Iterator[Shown]:
    shown = own.claims.get("trust_marks")
    for one in shown[:MOST] if isinstance(shown, list) else ():
        token = one.get("trust_mark") if isinstance(one, dict) else None
        if not isinstance(token, str):
            continue
        try:
            said = peek(token, limits=STATEMENT)
        except JoseError:
            continue
        until = said.claims.get("exp")
        end = until if isinstance(until, int) and not isinstance(until, bool) else None
        yield Shown(
            type=str(one.get("trust_mark_type", "")),
            issuer=said.iss or "",
            until=end,
            state="lapsed" if end is not None and end <= now else _state(recall(token)),
        )


def _state(active: bool | None) -> MarkState:
    if active is None:
        return "unchecked"
    return "active" if active else "inactive"
