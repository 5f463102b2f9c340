"""Chains: verified chains of a small federation, made directly, and a trust that tests can change."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from federation.chain import TrustChain
from federation.statement import Statement
from idp.errors import Unavailable
from idp.trusting.trust import Trust
from tests.idp.made import GD, HUB, NOW

ANCHOR = "http://anchor.localhost:8401"
CITY = "http://gz.localhost:8430"
LEVELS = {
    "manyou_identity_levels": ["RL1", "RL2", "RL3"],
    "manyou_authenticator_levels": ["AL1"],
}


def statement(
    iss: str,
    sub: str,
    *,
    issued: int = int(NOW),
    expires: int = int(NOW) + 3600,
    jwks: Mapping[str, object] | None = None,
    hints: tuple[str, ...] = (),
    **claims: object,
) -> Statement:
    return Statement(
        iss=iss,
        sub=sub,
        issued=issued,
        expires=expires,
        kid="k",
        jwks=jwks or {"keys": []},
        metadata={},
        authority_hints=hints,
        claims=claims,
        token=f"{iss} about {sub}",
    )


def chain(
    subject: str = GD,
    *,
    through: Sequence[str] = (),
    resolved: Mapping[str, Mapping[str, object]] | None = None,
    word: Mapping[str, Any] | None = None,
    issued: int = int(NOW),
    expires: int = int(NOW) + 3600,
    jwks: Mapping[str, object] | None = None,
) -> TrustChain:
    """A chain whose anchor states `word` about whoever is below it."""
    path = [subject, *through, ANCHOR]
    links = [
        statement(
            above, below, issued=issued, expires=expires, **(dict(word or {}) if above == ANCHOR else {})
        )
        for below, above in itertools.pairwise(path)
    ]
    own = statement(subject, subject, hints=(path[1],), expires=expires, jwks=jwks)
    return TrustChain(
        statements=(own, *links, statement(ANCHOR, ANCHOR, expires=expires)),
        anchor=ANCHOR,
        expires=expires,
        resolved=resolved or {},
    )


def province(issuer: str = GD, region: str = "440000", /, **provider: object) -> TrustChain:
    """A province with a region and levels that the anchor gave it."""
    given = {"manyou_region": region}
    return chain(
        issuer,
        resolved={
            "openid_provider": {"issuer": issuer, **LEVELS, **given, **provider},
            "federation_entity": {"organization_name": "Guangdong", "organization_name#zh": "广东省"},
        },
        word={"metadata": {"openid_provider": given}},
    )


class Known(Trust):
    """Whom a test lets us believe; None is a definite no, absence is silence."""

    def __init__(self, **_: object) -> None:
        self.found: dict[str, TrustChain | None] = {}
        self.living: list[TrustChain] = []
        self.dropped: list[tuple[str, str]] = []
        self.renewed: list[str] = []
        self.marks: set[tuple[str, str]] = set()

    def chains(self) -> tuple[TrustChain, ...]:
        return tuple(self.living)

    def drop(self, issuer: str, subject: str) -> None:
        self.dropped.append((issuer, subject))

    def at_hand(self, entity_id: str) -> TrustChain | None:
        return self.found.get(entity_id)

    def find(self, entity_id: str, *, supplied: Sequence[str] = ()) -> TrustChain | None:
        if entity_id not in self.found:
            raise Unavailable("peer", f"{entity_id} is silent")
        return self.found[entity_id]

    def renew(self, entity_id: str) -> TrustChain | None:
        self.renewed.append(entity_id)
        return self.find(entity_id)

    def marks_missing(self, chain: TrustChain, types: Collection[str]) -> tuple[str, ...]:
        return tuple(one for one in types if (chain.subject, one) not in self.marks)


def hub() -> TrustChain:
    return chain(
        HUB,
        resolved={
            "openid_provider": {
                "issuer": HUB,
                "manyou_identity_levels": ["RL1", "RL2", "RL3", "RL4", "RL5"],
                "manyou_authenticator_levels": ["AL1", "AL2", "AL2p", "AL3"],
            }
        },
    )
