"""The seams to Authlib: what its defaults would do wrong, seen from inside the room."""

import logging
import warnings

from authlib.oidc.discovery import OpenIDProviderMetadata

from idp.oauth.code import CodeGrant
from idp.oauth.faces import Request
from tests.idp.oauth.place import ISSUER, Place


def _grant(place: Place) -> CodeGrant:
    grant: CodeGrant = place.provider._server.get_authorization_grant(Request("GET", place.ask()))
    return grant


def test_no_two_hooks_share_a_name_since_their_order_is_undefined(place: Place) -> None:
    hooks = _grant(place)._hooks
    assert {name for name, each in hooks.items() if each} == {
        "after_validate_authorization_request_payload",
        "after_validate_token_request",
        "after_create_token_response",
    }
    assert all(len(each) <= 1 for each in hooks.values())


def test_authlib_does_not_guess_what_a_prompt_means(place: Place) -> None:
    assert place.check(prompt="none").prompt == {"none"}
    assert _grant(place).prompt is None


def test_loggers_of_authlib_never_reach_debug(place: Place) -> None:
    assert (
        logging.getLogger("authlib.oauth2.rfc6749.grants.authorization_code").getEffectiveLevel()
        >= logging.INFO
    )


def test_plain_http_issuers_of_the_demo_need_no_switch_in_the_environment(place: Place) -> None:
    assert ISSUER.startswith("http://gd.localhost")
    assert place.sign_in()


def test_nothing_that_authlib_calls_deprecated_is_used() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Place().sign_in()


def test_authlib_finds_the_discovery_document_valid(place: Place) -> None:
    secure = {
        name: value.replace("http://", "https://") if isinstance(value, str) else value
        for name, value in place.provider.metadata().items()
    }
    OpenIDProviderMetadata(secure).validate()


def test_discovery_says_only_what_works(place: Place) -> None:
    said = place.provider.metadata()
    assert said["response_types_supported"] == ["code"]
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["subject_types_supported"] == ["pairwise"]
    assert said["prompt_values_supported"] == ["consent", "login", "none"]
    assert said["request_uri_parameter_supported"] is False
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["authorization_endpoint"] == ISSUER + "/authorize"
    assert said["end_session_endpoint"] == ISSUER + "/logout"
    assert "registration_endpoint" not in said
    assert said["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert said["revocation_endpoint"] == ISSUER + "/revoke"
    assert said["introspection_endpoint"] == ISSUER + "/introspect"
    assert "none" not in said["introspection_endpoint_auth_methods_supported"]  # type: ignore[operator]
    assert "offline_access" not in said["scopes_supported"]  # type: ignore[operator]
