"""Introduction: owns how this node presents itself to its peers: its metadata by entity type. Imports
settings, levels.

Everything a peer must know of us stands in our signed entity configuration; these are the addresses in it
(OIDF §5).
"""

from collections.abc import Mapping

from idp.authority.paths import endpoints
from idp.levels import AUTHENTICATOR_LEVELS, IDENTITY_LEVELS
from idp.settings import Settings

HISTORY, TOKEN_HISTORY = "/federation/historical-keys", "/jwks/historical"
"""Paths of the keys of the past: of statements (OIDF §8.7), and of tokens."""

REGISTRATION = "/federation/registration"
"""Path of explicit registration (OIDF §12.2)."""

IDENTITY, AUTHENTICATOR = "manyou_identity_levels", "manyou_authenticator_levels"
"""Members of `openid_provider` metadata: the levels that a provider asserts, which its superiors narrow."""

Roles = Mapping[str, Mapping[str, object]]


def roles(settings: Settings, discovery: Mapping[str, object]) -> Roles:
    """Our metadata: as a provider, as a relying party of our peers, and as an entity.

    Args:
        discovery: the discovery document.
    """
    root = settings.issuer.removesuffix("/")
    entity = _entity(settings, root)
    if not settings.provider:
        return {"federation_entity": entity}
    provider = {
        **discovery,
        **_registration(settings, root),
        "manyou_events_endpoint": f"{root}/events",
        "manyou_historical_jwks_uri": root + TOKEN_HISTORY,
        IDENTITY: list(IDENTITY_LEVELS),
        AUTHENTICATOR: list(AUTHENTICATOR_LEVELS),
    }
    party = _party(settings, root)
    return {"federation_entity": entity, "openid_provider": provider, "openid_relying_party": party}


def _party(settings: Settings, root: str) -> Mapping[str, object]:
    """What we are to our peers (OIDC Dynamic Client Registration §2)."""
    return {
        "client_name": settings.name.en,
        "client_name#zh": settings.name.zh,
        "redirect_uris": [f"{root}/arrive"],
        "post_logout_redirect_uris": [f"{root}/logout/done"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "id_token_signed_response_alg": "ES256",
        "subject_type": "pairwise",
        "client_registration_types": ["automatic", "explicit"] if settings.trust_anchor else ["automatic"],
        "initiate_login_uri": f"{root}/initiate",
        "backchannel_logout_uri": f"{root}/backchannel-logout",
        "backchannel_logout_session_required": True,
        "manyou_return_uri": f"{root}/return",
    }


def _registration(settings: Settings, root: str) -> Mapping[str, object]:
    """How relying parties become known here (OIDF §5.1.3); without an anchor, only peers whose keys are
    pinned."""
    wanted = settings.federation
    explicit = bool(settings.trust_anchor) and wanted.explicit_registration
    types = [
        *(["automatic"] if wanted.automatic_registration or not settings.trust_anchor else []),
        *(["explicit"] if explicit else []),
    ]
    endpoint = {"federation_registration_endpoint": root + REGISTRATION} if explicit else {}
    return {"client_registration_types_supported": types, **endpoint}


def _entity(settings: Settings, root: str) -> Mapping[str, object]:
    authority = settings.authority is not None
    return {
        "organization_name": settings.name.en,
        "organization_name#zh": settings.name.zh,
        "federation_historical_keys_endpoint": root + HISTORY,
        **endpoints(root, authority=authority, resolver=authority or bool(settings.trust_anchor)),
    }
