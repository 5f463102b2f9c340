"""What we publish about ourselves: accepted by our own rules and by another library, signed with the right
ring."""

import dataclasses
from collections.abc import Mapping

import jwt
import pytest

from federation.entity import configuration
from federation.statement import verify_configuration
from keys.jose import peek
from keys.ring import KeyRing, NoKey
from tests.federation.world import ANCHOR, ENTITY, KEY, NOW, PINNED, RING, made

METADATA: Mapping[str, Mapping[str, object]] = {"openid_provider": {"issuer": ENTITY, "jwks": {"keys": []}}}


def published(**changes: object) -> str:
    lawful: dict[str, object] = {
        "entity_id": ENTITY,
        "ring": RING,
        "metadata": METADATA,
        "authority_hints": (ANCHOR,),
        "now": NOW,
        "lifetime": 86_400,
    }
    return configuration(**{**lawful, **changes})  # type: ignore[arg-type]


def test_our_configuration_keeps_our_own_rules() -> None:
    seen = verify_configuration(published(), entity_id=ENTITY, jwks=PINNED, now=NOW)
    assert (seen.kid, seen.jwks, seen.metadata, seen.authority_hints) == (
        KEY.kid,
        PINNED,
        METADATA,
        (ANCHOR,),
    )
    assert (seen.issued, seen.expires) == (int(NOW), int(NOW) + 86_400)


@pytest.mark.spec("OIDF 3.1")
def test_another_library_accepts_it_and_sees_the_same() -> None:
    token = published(now=NOW + 0.7)
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": KEY.kid, "typ": "entity-statement+jwt"}
    options: dict[str, object] = {
        "verify_exp": False,
        "verify_iat": False,
        "require": ["iss", "sub", "iat", "exp"],
    }
    public = jwt.PyJWK(dict(KEY.public))
    seen = jwt.decode(token, public, algorithms=["ES256"], issuer=ENTITY, subject=ENTITY, options=options)  # type: ignore[arg-type]
    assert seen["iat"] == int(NOW)
    assert seen.keys() == {"iss", "sub", "iat", "exp", "jwks", "metadata", "authority_hints"}


@pytest.mark.spec("OIDF 3.1.2")
def test_a_trust_anchor_has_no_hints_rather_than_an_empty_array() -> None:
    seen = verify_configuration(published(authority_hints=()), entity_id=ENTITY, jwks=PINNED, now=NOW)
    assert seen.authority_hints == ()


def test_an_announced_key_is_published_and_does_not_sign_yet() -> None:
    next_ = dataclasses.replace(made(), active_from=NOW + 60)
    ring = KeyRing(purpose="federation", keys=(KEY, next_))
    seen = verify_configuration(published(ring=ring), entity_id=ENTITY, jwks=PINNED, now=NOW)
    assert seen.jwks == {"keys": [dict(KEY.public), dict(next_.public)]}
    assert peek(published(ring=ring, now=NOW + 60)).kid == next_.kid


def test_a_ring_of_another_purpose_or_entity_does_not_sign_it() -> None:
    oidc = KeyRing(purpose="oidc", keys=(dataclasses.replace(KEY, purpose="oidc"),))
    other = KeyRing(purpose="federation", keys=(dataclasses.replace(KEY, issuer=ANCHOR),))
    for ring in (oidc, other):
        with pytest.raises(ValueError, match="own federation ring"):
            published(ring=ring)


def test_a_ring_without_an_active_key_does_not_sign_it() -> None:
    with pytest.raises(NoKey):
        published(ring=KeyRing(purpose="federation", keys=()))


@pytest.mark.parametrize(
    "changes", [{"authority_hints": ["http://anchor.example"]}, {"authority_hints": ["x"]}]
)
def test_hints_are_entity_identifiers(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="https"):
        published(**changes)


def test_we_are_an_entity_ourselves() -> None:
    with pytest.raises(ValueError, match="https"):
        published(entity_id="http://gd.example", ring=KeyRing(purpose="federation", keys=()))
