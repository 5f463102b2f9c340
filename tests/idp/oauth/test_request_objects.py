"""Signed authorization requests (RFC 9101): the lawful one, and those that differ from it in one thing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from idp.errors import PageError, Refused
from keys.key import SigningKey, generate
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import ISSUER, OIDC, PORTAL, SECRET, THEIRS, Place, jwks_of
from tests.keys.forge import forge

SIGNING = replace(
    PORTAL, client_id="signing", auth_method="private_key_jwt", secret_sha256="", jwks=jwks_of(THEIRS)
)
CHAINED = replace(SIGNING, client_id="https://portal.example", automatic=True, expires=int(NOW) + 3_600)
OTHERS = generate(alg="ES256", purpose="oidc", issuer="rp", now=NOW - 9_000, active_from=NOW - 9_000)
TYP = "oauth-authz-req+jwt"


@pytest.fixture
def place() -> Place:
    place = Place()
    for client in (SIGNING, CHAINED):
        place.register.put(client)
    return place


def signed(
    place: Place, client: Any = SIGNING, /, *, key: SigningKey = THEIRS, typ: str | None = TYP, **changes: Any
) -> dict[str, str]:
    """A lawful signed request, changed within; None leaves a claim out."""
    claims: dict[str, Any] = {
        **place.ask(client),
        "iss": client.client_id,
        "aud": ISSUER,
        "iat": int(NOW),
        "exp": int(NOW) + 60,
        "jti": "j-1",
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    head = {"alg": key.alg, "kid": key.kid, **({} if typ is None else {"typ": typ})}
    return {"client_id": client.client_id, "request": forge(head, kept, signer=key)}


@pytest.mark.spec("RFC 9101 6.3")
@pytest.mark.parametrize("client", [SIGNING, CHAINED], ids=["a client", "a client by chain"])
def test_a_signed_request_is_what_stands_in_it_and_nothing_else(place: Place, client: Any) -> None:
    outside = {"scope": "openid phone", "redirect_uri": "https://evil.example/cb", "prompt": "none"}
    checked = place.provider.arrive({**signed(place, client, max_age=60), **outside})
    assert checked.scopes == ("openid", "profile", "email")
    assert (checked.redirect_uri, checked.max_age) == (client.redirect_uris[0], 60)
    assert (checked.state, checked.prompt) == ("st&te", frozenset())
    assert checked.once is not None


PUSHED = {"request_uri": "urn:ietf:params:oauth:request_uri:x"}
STRANGERS: Mapping[str, tuple[dict[str, str], bool]] = {
    "in the open": ({}, False),
    "with an assertion, which has no place in an address": ({"client_assertion": "x"}, False),
    "with the address of a request elsewhere": ({"request_uri": "https://evil.example/r"}, False),
    "by the name of a pushed one": (PUSHED, True),
}


@pytest.mark.parametrize(("shown", "looked_for"), STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_looked_for_who_shows_what_a_known_client_was_given(
    place: Place, monkeypatch: pytest.MonkeyPatch, shown: dict[str, str], looked_for: bool
) -> None:
    introductions: list[object] = []
    monkeypatch.setattr(
        place.register, "meet", lambda _name, introduction: introductions.append(introduction)
    )
    with pytest.raises(PageError, match="unknown_client"):
        place.provider.arrive({**place.ask(), "client_id": "https://made-up.example", **shown})
    assert [one is not None for one in introductions] == [looked_for]


def test_a_paused_sign_in_is_checked_again_without_its_object(place: Place) -> None:
    checked = place.provider.arrive(signed(place))
    assert "request" not in checked.params
    assert replace(place.provider.check(checked.params), once=checked.once) == checked


FORGED: Mapping[str, dict[str, Any]] = {
    "another client_id within": {"client_id": "portal"},
    "no client_id within": {"client_id": None},
    "another key": {"key": OTHERS},
    "our own key": {"key": OIDC[0]},
    "expired": {"exp": int(NOW) - 60},
    "no end": {"exp": None},
    "an end too far away": {"exp": int(NOW) + 3_620},
    "an end in words": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
    "made in the future": {"iat": int(NOW) + 60},
    "made long ago": {"iat": int(NOW) - 3_620},
    "not valid yet": {"nbf": int(NOW) + 60},
    "another issuer": {"iss": "portal"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "https://evil.example"},
    "a foreign audience beside ours": {"aud": [ISSUER, "https://evil.example"]},
    "our endpoint as audience": {"aud": f"{ISSUER}/authorize"},
    "no audience": {"aud": None},
    "a subject": {"sub": "signing"},
    "an empty subject": {"sub": ""},
    "no jti": {"jti": None},
    "an empty jti": {"jti": ""},
    "a jti that is a number": {"jti": 7},
    "a jti without end": {"jti": "j" * 257},
    "the type of an ID token of ours": {"typ": "at+jwt"},
    "the type of a logout token": {"typ": "logout+jwt"},
    "an object within": {"request": "e30.e30."},
    "an address within": {"request_uri": "https://evil.example/r"},
    "a redirect URI that is a list": {"redirect_uri": [PORTAL.redirect_uris[0]]},
    "a max_age that is true": {"max_age": True},
    "a prompt that is an object": {"prompt": {}},
}


@pytest.mark.spec("RFC 9101 6.3")
@pytest.mark.spec("OIDF 12.1.1.1")
@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
def test_a_request_object_that_differs_in_one_thing_is_a_page_and_never_travels(
    place: Place, changes: dict[str, Any]
) -> None:
    assert place.provider.arrive(signed(place))
    with pytest.raises(PageError) as refusal:
        place.provider.arrive(signed(place, **changes))
    assert refusal.value.code == "invalid_request_object"
    assert refusal.value.public.startswith("the request object is refused: ")


def test_a_change_after_the_signature_is_noticed(place: Place) -> None:
    params = signed(place)
    head, _, signature = params["request"].split(".")
    payload = signed(place, scope="openid phone")["request"].split(".")[1]
    with pytest.raises(PageError) as refusal:
        place.provider.arrive({**params, "request": f"{head}.{payload}.{signature}"})
    assert "signature" in refusal.value.public


def test_an_unsigned_object_is_refused(place: Place) -> None:
    payload = signed(place)["request"].split(".")[1]
    with pytest.raises(PageError) as refusal:
        place.provider.arrive({"client_id": "signing", "request": f"eyJhbGciOiJub25lIn0.{payload}."})
    assert refusal.value.code == "invalid_request_object"


def test_another_client_cannot_send_it(place: Place) -> None:
    with pytest.raises(PageError) as refusal:
        place.provider.arrive({**signed(place), "client_id": CHAINED.client_id})
    assert refusal.value.code == "invalid_request_object"


def test_a_client_without_keys_cannot_sign(place: Place) -> None:
    with pytest.raises(PageError):
        place.provider.arrive(signed(place, PORTAL))
    assert place.provider.arrive(place.ask())


@pytest.mark.spec("RFC 9101 10.8")
def test_libraries_of_ordinary_clients_may_leave_the_type_out_and_clients_by_chain_may_not(
    place: Place,
) -> None:
    for typ in ("JWT", None):
        assert place.provider.arrive(signed(place, typ=typ))
        with pytest.raises(PageError):
            place.provider.arrive(signed(place, CHAINED, typ=typ))


def test_a_registered_algorithm_is_the_only_one(place: Place) -> None:
    place.register.put(replace(SIGNING, extra={"request_object_signing_alg": "RS256"}))
    with pytest.raises(PageError):
        place.provider.arrive(signed(place))
    place.register.put(replace(SIGNING, extra={"request_object_signing_alg": "ES256"}))
    assert place.provider.arrive(signed(place))


def test_keys_at_an_address_of_the_client_are_read_there(place: Place) -> None:
    place.remote["https://rp.example/jwks"] = jwks_of(THEIRS)
    place.register.put(replace(SIGNING, jwks=None, jwks_uri="https://rp.example/jwks"))
    assert place.provider.arrive(signed(place))


def test_keys_at_a_signed_address_are_read_of_clients_by_chain_alone(place: Place) -> None:
    place.signed = jwks_of(THEIRS)
    extra = {"signed_jwks_uri": "https://rp.example/jwks/signed"}
    place.register.put(replace(CHAINED, jwks=None, extra=extra))
    assert place.provider.arrive(signed(place, CHAINED))
    place.register.put(replace(SIGNING, jwks=None, extra=extra))
    with pytest.raises(PageError):
        place.provider.arrive(signed(place))


def test_what_is_wrong_within_travels_to_the_address_that_was_signed(place: Place) -> None:
    with pytest.raises(Refused) as refusal:
        place.provider.arrive(signed(place, prompt="create"))
    assert refusal.value.back_to == PORTAL.redirect_uris[0]
    with pytest.raises(PageError) as page:
        place.provider.arrive(signed(place, redirect_uri="https://evil.example/cb"))
    assert page.value.code == "invalid_redirect_uri"


@pytest.mark.spec("OIDF 12.1.1")
def test_a_client_by_chain_may_not_ask_in_the_open(place: Place) -> None:
    with pytest.raises(PageError) as refusal:
        place.provider.arrive(place.ask(CHAINED))
    assert refusal.value.code == "invalid_request"
    assert place.provider.arrive(place.ask(SIGNING))


@pytest.mark.spec("RFC 9101 10.5")
def test_a_client_that_says_it_always_signs_is_held_to_it(place: Place) -> None:
    place.register.put(replace(SIGNING, extra={"require_signed_request_object": True}))
    with pytest.raises(PageError):
        place.provider.arrive(place.ask(SIGNING))
    assert place.provider.arrive(signed(place))


def test_an_object_and_an_address_at_once_are_refused(place: Place) -> None:
    with pytest.raises(PageError) as refusal:
        place.provider.arrive({**signed(place), "request_uri": "urn:ietf:params:oauth:request_uri:x"})
    assert refusal.value.code == "invalid_request"


def test_an_address_of_the_client_s_choosing_is_never_fetched(place: Place) -> None:
    with pytest.raises(Refused) as refusal:
        place.provider.arrive(place.ask(request_uri="https://rp.example/r"))
    assert refusal.value.code == "request_uri_not_supported"


def test_the_first_use_of_an_object_wins_and_the_second_learns_what_it_began(place: Place) -> None:
    one = place.provider.arrive(signed(place)).once
    again = place.provider.arrive(signed(place)).once
    other = place.provider.arrive(signed(place, jti="j-2")).once
    assert one is not None
    assert again == one
    assert other is not None
    assert place.provider.uses.first(one, "login-1")
    assert not place.provider.uses.first(one, "login-2")
    assert place.provider.uses.began(one) == "login-1"
    assert place.provider.uses.first(other, "login-3")


def test_an_object_is_remembered_as_long_as_it_could_be_accepted(place: Place) -> None:
    one = place.provider.arrive(signed(place, exp=int(NOW) + 3_600)).once
    assert one is not None
    assert place.provider.uses.first(one)
    place.clock.now += 3_609
    assert place.provider.arrive(signed(place, exp=int(NOW) + 3_600)).once
    assert not place.provider.uses.first(one)


def test_the_store_shows_neither_jti_nor_client(place: Place) -> None:
    one = place.provider.arrive(signed(place, jti="telling")).once
    assert one is not None
    place.provider.uses.first(one)
    assert "telling" not in place.store.everything()
    assert SECRET not in place.store.everything()
