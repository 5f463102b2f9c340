"""How the documents about our keys are handed out: whole, or 304; for how long caches may hold them; and who was
given what."""

import itertools
from collections.abc import Collection

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.web import wellknown
from tests.idp.oauth.memory import Clock
from tests.idp.oauth.place import ISSUER, OIDC
from tests.idp.press import PINNED, Press

DISCOVERY = {"issuer": ISSUER, "jwks_uri": ISSUER + "/jwks", "signed_jwks_uri": ISSUER + "/jwks/signed"}
TYPES = {
    "/.well-known/openid-configuration": "application/json",
    "/.well-known/openid-federation": "application/entity-statement+jwt",
    "/jwks": "application/jwk-set+json",
    "/jwks/signed": "application/jwk-set+jwt",
    "/jwks/historical": "application/jwk-set+jwt",
    "/federation/historical-keys": "application/jwk-set+jwt",
}


class Stand:
    """A node's documents, with loaded dice."""

    def __init__(self, *, provider: bool = True, max_age: int = 60, life: int = 86_400) -> None:
        self.press = Press(Clock(), DISCOVERY if provider else None)
        self.fetched: list[list[str]] = []
        self.shown: list[str | None] = []
        self.rolls = itertools.cycle([0.0])
        shop = wellknown.Shop(max_age=max_age, life=life, dice=lambda: next(self.rolls))
        app = Flask("documents")
        app.register_blueprint(
            wellknown.blueprint(
                publications=self.press.publications(),
                discovery=DISCOVERY if provider else None,
                shop=shop,
                fetched=self._given,
            )
        )
        self.browser: FlaskClient = app.test_client()

    def _given(self, kids: Collection[str], shown: str | None) -> None:
        self.fetched.append(sorted(kids))
        self.shown.append(shown)

    def ages(self, path: str, times: int) -> list[int]:
        answers = (self.browser.get(path).headers["Cache-Control"] for _ in range(times))
        return [int(said.removeprefix("public, max-age=")) for said in answers]


@pytest.mark.parametrize("path", TYPES)
def test_each_document_has_its_type_and_a_strong_tag(path: str) -> None:
    answer = Stand().browser.get(path)
    assert (answer.status_code, answer.mimetype) == (200, TYPES[path])
    assert answer.headers["ETag"].startswith('"')


@pytest.mark.parametrize("path", TYPES)
def test_a_reader_whose_copy_is_the_same_is_sent_nothing(path: str) -> None:
    stand = Stand()
    first = stand.browser.get(path)
    again = stand.browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "public, max-age=60"
    other = stand.browser.get(path, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.data) == (200, first.data)


@pytest.mark.parametrize("path", ["/jwks", "/jwks/signed", "/.well-known/openid-federation"])
def test_a_copy_from_before_a_key_was_published_is_not_the_same(path: str) -> None:
    stand = Stand()
    stand.press.oidc = OIDC[:1]
    tag = stand.browser.get(path).headers["ETag"]
    stand.press.oidc = OIDC
    assert stand.browser.get(path, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", TYPES)
def test_caches_come_back_at_different_times_and_never_later_than_the_gates_assume(path: str) -> None:
    stand = Stand(max_age=3600)
    stand.rolls = itertools.cycle([0.0, 0.5, 0.999])
    assert stand.ages(path, 3) == [3600, 3420, 3241]
    real = wellknown.Shop(max_age=3600, life=86_400)
    assert all(0 <= real.dice() < 1 for _ in range(99))
    assert len({real.dice() for _ in range(99)}) > 1


@pytest.mark.parametrize(
    ("path", "age"), [(path, 50 if "+jwt" in kind else 600) for path, kind in TYPES.items()]
)
def test_no_cache_holds_a_signed_document_until_it_has_ended(path: str, age: int) -> None:
    assert Stand(max_age=600, life=100).ages(path, 1) == [age]


def test_whoever_fetches_keys_is_noted_with_the_keys_that_they_got() -> None:
    stand = Stand()
    tokens = sorted(key.kid for key in OIDC)
    for path in TYPES:
        stand.browser.get(path)
    assert stand.fetched == [sorted([PINNED.kid, *tokens]), tokens, tokens]
    tag = stand.browser.get("/jwks").headers["ETag"]
    stand.browser.get("/jwks", headers={"If-None-Match": tag})
    assert stand.fetched[3:] == [tokens, tokens], "a copy that is the same holds them too"


def test_an_anchor_publishes_what_it_has() -> None:
    stand = Stand(provider=False)
    found = [path for path in TYPES if stand.browser.get(path).status_code == 200]
    assert found == ["/.well-known/openid-federation", "/federation/historical-keys"]


@pytest.mark.parametrize("path", ["/jwks", "/jwks/signed", "/.well-known/openid-federation"])
def test_who_says_who_they_are_is_passed_on_and_given_the_same(path: str) -> None:
    stand = Stand()
    plain = stand.browser.get(path)
    named = stand.browser.get(path, headers={"Authorization": "Bearer whoever"})
    assert stand.shown == [None, "Bearer whoever"]
    assert (named.status_code, named.data, named.headers["Cache-Control"]) == (
        plain.status_code,
        plain.data,
        plain.headers["Cache-Control"],
    )
