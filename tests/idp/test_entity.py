"""What this node says about itself as an entity."""

from typing import Any

import pytest

from federation.statement import verify_configuration
from idp.entity import Entity
from keys.jose import STATEMENT, peek
from keys.key import generate
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.idp.oauth.memory import NOW, Clock
from tests.idp.oauth.place import ISSUER, OIDC, jwks_of

PINNED = generate(alg="ES256", purpose="federation", issuer=ISSUER, now=NOW - 99, active_from=NOW - 99)
ROLES = {
    "openid_provider": {"issuer": ISSUER, "jwks_uri": ISSUER + "/jwks", "token_endpoint": ISSUER + "/token"},
    "openid_relying_party": {"client_name": "Guangdong"},
    "federation_entity": {"organization_name": "Guangdong"},
}


@pytest.fixture
def entity() -> Entity:
    return Entity(
        entity_id=ISSUER,
        roles=ROLES,
        oidc=lambda: KeyRing(purpose="oidc", keys=OIDC),
        federation=lambda: KeyRing(purpose="federation", keys=(PINNED,)),
        tally=Tally(),
        held=dict,
        authority_hints=(),
        lifetime=86_400,
        clock=Clock(),
    )


def test_a_peer_that_pinned_our_key_accepts_it(entity: Entity) -> None:
    statement = verify_configuration(entity.configuration(), entity_id=ISSUER, jwks=jwks_of(PINNED), now=NOW)
    assert statement.metadata["openid_provider"]["token_endpoint"] == ISSUER + "/token"


def test_both_roles_carry_the_oidc_keys_and_no_second_source_of_keys(entity: Entity) -> None:
    metadata = verify_configuration(
        entity.configuration(), entity_id=ISSUER, jwks=jwks_of(PINNED), now=NOW
    ).metadata
    for role in ("openid_provider", "openid_relying_party"):
        jwks: Any = metadata[role]["jwks"]
        assert {key["kid"] for key in jwks["keys"]} == {key.kid for key in OIDC}
        assert "jwks_uri" not in metadata[role]
    assert "jwks" not in metadata["federation_entity"]


def test_a_node_without_sign_in_publishes_no_token_keys() -> None:
    anchor = Entity(
        entity_id=ISSUER,
        roles={"federation_entity": {}},
        oidc=None,
        federation=lambda: KeyRing(purpose="federation", keys=(PINNED,)),
        tally=Tally(),
        held=dict,
        authority_hints=(),
        lifetime=86_400,
        clock=Clock(),
    )
    assert anchor.jwks() is None
    assert verify_configuration(anchor.configuration(), entity_id=ISSUER, jwks=jwks_of(PINNED), now=NOW)


def test_statements_are_signed_with_the_algorithm_of_the_settings_once_its_key_may_sign() -> None:
    def signed(active_from: float | None) -> str:
        post_quantum = generate(
            alg="ML-DSA-65",
            purpose="federation",
            issuer=ISSUER,
            now=NOW - 99,
            published=NOW - 99,
            active_from=active_from,
        )
        ring = KeyRing(purpose="federation", keys=(PINNED, post_quantum))
        entity = Entity(
            entity_id=ISSUER,
            roles=ROLES,
            oidc=None,
            federation=lambda: ring,
            tally=Tally(),
            held=dict,
            authority_hints=(),
            lifetime=86_400,
            clock=Clock(),
            alg="ML-DSA-65",
        )
        token = entity.configuration()
        assert verify_configuration(token, entity_id=ISSUER, jwks=ring.jwks(NOW), now=NOW)
        return peek(token, limits=STATEMENT).alg

    assert signed(None) == "ES256"
    assert signed(NOW - 99) == "ML-DSA-65"
