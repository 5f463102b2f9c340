"""Press: a node's documents over rings that a test changes."""

from collections.abc import Mapping
from dataclasses import replace

from idp.entity import Entity
from idp.publications import Publications
from keys.key import SigningKey, generate
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.memory import Clock as Moved
from tests.idp.oauth.place import ISSUER, OIDC

PINNED = generate(alg="ES256", purpose="federation", issuer=ISSUER, now=NOW - 99, active_from=NOW - 99)
NEXT = generate(alg="ES256", purpose="federation", issuer=ISSUER, now=NOW - 50, active_from=NOW - 50)
STANDBY = generate(alg="ES256", purpose="federation", issuer=ISSUER, now=NOW - 50, published=NOW - 50)
DAY = 86_400
AGAIN = 30.0


def past(key: SigningKey, *, burned: bool = False) -> SigningKey:
    """The key two days after it was taken out of service, or was in other hands."""
    if burned:
        return replace(key, compromised_at=NOW - DAY, reason="leaked")
    return replace(key, retired_at=NOW - 2 * DAY, forget_at=NOW - DAY, reason="superseded")


def old(purpose: str, alg: str = "ES256") -> SigningKey:
    return generate(
        alg=alg,
        purpose="oidc" if purpose == "oidc" else "federation",
        issuer=ISSUER,
        now=NOW - 9 * DAY,
        active_from=NOW - 8 * DAY,
    )


class Press:
    """What a node publishes."""

    def __init__(self, clock: Moved, discovery: Mapping[str, object] | None = None) -> None:
        self.clock = clock
        self.oidc: tuple[SigningKey, ...] = OIDC
        self.federation: tuple[SigningKey, ...] = (PINNED,)
        self.held: dict[str, list[str]] = {}
        self.tally = Tally()
        self.roles: dict[str, Mapping[str, object]] = {"federation_entity": {}}
        if discovery is not None:
            self.roles["openid_provider"] = discovery

    def publications(self) -> Publications:
        def oidc() -> KeyRing:
            return KeyRing(purpose="oidc", keys=self.oidc)

        def federation() -> KeyRing:
            return KeyRing(purpose="federation", keys=self.federation)

        provider = "openid_provider" in self.roles
        entity = Entity(
            entity_id=ISSUER,
            roles=self.roles,
            oidc=oidc if provider else None,
            federation=federation,
            tally=self.tally,
            held=lambda: self.held,
            authority_hints=(),
            lifetime=DAY,
            clock=self.clock,
        )
        return Publications(
            entity_id=ISSUER,
            entity=entity,
            oidc=oidc if provider else None,
            federation=federation,
            tally=self.tally,
            said=lambda: dict(self.held),
            lifetime=DAY,
            again=AGAIN,
            clock=self.clock,
        )
