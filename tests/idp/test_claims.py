"""What scopes release, and what makes a subject pairwise."""

import pytest

from idp.claims import BY_SCOPE, SUPPORTED, released, subject

EVERYTHING: dict[str, object] = {name: f"<{name}>" for names in BY_SCOPE.values() for name in names}


@pytest.mark.parametrize("scope", BY_SCOPE)
def test_a_scope_releases_its_own_claims_and_no_others(scope: str) -> None:
    assert set(released(EVERYTHING, ["openid", scope])) == set(BY_SCOPE[scope])


def test_what_has_no_scope_is_never_released() -> None:
    claims: dict[str, object] = {"iss": "x", "sub": "y", "exp": 1, "password": "p", "department": "户政"}
    assert released(claims, BY_SCOPE) == {}


def test_an_unknown_scope_releases_nothing() -> None:
    assert released(EVERYTHING, ["openid", "galaxy"]) == {}


def test_empty_values_are_left_out_but_false_is_an_answer() -> None:
    claims: dict[str, object] = {"email": "", "email_verified": False, "name": None}
    assert released(claims, ["email", "profile"]) == {"email_verified": False}


def test_no_claim_that_the_protocol_owns_belongs_to_a_scope() -> None:
    owned = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "sid"}
    assert not owned & EVERYTHING.keys()
    assert len(SUPPORTED) == len(set(SUPPORTED))


KEYS = {"sector": "portal.gov.cn", "source": "directory:civil", "local_id": "uid-1"}


def test_a_subject_is_stable() -> None:
    assert subject(b"s" * 32, **KEYS) == subject(b"s" * 32, **KEYS)
    assert len(subject(b"s" * 32, **KEYS)) == 43


@pytest.mark.parametrize("name", KEYS)
def test_a_subject_depends_on_sector_source_and_person(name: str) -> None:
    assert subject(b"s" * 32, **{**KEYS, name: "other"}) != subject(b"s" * 32, **KEYS)


def test_a_subject_depends_on_the_secret() -> None:
    assert subject(b"t" * 32, **KEYS) != subject(b"s" * 32, **KEYS)


def test_two_people_are_never_spelt_alike() -> None:
    one = subject(b"s" * 32, sector="a", source="b", local_id="c:d")
    assert one != subject(b"s" * 32, sector="a", source="b:c", local_id="d")
