"""Relying: owns what client the metadata of a relying party makes, as its trust chain leaves it. Pure.

Imports client, registration, federation. Metadata that lacks what we need, or asks for what we do not do,
makes no client (OIDF §6.1.4.2: broken metadata must not be used).
"""

from collections.abc import Collection, Mapping
from typing import Literal
from urllib.parse import urlsplit

from federation.chain import TrustChain
from idp.claims import SCOPES
from idp.client import USERINFO_ALG, Client
from idp.registration import problems, usual
from keys.encoding import JoseError
from keys.remote import usable_keys

KIND = "openid_relying_party"
CONSENT = "manyou_consent"
"""`implied`: the click on the portal's sign-in is the act. Believed of the anchor, and of ourselves."""

Way = Literal["automatic", "explicit"]

_KEPT = (
    "grant_types",
    USERINFO_ALG,
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "signed_jwks_uri",
)


class Unfit(Exception):
    """Metadata that makes no client; says why, for its engineer."""


def client_of(chain: TrustChain, *, own: str, way: Way, algorithms: Collection[str]) -> Client:
    """The client that the subject of a chain is here.

    Args:
        own: our entity identifier.
        way: how it registers; its `client_registration_types` must name it.
        algorithms: with which this node signs ID tokens.

    Raises:
        Unfit: it is none.
    """
    said = chain.metadata(KIND)
    if said is None:
        raise Unfit("the entity has no openid_relying_party metadata")
    _check(said, way)
    client = Client(
        client_id=chain.subject,
        name=_name(said, chain),
        redirect_uris=strings(said, "redirect_uris"),
        auth_method="private_key_jwt",
        jwks=_jwks(said),
        jwks_uri=string(said, "jwks_uri") if "jwks" not in said else None,
        id_token_alg=string(said, "id_token_signed_response_alg") or usual(algorithms),
        scopes=_scopes(said),
        consent="implied" if _implied(chain, said, {chain.anchor, own}) else "ask",
        post_logout_redirect_uris=strings(said, "post_logout_redirect_uris"),
        backchannel_logout_uri=string(said, "backchannel_logout_uri"),
        initiate_login_uri=string(said, "initiate_login_uri"),
        client_uri=string(said, "client_uri"),
        extra={name: said[name] for name in _KEPT if name in said},
        automatic=way == "automatic",
        expires=chain.expires,
    )
    wrong = [one for one in problems(client, algorithms) if not one.startswith("jwks:")]
    if wrong:
        raise Unfit("; ".join(wrong))
    return client


def comes(chain: TrustChain, way: Way) -> bool:
    """Whether the subject of a chain says that it registers in this way."""
    return way in strings(chain.metadata(KIND) or {}, "client_registration_types")


def _check(said: Mapping[str, object], way: Way) -> None:
    if way not in strings(said, "client_registration_types"):
        raise Unfit(f"client_registration_types does not name {way}")
    if said.get("token_endpoint_auth_method", "private_key_jwt") != "private_key_jwt":
        raise Unfit("token_endpoint_auth_method is not private_key_jwt: there is no shared secret by chain")
    for name, needed in (("response_types", "code"), ("grant_types", "authorization_code")):
        if name in said and needed not in strings(said, name):
            raise Unfit(f"{name} does not name {needed}")
    if not any(name in said for name in ("jwks", "jwks_uri", "signed_jwks_uri")):
        raise Unfit("jwks, jwks_uri and signed_jwks_uri are missing: there is no key to verify requests with")


def _jwks(said: Mapping[str, object]) -> Mapping[str, object] | None:
    value = said.get("jwks")
    if value is None:
        return None
    try:
        return {"keys": usable_keys(value if isinstance(value, Mapping) else {})}
    except JoseError as error:
        raise Unfit(f"jwks cannot be used: {error.detail}") from None


def _scopes(said: Mapping[str, object]) -> tuple[str, ...]:
    wanted = said.get("scope")
    return tuple(name for name in SCOPES if not isinstance(wanted, str) or name in wanted.split(" "))


def _implied(chain: TrustChain, said: Mapping[str, object], believed: Collection[str]) -> bool:
    """The anchor decides that people are not asked, or this node as a superior: another province could spare
    its portals the question at everybody's expense, and a portal could spare itself."""
    if said.get(CONSENT) != "implied":
        return False
    stated = [one for one in chain.statements[1:] if one.iss in believed and one.iss != one.sub]
    own = chain.statements[1] if len(chain.statements) > 1 else None
    if own in stated and own is not None and _of(own.claims, "metadata").get(CONSENT) == "implied":
        return True
    policies = (_of(one.claims, "metadata_policy").get(CONSENT) for one in stated)
    return any(isinstance(one, Mapping) and one.get("value") == "implied" for one in policies)


def _of(claims: Mapping[str, object], name: str) -> Mapping[str, object]:
    kinds = claims.get(name)
    said = kinds.get(KIND) if isinstance(kinds, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def _name(said: Mapping[str, object], chain: TrustChain) -> Mapping[str, str]:
    """By language: the site's own name, else the organisation's, else the host (OIDF §5.2.2, §14)."""
    organisation = chain.metadata("federation_entity") or {}
    sources = ((said, "client_name"), (said, "organization_name"), (organisation, "organization_name"))
    found: dict[str, str] = {}
    for source, name in sources:
        plain = string(source, name)
        for language in ("zh", "en"):
            tagged = string(source, f"{name}#{language}") or _tagged(source, name, language) or plain
            if tagged:
                found.setdefault(language, tagged)
    host = urlsplit(chain.subject).hostname or chain.subject
    return {"zh": host, "en": host, **found}


def _tagged(source: Mapping[str, object], name: str, language: str) -> str | None:
    """A more special tag of the language: `client_name#zh-CN`."""
    tags = sorted(one for one in source if one.startswith(f"{name}#{language}-"))
    return next((value for tag in tags if (value := string(source, tag))), None)


def strings(said: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The strings of a list in metadata; what is none of them is left out."""
    value = said.get(name)
    if not isinstance(value, list | tuple):
        return ()
    return tuple(item for item in value if isinstance(item, str))


def string(said: Mapping[str, object], name: str) -> str | None:
    """A string in metadata with something in it, or None."""
    value = said.get(name)
    return value if isinstance(value, str) and value else None
