"""Metadata: owns what discovery says (OIDC Discovery §3, RFC 8414). Only what works is in it.

Imports nothing that acts.
"""

from collections.abc import Sequence

from idp.claims import SCOPES, SUPPORTED
from idp.client import GRANT_TYPES
from idp.oauth.asked import PROMPTS
from idp.oauth.assertion import ALGS
from idp.oauth.credentials import METHODS

PATHS = {
    "authorization_endpoint": "/authorize",
    "pushed_authorization_request_endpoint": "/par",
    "token_endpoint": "/token",
    "revocation_endpoint": "/revoke",
    "introspection_endpoint": "/introspect",
    "userinfo_endpoint": "/userinfo",
    "jwks_uri": "/jwks",
    "signed_jwks_uri": "/jwks/signed",  # OIDF §5.2.1; the entity configuration carries keys inline instead
    "end_session_endpoint": "/logout",
}

REGISTRATION = "/register"
"""Path of dynamic registration, where the settings turn it on."""


def document(
    issuer: str,
    *,
    acr_values: Sequence[str],
    ui_locales: Sequence[str],
    algorithms: Sequence[str],
    registration: bool = False,
) -> dict[str, object]:
    """Return the discovery document.

    Args:
        issuer: ours.
        acr_values: whole URIs of the ladder's steps that this node can reach or pass on.
        ui_locales: BCP 47 tags of the pages' languages.
        algorithms: of ID tokens and signed userinfo.
        registration: whether relying parties may register themselves.
    """
    endpoints = {**PATHS, "registration_endpoint": REGISTRATION} if registration else PATHS
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in endpoints.items()},
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "acr_values_supported": list(acr_values),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": list(algorithms),
        "userinfo_signing_alg_values_supported": list(algorithms),
        **_credentials(),
        "introspection_signing_alg_values_supported": list(algorithms),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(PROMPTS),
        "claim_types_supported": ["normal"],
        "claims_supported": list(SUPPORTED),
        "ui_locales_supported": list(ui_locales),
        "claims_parameter_supported": False,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,  # said out loud: absent would mean True; ours come by PAR
        "request_object_signing_alg_values_supported": list(ALGS),
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


def _credentials() -> dict[str, object]:
    """How clients prove who they are; who asks about tokens always does (RFC 8414 §2)."""
    methods = {"token": METHODS, "revocation": METHODS}
    methods["introspection"] = tuple(one for one in METHODS if one != "none")
    return {
        f"{name}_endpoint_auth_{what}_supported": list(values)
        for name, by in methods.items()
        for what, values in (("methods", by), ("signing_alg_values", ALGS))
    }
