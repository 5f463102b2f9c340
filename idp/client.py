"""Client: owns what we know of a relying party. Does not know how it became known. Imports nothing of ours.

A client is registered here (`records`), or is a peer (`peers`): both are found through the one-method
protocol `Clients`.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

USERINFO_ALG = "userinfo_signed_response_alg"
SECTOR = "sector_identifier_uri"

INTROSPECTION = "manyou_introspection"

Requests = Literal["plain", "signed", "pushed"]
"""The least that authorization requests must be: plain parameters, a request object, or pushed."""

GRANT_TYPES = ("authorization_code", "refresh_token")
"""What a client may be registered for (RFC 7591 §2)."""

AuthMethod = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A relying party.

    Attributes:
        client_id: chosen by us; a peer's is its issuer.
        name: shown to citizens, by language (`{"zh": …, "en": …}`).
        redirect_uris: compared as strings, exactly (RFC 9700 §4.1.3).
        auth_method: `token_endpoint_auth_method` of RFC 7591.
        secret_sha256: hex SHA-256 of the random secret; empty without one.
        jwks: public keys of a `private_key_jwt` client (`{"keys": […]}`), or None.
        jwks_uri: where they are instead, or None.
        id_token_alg: with which its ID tokens, logout tokens and signed answers about tokens are signed, one
            that the node offers.
        pkce: whether a code challenge is demanded; only a confidential client can be exempted.
        consent: `implied` (the click on the site's sign-in is the act) or `ask`.
        peer: True for another identity provider.
        region: GB/T 2260 code of a peer that is a home region.
        extra: further metadata of RFC 7591, by its name there.
        automatic: whether a trust chain alone makes it known (OIDF §12.1).
        expires: for a client known by a trust chain: when that chain ends, seconds; None for others.
    """

    client_id: str
    name: Mapping[str, str]
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod = "client_secret_basic"
    secret_sha256: str = ""
    jwks: Mapping[str, object] | None = None
    jwks_uri: str | None = None
    id_token_alg: str = "ES256"
    scopes: tuple[str, ...] = ("openid", "profile", "email", "phone", "address")
    pkce: bool = True
    consent: Literal["implied", "ask"] = "implied"
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    initiate_login_uri: str | None = None
    client_uri: str | None = None
    peer: bool = False
    region: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    automatic: bool = False
    expires: int | None = None

    @property
    def public(self) -> bool:
        """Whether the client has no credential (RFC 6749 §2.1)."""
        return self.auth_method == "none"

    @property
    def strict(self) -> bool:
        """Whether what it signs names our issuer alone and its own type (OIDF §12.1.1): peers, and who is
        known by a chain."""
        return self.peer or self.expires is not None

    @property
    def requests(self) -> Requests:
        """What its authorization requests must be (RFC 9126 §6, RFC 9101 §10.5); by a chain alone,
        never plain (OIDF §12.1.1)."""
        if self.extra.get("require_pushed_authorization_requests") is True:
            return "pushed"
        asked = self.extra.get("require_signed_request_object") is True
        return "signed" if asked or self.automatic else "plain"

    @property
    def grant_types(self) -> tuple[str, ...]:
        """What it may send to the token endpoint (RFC 7591 §2); a peer never more than codes."""
        said = self.extra.get("grant_types")
        if self.peer or not isinstance(said, list | tuple):
            return GRANT_TYPES[:1]
        return tuple(one for one in GRANT_TYPES if one in said)

    @property
    def refreshes(self) -> bool:
        """Whether it gets refresh tokens."""
        return "refresh_token" in self.grant_types

    @property
    def introspects(self) -> bool:
        """Whether it may ask what a token is: a resource server, by an operator's word alone."""
        return self.extra.get(INTROSPECTION) is True

    @property
    def userinfo_alg(self) -> str | None:
        """With which its userinfo is signed (OIDC Core §5.3.2); None: it is plain JSON."""
        alg = self.extra.get(USERINFO_ALG)
        return alg if isinstance(alg, str) else None

    @property
    def sector(self) -> str:
        """The sector of pairwise subjects: a peer's issuer, the host of a list that was checked, else that of
        the redirect URIs (OIDC Core §8.1)."""
        if self.peer:
            return self.client_id
        named = self.extra.get(SECTOR)
        if isinstance(named, str):
            return urlsplit(named).hostname or named
        hosts = {urlsplit(uri).hostname or uri for uri in self.redirect_uris}
        return hosts.pop() if len(hosts) == 1 else self.client_id

    def secret_matches(self, secret: str) -> bool:
        """Compare in constant time; never true for a client without a secret."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return bool(self.secret_sha256) and hmac.compare_digest(digest, self.secret_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What a client that comes by itself sends along to become known (OIDF §4.3, §4.4); nothing of it is
    verified.

    Attributes:
        trust_chain: its own, a shortcut.
        peer_trust_chain: ours, as it found it.
    """

    trust_chain: tuple[str, ...] = ()
    peer_trust_chain: tuple[str, ...] = ()


class Clients(Protocol):
    """Whoever can say who a client is."""

    def find(self, client_id: str) -> Client | None:
        """The client, or None when nobody knows it."""
        ...


class Newcomers(Clients, Protocol):
    """Whoever can also get to know a client that comes by itself."""

    def meet(self, client_id: str, introduction: Introduction | None) -> Client | None:
        """The client, or None when nobody knows it; without an introduction nobody new is looked for.

        Raises:
            idp.errors.PageError: it is not trusted, with what is wrong.
        """
        ...
