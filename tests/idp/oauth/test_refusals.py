"""Authorization requests that are refused, each beside the lawful one it differs from in one thing."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.client import Client
from idp.errors import PageError, Refused
from tests.idp.oauth.place import CHALLENGE, ISSUER, NATIVE, PORTAL, Place, params_of

PAGES = {
    "no client": ({"client_id": None}, "unknown_client"),
    "an unknown client": ({"client_id": "nobody"}, "unknown_client"),
    "a client id of control characters": ({"client_id": "por\x00tal"}, "unknown_client"),
    "a client id in Chinese": ({"client_id": "门户"}, "unknown_client"),
    "no redirect URI": ({"redirect_uri": None}, "invalid_redirect_uri"),
    "an unregistered redirect URI": ({"redirect_uri": "https://evil.example/cb"}, "invalid_redirect_uri"),
    "a redirect URI in Chinese": ({"redirect_uri": "http://门户.localhost/回来"}, "invalid_redirect_uri"),
    "a redirect URI with a quote": (
        {"redirect_uri": 'http://portal.localhost:8411/"'},
        "invalid_redirect_uri",
    ),
    "a redirect URI with a port more": (
        {"redirect_uri": "http://portal.localhost:84110/callback"},
        "invalid_redirect_uri",
    ),
    "a redirect URI with a slash more": (
        {"redirect_uri": "http://portal.localhost:8411/callback/"},
        "invalid_redirect_uri",
    ),
    "a redirect URI in capitals": (
        {"redirect_uri": "http://PORTAL.localhost:8411/callback"},
        "invalid_redirect_uri",
    ),
    "a redirect URI with a query more": (
        {"redirect_uri": "http://portal.localhost:8411/callback?x=1"},
        "invalid_redirect_uri",
    ),
    "a bad redirect URI and a bad response type": (
        {"redirect_uri": "https://evil.example/cb", "response_type": "token"},
        "invalid_redirect_uri",
    ),
}

REFUSED = {
    "no response type": ({"response_type": None}, "invalid_request"),
    "an implicit response type": ({"response_type": "id_token"}, "unsupported_response_type"),
    "a hybrid response type": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "a response type in Chinese": ({"response_type": "代码"}, "unsupported_response_type"),
    "a response mode that is not served": ({"response_mode": "form_post"}, "invalid_request"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "a scope without openid": ({"scope": "profile email"}, "invalid_scope"),
    "a scope in Chinese": ({"scope": "openid 资料"}, "invalid_scope"),
    "no challenge": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "a method without a challenge": ({"code_challenge": None}, "invalid_request"),
    "a challenge without a method, which would be plain": (
        {"code_challenge_method": None},
        "invalid_request",
    ),
    "a plain challenge": ({"code_challenge_method": "plain"}, "invalid_request"),
    "an unknown method": ({"code_challenge_method": "S512"}, "invalid_request"),
    "a method in small letters": ({"code_challenge_method": "s256"}, "invalid_request"),
    "a challenge that is too short": ({"code_challenge": "a" * 42}, "invalid_request"),
    "a challenge with padding": ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
    "a challenge with a line end": ({"code_challenge": CHALLENGE + "\n"}, "invalid_request"),
    "a request by reference": ({"request_uri": "https://rp.example/r"}, "request_uri_not_supported"),
    "a registration in passing": ({"registration": "{}"}, "registration_not_supported"),
    "an unknown prompt": ({"prompt": "create"}, "invalid_request"),
    "a silent prompt with another": ({"prompt": "none login"}, "invalid_request"),
    "a negative max_age": ({"max_age": "-1"}, "invalid_request"),
    "a max_age in Arabic digits": ({"max_age": "٣"}, "invalid_request"),
    "a max_age without end": ({"max_age": "9" * 11}, "invalid_request"),
    "a nonce without end": ({"nonce": "n" * 513}, "invalid_request"),
}


@pytest.mark.parametrize(("changes", "code"), PAGES.values(), ids=PAGES)
def test_a_request_that_must_not_travel_is_a_page(
    place: Place, changes: dict[str, str | None], code: str
) -> None:
    with pytest.raises(PageError) as refusal:
        place.check(**changes)
    assert refusal.value.code == code
    assert refusal.value.status == 400


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED)
def test_a_request_that_may_travel_goes_back_with_state_and_issuer(
    place: Place, changes: dict[str, str | None], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        place.check(**changes)
    params = params_of(place.provider.refused(refusal.value, "MY-0000AAAA"))
    assert params["error"] == code
    assert params["state"] == "st&te"
    assert params["iss"] == ISSUER
    assert params["error_description"].endswith("(incident MY-0000AAAA)")
    assert all(" " <= char <= "~" and char not in '"\\' for char in params["error_description"])


def test_the_lawful_twin_of_all_of_these_passes(place: Place) -> None:
    assert place.check(prompt="login", max_age="10", response_mode="query", nonce="n" * 512)


def test_empty_parameters_count_as_absent(place: Place) -> None:
    checked = place.check(prompt="", max_age="", state="", nonce="", request="")
    assert (checked.prompt, checked.max_age, checked.state, checked.nonce) == (frozenset(), None, None, None)
    with pytest.raises(PageError):
        place.check(redirect_uri="")


def test_a_missing_state_stays_missing(place: Place) -> None:
    params = params_of(place.provider.refuse(place.check(state=None), "access_denied", "declined"))
    assert params == {"error": "access_denied", "error_description": "declined", "iss": ISSUER}


def test_a_state_of_any_kind_comes_back_untouched(place: Place) -> None:
    state = "回来 \"'<&>%00\\\n#?="
    assert params_of(place.provider.refuse(place.check(state=state), "login_required", "x"))["state"] == state
    assert params_of(place.provider.issue(place.check(state=state), place.approve()))["state"] == state


BARE: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}


def test_a_confidential_client_can_be_exempted_from_pkce_by_name(place: Place) -> None:
    place.register.put(replace(PORTAL, pkce=False))
    assert place.check(**BARE).challenge is None


@pytest.mark.parametrize(
    "client",
    [replace(NATIVE, pkce=False), replace(PORTAL, pkce=False, peer=True)],
    ids=["a public client", "a peer"],
)
def test_neither_a_public_client_nor_a_peer_can_be_exempted(place: Place, client: Client) -> None:
    place.register.put(client)
    with pytest.raises(Refused):
        place.check(client, **BARE)
    assert place.check(client)


def test_an_exempted_client_that_sends_a_challenge_is_held_to_it(place: Place) -> None:
    place.register.put(replace(PORTAL, pkce=False))
    assert place.check().challenge == CHALLENGE
    with pytest.raises(Refused):
        place.check(code_challenge_method="plain")


def test_a_loopback_redirect_uri_matches_its_own_port_only(place: Place) -> None:
    assert place.check(NATIVE)
    with pytest.raises(PageError):
        place.check(NATIVE, redirect_uri="http://127.0.0.1:7001/cb")


NAMES = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "ui_locales",
    "login_hint",
    "id_token_hint",
    "request",
)


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.dictionaries(st.sampled_from(NAMES), st.none() | st.text(max_size=60)))
def test_junk_is_refused_by_type_and_never_crashes(changes: dict[str, str | None]) -> None:
    with contextlib.suppress(PageError, Refused):
        Place().check(**changes)
