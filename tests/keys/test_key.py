"""Signing keys: names, kinds, dates, and nothing private where it does not belong."""

import dataclasses
from collections.abc import Mapping

import pytest
from joserfc.jwk import import_key

from keys.jose import sign
from keys.key import SigningKey, generate
from keys.public import parse, thumbprint
from tests.keys.forge import ISSUER, NOW, key, private

ALGS = ("ES256", "ES384", "RS256", "PS256", "EdDSA")


@pytest.mark.spec("RFC 8037 A.3")
def test_the_thumbprint_of_an_ed25519_key_is_that_of_the_specification() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("alg", ALGS)
def test_the_kid_is_the_thumbprint_that_another_implementation_computes(alg: str) -> None:
    public = {name: value for name, value in key(alg).public.items() if name not in {"kid", "alg", "use"}}
    assert import_key(dict(public)).thumbprint() == key(alg).kid


@pytest.mark.parametrize("alg", ALGS)
def test_the_public_jwk_names_kid_algorithm_and_use_and_holds_nothing_private(alg: str) -> None:
    public = key(alg).public
    assert (public["kid"], public["alg"], public["use"]) == (key(alg).kid, alg, "sig")
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & public.keys()
    assert parse(public, alg) == private(alg).public_key()


def test_rsa_keys_have_3072_bits() -> None:
    assert private("RS256").public_key().key_size == 3072


def test_a_fresh_key_is_neither_published_nor_active() -> None:
    made = generate(alg="ES256", purpose="oidc", issuer=ISSUER, now=NOW)
    assert (made.generated, made.published, made.active_from) == (NOW, None, None)
    assert (made.retired_at, made.forget_at, made.compromised_at) == (None, None, None)


def test_a_first_key_is_published_as_soon_as_it_may_sign() -> None:
    made = generate(alg="ES256", purpose="oidc", issuer=ISSUER, now=NOW, active_from=NOW)
    assert (made.published, made.active_from) == (NOW, NOW)


def test_a_key_outlives_its_private_half() -> None:
    gone = dataclasses.replace(key(), private=None, destroyed_at=NOW)
    assert gone.public == key().public
    with pytest.raises(ValueError, match="key"):
        dataclasses.replace(gone, public=key(name="other").public)
    with pytest.raises(ValueError, match="gone"):
        sign(gone, {}, typ="JWT")


@pytest.mark.parametrize("alg", ["HS256", "none", "", "es256", "ES512"])
def test_other_algorithms_are_refused(alg: str) -> None:
    with pytest.raises(ValueError, match="no such signature algorithm"):
        generate(alg=alg, purpose="oidc", issuer=ISSUER, now=NOW, active_from=NOW)


WRONG: Mapping[str, dict[str, object]] = {
    "a kid that is not the thumbprint": {"kid": "mine"},
    "the private half of another key": {"private": key(name="other").private},
    "an algorithm for another kind of key": {"alg": "RS256"},
    "an algorithm for another curve": {"alg": "ES384"},
    "an algorithm that nobody knows": {"alg": "HS256"},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_key_whose_parts_do_not_belong_together_cannot_be_made(case: str) -> None:
    assert dataclasses.replace(key()) == key()
    with pytest.raises(ValueError, match="key"):
        dataclasses.replace(key(), **WRONG[case])  # type: ignore[arg-type]


def test_a_key_shows_nothing_private() -> None:
    assert "private" not in repr(key())
    assert {field.name for field in dataclasses.fields(SigningKey) if field.repr} >= {"kid", "alg", "issuer"}


def test_the_name_of_a_fresh_key_never_looks_like_an_option() -> None:
    made = [generate(alg="EdDSA", purpose="oidc", issuer=ISSUER, now=NOW) for _ in range(400)]
    assert not [one.kid for one in made if one.kid.startswith("-")]
