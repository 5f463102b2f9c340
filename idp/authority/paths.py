"""Paths: owns where the federation endpoints lie, and how our metadata names them (OIDF §5.1.1)."""

from collections.abc import Mapping

from federation.statement import ALGS

FETCH = "/federation/fetch"
LIST = "/federation/list"
EXTENDED_LIST = "/federation/extended-list"
EVENTS = "/federation/events"
MARK = "/federation/trust-mark"
MARK_LIST = "/federation/trust-mark-list"
MARK_STATUS = "/federation/trust-mark-status"
JWKS_UPDATE = "/federation/jwks-update"
JWKS_UPDATE_TRIGGER = "/federation/jwks-update-trigger"
RESOLVE = "/federation/resolve"
COLLECTION = "/federation/collection"

UPDATE_ENDPOINT = "federation_jwks_update_endpoint"
"""Where a superior takes pushes (`federation.keypush`); no name of the standard, but one that others use."""

AUTH_METHODS = ("none", "private_key_jwt")
"""How those who ask may say who they are (OIDF §8.8)."""

_SUPERIOR = {
    "federation_fetch_endpoint": FETCH,
    "federation_list_endpoint": LIST,
    "federation_extended_list_endpoint": EXTENDED_LIST,
    "federation_subordinate_events_endpoint": EVENTS,
    "federation_trust_mark_endpoint": MARK,
    "federation_trust_mark_list_endpoint": MARK_LIST,
    "federation_trust_mark_status_endpoint": MARK_STATUS,
    "federation_jwks_update_trigger_endpoint": JWKS_UPDATE_TRIGGER,
}


_RESOLVER = {"federation_resolve_endpoint": RESOLVE, "federation_collection_endpoint": COLLECTION}


def endpoints(root: str, *, authority: bool, resolver: bool) -> Mapping[str, object]:
    """What `federation_entity` metadata says of our endpoints.

    Args:
        root: our issuer without the slash at its end.
        authority: whether we have subordinates.
        resolver: whether we evaluate chains for others.
    """
    names = {**(_SUPERIOR if authority else {}), **(_RESOLVER if resolver else {})}
    if not names:
        return {}
    return {
        **({UPDATE_ENDPOINT: root + JWKS_UPDATE} if authority else {}),  # a push says itself who made it
        **{name: root + path for name, path in names.items()},
        **{f"{name}_auth_methods": list(AUTH_METHODS) for name in names},
        "endpoint_auth_signing_alg_values_supported": list(ALGS),
    }
