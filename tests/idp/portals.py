"""Portals that are known by a chain: verified chains made directly, and a trust that tests can change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from federation.chain import TrustChain
from federation.statement import Statement
from idp.errors import Unavailable
from keys.key import SigningKey
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import THEIRS, jwks_of

ANCHOR, PROVINCE = "http://anchor.localhost:8401", "http://gd.localhost:8410"
PORTAL = "http://portal-gz.localhost:8432"
MARK = f"{ANCHOR}/marks/portal"
PARTY: Mapping[str, object] = {
    "client_name": "Guangzhou",
    "client_name#zh-CN": "广州",
    "redirect_uris": [f"{PORTAL}/callback"],
    "response_types": ["code"],
    "grant_types": ["authorization_code"],
    "token_endpoint_auth_method": "private_key_jwt",
    "client_registration_types": ["automatic"],
    "jwks": jwks_of(THEIRS),
}


def statement(iss: str, sub: str, *, jwks: Mapping[str, object] | None = None, **claims: object) -> Statement:
    return Statement(
        iss=iss,
        sub=sub,
        issued=int(NOW) - 60,
        expires=int(NOW) + 3_600,
        kid="k",
        jwks=jwks or {"keys": []},
        metadata={},
        authority_hints=(),
        claims=claims,
        token=f"{iss} about {sub}",
    )


def chain(
    subject: str = PORTAL,
    /,
    *,
    stated: Mapping[str, Any] | None = None,
    above: Mapping[str, Any] | None = None,
    keys: Sequence[SigningKey] = (),
    organisation: Mapping[str, object] | None = None,
    **changes: Any,
) -> TrustChain:
    """A chain over the province to the anchor; None leaves a parameter of the portal out.

    Args:
        stated: claims of the province about the portal.
        above: claims of the anchor about the province.
        keys: the portal's federation keys.
    """
    said = {name: value for name, value in {**PARTY, **changes}.items() if value is not None}
    return TrustChain(
        statements=(
            statement(subject, subject, jwks=jwks_of(*keys)),
            statement(PROVINCE, subject, jwks=jwks_of(*keys), **(stated or {})),
            statement(ANCHOR, PROVINCE, **(above or {})),
            statement(ANCHOR, ANCHOR),
        ),
        anchor=ANCHOR,
        expires=int(NOW) + 3_600,
        resolved={"openid_relying_party": said, "federation_entity": organisation or {}},
    )


def without_party(of: TrustChain) -> TrustChain:
    return replace(of, resolved={"federation_entity": {}})


class Trusted:
    """Whom a test lets us believe; None is a definite no, absence is silence."""

    def __init__(self, *chains: TrustChain) -> None:
        self.chains: dict[str, TrustChain | None] = {one.subject: one for one in chains}
        self.marks: set[tuple[str, str]] = set()
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.renewed: list[str] = []
        self.given: set[str] = set()

    def find(self, entity_id: str, *, supplied: Sequence[str] = ()) -> TrustChain | None:
        self.asked.append((entity_id, tuple(supplied)))
        if entity_id not in self.chains:
            raise Unavailable("peer", f"{entity_id} is silent")
        return self.chains[entity_id]

    def renew(self, entity_id: str) -> TrustChain | None:
        self.renewed.append(entity_id)
        self.marks |= {(entity_id, mark) for mark in self.given}
        return self.find(entity_id)

    def marks_missing(self, chain: TrustChain, types: Collection[str]) -> tuple[str, ...]:
        return tuple(one for one in types if (chain.subject, one) not in self.marks)

    def why_not(self, entity_id: str) -> str:
        return f"{entity_id}: the signature does not match (OIDF §3.2)"
