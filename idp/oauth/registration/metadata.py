"""Metadata: owns what client the metadata of a registration make (RFC 7591 §2, OIDC Registration §2). Pure.

Three answers to what a client wants, in this order of mind:

1. what we do is registered, and said back;
2. what we do not do, and what would be less safe or another thing without it (encryption, other subjects,
   tokens bound to keys), is refused, with what to write instead;
3. anything else is left out or narrowed to what we do, and the answer says what was registered.

Policy is ours: consent is asked for and PKCE is demanded, whatever was sent. Imports client, registration.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from idp.claims import SCOPES
from idp.client import GRANT_TYPES, SECTOR, USERINFO_ALG, AuthMethod, Client
from idp.errors import WireError
from idp.oauth.assertion import ALGS
from idp.oauth.credentials import METHODS
from idp.oauth.registration.values import Said, flag, one_of, text, texts, wrong
from idp.registration import APPLICATION, Fault, faults, usual

_LANGUAGES = ("zh", "en")
_NAME = 100
"""Characters of a name, which stands on a page."""

_NEVER = {
    "id_token_encrypted_response_alg": "ID tokens are not encrypted here; leave it out",
    "userinfo_encrypted_response_alg": "userinfo is not encrypted here; leave it out",
    "default_max_age": "is not kept; leave it out and send max_age with each request",
    "default_acr_values": "is not kept; leave it out and send acr_values with each request",
}
_UNBOUND = ("tls_client_certificate_bound_access_tokens", "dpop_bound_access_tokens")
_FLAGS = ("require_auth_time", "require_signed_request_object", "require_pushed_authorization_requests")
_ALGS = ("token_endpoint_auth_signing_alg", "request_object_signing_alg")


def client_of(said: Said, *, client_id: str, algorithms: Collection[str]) -> Client:
    """The client that these metadata make, without its secret.

    Args:
        said: as sent, unjudged.
        algorithms: with which this node signs ID tokens and userinfo.

    Raises:
        WireError: they make none (RFC 7591 §3.2.2).
    """
    _refuse(said)
    uris = texts(said, "redirect_uris") or ()
    client = Client(
        client_id=client_id,
        name=_names(said, uris, client_id),
        redirect_uris=uris,
        auth_method=_method(said),
        jwks=_jwks(said),
        jwks_uri=text(said, "jwks_uri"),
        id_token_alg=text(said, "id_token_signed_response_alg") or usual(algorithms),
        scopes=_scopes(said),
        consent="ask",
        post_logout_redirect_uris=texts(said, "post_logout_redirect_uris") or (),
        backchannel_logout_uri=text(said, "backchannel_logout_uri"),
        initiate_login_uri=text(said, "initiate_login_uri"),
        client_uri=text(said, "client_uri"),
        extra=_extra(said),
    )
    if found := list(faults(client, algorithms)):
        raise _unfit(found)
    return client


def _unfit(found: list[Fault]) -> WireError:
    public = "; ".join(fault.unquoted for fault in found[:5])
    if any(fault.field == "redirect_uris" for fault in found):
        return WireError("invalid_redirect_uri", public)
    return WireError("invalid_client_metadata", public)


def _refuse(said: Said) -> None:
    """Rule 2, and lists that do not have what we do."""
    if said.get("software_statement") is not None:
        raise WireError(
            "unapproved_software_statement",
            "nobody's software statements are believed here; send the metadata themselves",
        )
    for name, why in _NEVER.items():
        if said.get(name) is not None:
            raise wrong(name, why)
    for name in _UNBOUND:
        if flag(said, name):
            raise wrong(name, "access tokens are not bound to a key here; leave it out")
    one_of(said, "subject_type", ("pairwise",))
    flag(said, "backchannel_logout_session_required")  # its sid is always there
    for name, needed in (("response_types", "code"), ("grant_types", "authorization_code")):
        given = texts(said, name)
        if given is not None and needed not in given:
            raise wrong(name, f"only {needed} is served; write it, or leave the list out")


def _method(said: Said) -> AuthMethod:
    return one_of(said, "token_endpoint_auth_method", METHODS) or "client_secret_basic"


def _jwks(said: Said) -> Said | None:
    value = said.get("jwks")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise wrong("jwks", 'must be a JSON object: {"keys": [...]}')
    return value


def _scopes(said: Said) -> tuple[str, ...]:
    wanted = text(said, "scope")
    if wanted is None:
        return SCOPES
    scopes = wanted.split(" ")
    if "openid" not in scopes:
        raise wrong("scope", "must contain openid; or leave it out")
    return tuple(name for name in SCOPES if name in scopes)


def _extra(said: Said) -> Said:
    found: dict[str, object | None] = {
        APPLICATION: one_of(said, APPLICATION, ("web", "native")) or "web",
        "client_name": _name(said, "client_name"),
        USERINFO_ALG: text(said, USERINFO_ALG),
        SECTOR: text(said, SECTOR),
        "grant_types": [one for one in GRANT_TYPES if one in (texts(said, "grant_types") or ())] or None,
        **{name: flag(said, name) or None for name in _FLAGS},
        **{name: one_of(said, name, ALGS) for name in _ALGS},
    }
    return {name: value for name, value in found.items() if value is not None}


def _names(said: Said, uris: tuple[str, ...], client_id: str) -> dict[str, str]:
    """By language (RFC 7591 §2.2): the name with its tag, else the one without, else that of the other
    language; who has no name is called by its host."""
    plain = _name(said, "client_name")
    named = {language: _tagged(said, language) or plain for language in _LANGUAGES}
    other = next((name for name in named.values() if name), None)
    host = next((name for uri in uris if (name := _host(uri))), client_id)
    return {language: name or other or host for language, name in named.items()}


def _tagged(said: Said, language: str) -> str | None:
    """`client_name#zh`, else `client_name#zh-CN`; tags are compared without case (BCP 47)."""
    start = f"client_name#{language}"
    tags = sorted(one for one in said if one.lower() == start or one.lower().startswith(f"{start}-"))
    return next((name for tag in sorted(tags, key=len) if (name := _name(said, tag))), None)


def _name(said: Said, member: str) -> str | None:
    """A name that stands on the consent page: no control characters, none that turns the writing round."""
    value = text(said, member)
    if value is not None and (len(value) > _NAME or not value.isprintable() or not value.strip()):
        raise wrong(member, f"must have at most {_NAME} printable characters")
    return value


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None
