"""Introduction: owns how this node presents itself to its peers: its metadata by entity type. Imports
settings.

Everything a peer must know of us stands in our signed entity configuration; these are the addresses in it
(OIDF §5).
"""

from collections.abc import Mapping

from idp.authority.paths import endpoints
from idp.settings import Settings

HISTORY, TOKEN_HISTORY = "/federation/historical-keys", "/jwks/historical"
"""Paths of the keys of the past: of statements (OIDF §8.7), and of tokens."""

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
        "client_registration_types_supported": ["automatic"],
        "manyou_events_endpoint": f"{root}/events",
        "manyou_historical_jwks_uri": root + TOKEN_HISTORY,
    }
    party = {
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
        "client_registration_types": ["automatic"],
        "initiate_login_uri": f"{root}/initiate",
        "backchannel_logout_uri": f"{root}/backchannel-logout",
        "backchannel_logout_session_required": True,
        "manyou_return_uri": f"{root}/return",
    }
    return {"federation_entity": entity, "openid_provider": provider, "openid_relying_party": party}


def _entity(settings: Settings, root: str) -> Mapping[str, object]:
    return {
        "organization_name": settings.name.en,
        "organization_name#zh": settings.name.zh,
        "federation_historical_keys_endpoint": root + HISTORY,
        **endpoints(root, authority=settings.authority is not None, resolver=False),
    }
