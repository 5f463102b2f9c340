"""Registration: owns what a relying party may register, and how it is written in RFC 7591. Stores nothing.

Imports client and the settings' notion of loopback.
"""

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from idp.client import USERINFO_ALG, Client
from idp.settings.places import is_loopback
from keys.public import ALGORITHMS, is_public, suits


def problems(client: Client, algorithms: Collection[str] = ("ES256", "RS256")) -> Iterator[str]:
    """Everything that is wrong with a client, each with what to write instead.

    Args:
        algorithms: with which this node signs.
    """
    if not client.redirect_uris:
        yield "redirect_uris: at least one is needed, to which citizens come back"
    for name, uris in (
        ("redirect_uris", client.redirect_uris),
        ("post_logout_redirect_uris", client.post_logout_redirect_uris),
    ):
        for uri in uris:
            if wrong := _redirect(uri, native=client.public):
                yield f"{name}: {uri} {wrong}"
    for name, optional in (
        ("backchannel_logout_uri", client.backchannel_logout_uri),
        ("initiate_login_uri", client.initiate_login_uri),
        ("jwks_uri", client.jwks_uri),
        ("client_uri", client.client_uri),
    ):
        if optional is not None and (wrong := _web(optional)):
            yield f"{name}: {optional} {wrong}"
    yield from _credentials(client)
    for name, alg in (
        ("id_token_signed_response_alg", client.id_token_alg),
        (USERINFO_ALG, client.userinfo_alg),
    ):
        if alg is not None and alg not in algorithms:
            yield f"{name}: this node does not sign with {alg}; write {' or '.join(algorithms)}"


def _credentials(client: Client) -> Iterator[str]:
    keys = (client.jwks is not None) + (client.jwks_uri is not None)
    if client.auth_method == "private_key_jwt" and keys != 1:
        yield "jwks: private_key_jwt needs either jwks or jwks_uri"
    if client.auth_method != "private_key_jwt" and keys:
        yield f"jwks: {client.auth_method} uses no keys; write private_key_jwt, or leave them out"
    if client.jwks is not None and not _keys(client.jwks):
        yield 'jwks: write {"keys": […]} with public keys for signatures, each with a kty that we know'
    if client.public and not client.pkce:
        yield "pkce: a public client cannot be exempted, since PKCE is all that protects its code"


def _keys(jwks: Mapping[str, object]) -> bool:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        return False
    return all(is_public(key) and any(suits(key, alg) for alg in ALGORITHMS) for key in keys)


def _redirect(uri: str, *, native: bool) -> str:
    scheme = uri.partition(":")[0]
    if native and "." in scheme and scheme.replace(".", "").isalnum():
        return _characters(uri)  # an app's own scheme (RFC 8252 §7.1)
    return _web(uri)


def _web(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        _port = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "must be an absolute https URL"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "must use https; http is for localhost, *.localhost and 127.0.0.1"
    if parts.username is not None:
        return "must not carry a user name or password"
    return _characters(uri)


def _characters(uri: str) -> str:
    if "#" in uri:
        return "must not have a fragment (RFC 6749 §3.1.2)"
    if "*" in uri:
        return "must not have a wildcard: it is compared character by character"
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return "has characters that a URL may not have; write its ASCII form"
    return ""


def metadata(client: Client, *, secret: str | None = None) -> Mapping[str, object]:
    """A client as RFC 7591 §3.2.1 writes it.

    Args:
        secret: shown once, when it was just made.
    """
    chinese, english = client.name.get("zh"), client.name.get("en")
    found: dict[str, object | None] = {
        "client_id": client.client_id,
        "client_name": chinese or english,
        "client_name#zh": chinese,
        "client_name#en": english,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris) or None,
        "token_endpoint_auth_method": client.auth_method,
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": " ".join(client.scopes),
        "jwks": client.jwks,
        "jwks_uri": client.jwks_uri,
        "client_uri": client.client_uri,
        "initiate_login_uri": client.initiate_login_uri,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "backchannel_logout_session_required": True if client.backchannel_logout_uri else None,
        "id_token_signed_response_alg": client.id_token_alg,
        USERINFO_ALG: client.userinfo_alg,
        "subject_type": "pairwise",
        "require_pkce": client.pkce,
        "consent": client.consent,
    }
    if secret is not None:
        found |= {"client_secret": secret, "client_secret_expires_at": 0}
    return {name: value for name, value in found.items() if value is not None}
