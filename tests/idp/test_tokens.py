"""Tokens: what they say, how long, and that no kind passes for another."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from idp.tokens import Tokens
from keys import jose
from keys.key import generate
from keys.ring import KeyRing
from tests.idp.oauth.memory import NOW, Clock
from tests.idp.oauth.place import ISSUER, NAMESPACE, OIDC
from tests.idp.pens import pen
from tests.idp.test_grant import GRANT
from tests.keys.forge import unchecked


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> Tokens:
    return _tokens(clock, KeyRing(purpose="oidc", keys=OIDC))


def _tokens(clock: Clock, ring: KeyRing) -> Tokens:
    return Tokens(
        issuer=ISSUER,
        namespace=NAMESPACE,
        id_token=300,
        access_token=600,
        pen=pen(lambda: ring, clock),
        ring=lambda: ring,
        clock=clock,
    )


def _part(token: str, at: int) -> dict[str, Any]:
    part = token.split(".")[at]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_both_tokens_name_the_key_that_signed_them(tokens: Tokens) -> None:
    access, _ = tokens.access_token(GRANT, "g")
    identity = tokens.id_token(GRANT, alg="RS256", access_token=access)
    assert _part(access, 0) == {"alg": "ES256", "kid": OIDC[0].kid, "typ": "at+jwt"}
    assert _part(identity, 0) == {"alg": "RS256", "kid": OIDC[1].kid, "typ": "JWT"}


def test_at_hash_is_the_left_half_of_the_access_tokens_hash(tokens: Tokens) -> None:
    access, _ = tokens.access_token(GRANT, "g")
    identity = tokens.id_token(GRANT, alg="ES256", access_token=access)
    half = hashlib.sha256(access.encode()).digest()[:16]
    assert _part(identity, 1)["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def test_an_id_token_holds_no_personal_data(tokens: Tokens) -> None:
    identity = _part(tokens.id_token(GRANT, alg="ES256", access_token="x"), 1)
    assert not {"name", "address", "email"} & identity.keys()
    assert identity["auth_time"] == GRANT.auth_time


def test_an_access_token_lives_its_lifetime_or_as_long_as_the_session(tokens: Tokens, clock: Clock) -> None:
    assert tokens.access_token(GRANT, "g")[1] == 600
    clock.now = GRANT.session_expiry - 30
    token, lifetime = tokens.access_token(GRANT, "g")
    assert lifetime == 30
    assert _part(token, 1)["exp"] == GRANT.session_expiry


def test_every_access_token_has_its_own_id(tokens: Tokens) -> None:
    assert len({_part(tokens.access_token(GRANT, "g")[0], 1)["jti"] for _ in range(20)}) == 20


def test_an_access_token_is_read_back(tokens: Tokens) -> None:
    access = tokens.read_access(tokens.access_token(GRANT, "gid-1")[0])
    assert (access.gid, access.client_id, access.sub) == ("gid-1", "portal", "pairwise")


def test_an_id_token_is_read_as_a_hint_even_long_expired(tokens: Tokens, clock: Clock) -> None:
    token = tokens.id_token(GRANT, alg="RS256", access_token="x")
    clock.now += 40_000
    hint = tokens.read_hint(token)
    assert (hint.client_id, hint.sub, hint.sid) == ("portal", "pairwise", "sid-1")


def test_no_kind_of_token_passes_for_another(tokens: Tokens) -> None:
    access, _ = tokens.access_token(GRANT, "g")
    with pytest.raises(jose.JoseError):
        tokens.read_hint(access)
    with pytest.raises(jose.JoseError):
        tokens.read_access(tokens.id_token(GRANT, alg="ES256", access_token=access))
    with pytest.raises(jose.JoseError):
        tokens.read_hint(unchecked(OIDC[0], _part(access, 1) | {"sid": "s"}, typ="logout+jwt"))


def test_a_hint_signed_by_anybody_else_is_refused(tokens: Tokens) -> None:
    claims = _part(tokens.id_token(GRANT, alg="ES256", access_token="x"), 1)
    stranger = generate(alg="ES256", purpose="oidc", issuer=ISSUER, now=NOW, active_from=NOW)
    with pytest.raises(jose.JoseError):
        tokens.read_hint(unchecked(stranger, claims, typ="JWT"))
    assert tokens.read_hint(unchecked(OIDC[0], claims, typ="JWT"))


def test_a_hint_for_several_clients_or_none_is_refused(tokens: Tokens) -> None:
    claims = _part(tokens.id_token(GRANT, alg="ES256", access_token="x"), 1)
    for audience in (["portal", "other"], ["portal"], 7):
        with pytest.raises(jose.JoseError):
            tokens.read_hint(unchecked(OIDC[0], {**claims, "aud": audience}, typ="JWT"))


def test_a_rotation_is_seen_without_a_restart(clock: Clock) -> None:
    rings = [KeyRing(purpose="oidc", keys=OIDC)]
    tokens = Tokens(
        issuer=ISSUER,
        namespace=NAMESPACE,
        id_token=300,
        access_token=600,
        pen=pen(lambda: rings[0], clock),
        ring=lambda: rings[0],
        clock=clock,
    )
    fresh = generate(alg="ES256", purpose="oidc", issuer=ISSUER, now=NOW, active_from=NOW)
    old, _ = tokens.access_token(GRANT, "g")
    rings[0] = KeyRing(purpose="oidc", keys=(*OIDC, fresh))
    new, _ = tokens.access_token(GRANT, "g")
    assert _part(new, 0)["kid"] == fresh.kid
    assert tokens.read_access(old)
    assert tokens.read_access(new)


def test_a_hint_is_read_after_its_key_has_left_and_refused_once_the_key_is_burned(clock: Clock) -> None:
    rings = [KeyRing(purpose="oidc", keys=OIDC)]
    signer = pen(lambda: rings[0], clock)
    tokens = Tokens(
        issuer=ISSUER,
        namespace=NAMESPACE,
        id_token=300,
        access_token=600,
        pen=signer,
        ring=lambda: rings[0],
        clock=clock,
    )
    access, _ = tokens.access_token(GRANT, "g")
    hint = tokens.id_token(GRANT, alg="ES256", access_token=access)
    gone = replace(OIDC[0], retired_at=NOW, forget_at=NOW)
    rings[0] = KeyRing(purpose="oidc", keys=(gone, OIDC[1]))
    assert tokens.read_hint(hint)
    with pytest.raises(jose.JoseError):
        tokens.read_access(access)
    burned = replace(OIDC[0], retired_at=NOW, compromised_at=NOW)
    rings[0] = KeyRing(purpose="oidc", keys=(burned, OIDC[1]))
    for read, token in ((tokens.read_hint, hint), (tokens.read_access, access)):
        with pytest.raises(jose.JoseError):
            read(token)
