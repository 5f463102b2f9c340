"""Registration: owns what a relying party may register, and how it is written in RFC 7591. Stores nothing.

Imports client and the settings' notion of loopback.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from idp.client import INTROSPECTION, SECTOR, USERINFO_ALG, Client
from idp.settings.places import is_loopback
from keys.public import ALGORITHMS, is_public, suits

APPLICATION = "application_type"

_MORE = (
    APPLICATION,
    SECTOR,
    "token_endpoint_auth_signing_alg",
    "require_auth_time",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    INTROSPECTION,
)
"""What a client may have registered besides, by its name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a client.

    Attributes:
        field: by its name in RFC 7591.
        wrong: what, and what to write instead.
        value: of which address, where it is one.
        position: of that address in its list, from 1; 0 outside of lists.
    """

    field: str
    wrong: str
    value: str = ""
    position: int = 0

    def __str__(self) -> str:
        return f"{self.field}: {self.value} {self.wrong}" if self.value else f"{self.field}: {self.wrong}"

    @property
    def unquoted(self) -> str:
        """The same without repeating what the caller wrote, which may hold a secret."""
        where = f"{self.field}, entry {self.position}" if self.position else self.field
        return f"{where}: {self.wrong}"


def problems(client: Client, algorithms: Collection[str] = ("ES256", "RS256")) -> Iterator[str]:
    """Everything that is wrong with a client, each with what to write instead.

    Args:
        algorithms: with which this node signs.
    """
    return (str(fault) for fault in faults(client, algorithms))


def faults(client: Client, algorithms: Collection[str]) -> Iterator[Fault]:
    """The same, to be told apart."""
    if not client.redirect_uris and not client.introspects:
        yield Fault(field="redirect_uris", wrong="at least one is needed, to which citizens come back")
    yield from _addresses(client)
    yield from _credentials(client)
    for name, alg in (
        ("id_token_signed_response_alg", client.id_token_alg),
        (USERINFO_ALG, client.userinfo_alg),
    ):
        if alg is not None and alg not in algorithms:
            wrong = f"this node does not sign with {alg}; write {' or '.join(algorithms)}"
            yield Fault(field=name, wrong=wrong)


def usual(algorithms: Collection[str]) -> str:
    """With what to sign for a client that says nothing: RS256 is what OIDC libraries expect (OIDC
    Registration §2)."""
    return "RS256" if "RS256" in algorithms else next(iter(algorithms))


def _addresses(client: Client) -> Iterator[Fault]:
    for name, uris in (
        ("redirect_uris", client.redirect_uris),
        ("post_logout_redirect_uris", client.post_logout_redirect_uris),
    ):
        for position, uri in enumerate(uris, 1):
            if wrong := _redirect(uri, client, comes_back=name == "redirect_uris"):
                yield Fault(field=name, wrong=wrong, value=uri, position=position)
    for name, optional in (
        ("backchannel_logout_uri", client.backchannel_logout_uri),
        ("initiate_login_uri", client.initiate_login_uri),
        ("jwks_uri", client.jwks_uri),
        ("client_uri", client.client_uri),
        (SECTOR, client.extra.get(SECTOR)),
    ):
        if isinstance(optional, str) and (wrong := _web(optional)):
            yield Fault(field=name, wrong=wrong, value=optional)


def _credentials(client: Client) -> Iterator[Fault]:
    keys = (client.jwks is not None) + (client.jwks_uri is not None)
    if keys > 1:
        yield Fault(field="jwks", wrong="stands beside jwks_uri; write one of them (RFC 7591 §2)")
    if client.auth_method == "private_key_jwt" and not keys:
        yield Fault(field="jwks", wrong="private_key_jwt needs either jwks or jwks_uri")
    if client.extra.get("require_signed_request_object") is True and not keys:
        yield Fault(field="jwks", wrong="signed request objects need either jwks or jwks_uri")
    if client.jwks is not None and not _keys(client.jwks):
        wrong = 'write {"keys": […]} with public keys for signatures, each with a kty that we know'
        yield Fault(field="jwks", wrong=wrong)
    if client.public and client.introspects:
        yield Fault(field=INTROSPECTION, wrong="a client without a credential cannot ask about tokens")
    if client.public and not client.pkce:
        wrong = "a public client cannot be exempted, since PKCE is all that protects its code"
        yield Fault(field="pkce", wrong=wrong)


def _keys(jwks: Mapping[str, object]) -> bool:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        return False
    return all(is_public(key) and any(suits(key, alg) for alg in ALGORITHMS) for key in keys)


def _redirect(uri: str, client: Client, *, comes_back: bool) -> str:
    """What is wrong with an address for browsers (OIDC Registration §2, `application_type`); clients that an
    operator registered without a type are native when they are public."""
    kind = client.extra.get(APPLICATION)
    native = client.public if kind is None else kind == "native"
    scheme = uri.partition(":")[0]
    if native and "." in scheme and scheme[0].isalpha() and scheme.replace(".", "").isalnum():
        return _characters(uri)  # an app's own scheme (RFC 8252 §7.1)
    if kind == "native" and comes_back and scheme != "http":
        return "is no address of a native app: write its own scheme, or http on loopback; or register as web"
    if kind == "web" and "." in scheme:
        return "is an app's own scheme; write an https URL, or application_type native"
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
        "client_name": client.extra.get("client_name") or chinese or english,
        "client_name#zh": chinese,
        "client_name#en": english,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris) or None,
        "token_endpoint_auth_method": client.auth_method,
        "grant_types": list(client.grant_types),
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
        **{name: client.extra.get(name) for name in _MORE},
        "require_pkce": client.pkce,
        "consent": client.consent,
    }
    if secret is not None:
        found |= {"client_secret": secret, "client_secret_expires_at": 0}
    return {name: value for name, value in found.items() if value is not None}
