"""Provider: owns what a portal knows of its provider and how it talks to it. Does not know browsers.

Imports PyJWT only. Metadata and keys are found by discovery and kept for a short while; every option of the
one verification is said aloud; the algorithm is fixed by what was registered, never taken from a token.
"""

import base64
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from idp.demo.loopback import Reply, ask

LEEWAY = 10
_FORM = "application/x-www-form-urlencoded"
_METADATA_LIFETIME = 300
_REFETCH_PAUSE = 5

Claims = Mapping[str, Any]


class NotAccepted(Exception):
    """Something the provider (or somebody in its name) sent is not what it must be.

    Attributes:
        code: an OAuth error code, or a short one of ours.
        public: for the engineer who reads the page.
    """

    def __init__(self, code: str, public: str = "") -> None:
        super().__init__(f"{code}: {public}")
        self.code = code
        self.public = public


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the provider and the portal agreed on.

    Attributes:
        url: the portal's own address, ending in a slash.
        issuer: the provider.
        client_id: as registered there.
        auth_method: `client_secret_basic` or `private_key_jwt`.
        secret: for `client_secret_basic`.
        key: private JWK (P-256) for `private_key_jwt`.
        id_token_alg: the registered `id_token_signed_response_alg`.
    """

    url: str
    issuer: str
    client_id: str
    auth_method: str
    secret: str = ""
    key: Mapping[str, str] | None = None
    id_token_alg: str = "ES256"

    @property
    def redirect_uri(self) -> str:
        """Where codes come to."""
        return self.url + "callback"

    @property
    def signed_out_uri(self) -> str:
        """Where the browser comes to after a sign-out."""
        return self.url + "signed-out"


class Provider:
    """The provider as one client sees it.

    Args:
        registration: what was agreed.
        clock: seconds since 1970.
        fetch: makes one HTTP request (tests put a provider in memory here).
    """

    def __init__(
        self, registration: Registration, *, clock: Callable[[], float], fetch: Callable[..., Reply] = ask
    ) -> None:
        self._registration = registration
        self._clock = clock
        self._fetch = fetch
        self._lock = threading.Lock()
        self._metadata: tuple[float, Claims] | None = None
        self._keys: tuple[float, jwt.PyJWKSet] | None = None

    def verified(self, token: str, *, typ: str, require: list[str]) -> Claims:
        """Verify signature, type, issuer, audience and dates of a token.

        Args:
            token: as received.
            typ: the only accepted type (RFC 8725 §3.11).
            require: claims that must be there.

        Raises:
            NotAccepted: in any other case.
        """
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ", "JWT").lower() != typ.lower():  # RFC 8725 §3.11
                raise NotAccepted("invalid_request", "wrong type of token")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(str(header.get("kid", ""))),
                algorithms=[self._registration.id_token_alg],
                issuer=self._registration.issuer,
                audience=self._registration.client_id,
                leeway=LEEWAY,
                # The dates are compared below, against the injected clock.
                options={"require": require, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.PyJWTError as error:
            raise NotAccepted("invalid_request", type(error).__name__) from error
        if not isinstance(claims["exp"], int) or not isinstance(claims["iat"], int):
            raise NotAccepted("invalid_request", "dates")
        if not claims["iat"] - LEEWAY <= self._clock() < claims["exp"] + LEEWAY:
            raise NotAccepted("invalid_request", "expired, or from the future")
        return claims

    def _key(self, kid: str) -> jwt.PyJWK:
        """The provider's key of that name; an unknown one is looked for again, but not too often."""
        for newest in (_METADATA_LIFETIME, _REFETCH_PAUSE):
            for key in self._key_set(newest).keys:
                if key.key_id == kid and key.public_key_use in (None, "sig"):
                    return key
        raise NotAccepted("invalid_request", "signed with a key that the provider does not publish")

    def _key_set(self, max_age: float) -> jwt.PyJWKSet:
        with self._lock:
            kept = self._keys
        if kept is None or self._clock() - kept[0] > max_age:
            document = self._json(self._fetch(self.endpoint("jwks_uri")))
            kept = (self._clock(), jwt.PyJWKSet.from_dict(dict(document)))
            with self._lock:
                self._keys = kept
        return kept[1]

    def endpoint(self, name: str) -> str:
        """An address from the provider's metadata."""
        with self._lock:
            kept = self._metadata
        if kept is None or self._clock() - kept[0] > _METADATA_LIFETIME:
            issuer = self._registration.issuer
            document = self._json(self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
            if document.get("issuer") != issuer:  # OIDC Discovery §4.3
                raise NotAccepted("invalid_metadata", "the provider's metadata name another issuer")
            kept = (self._clock(), document)
            with self._lock:
                self._metadata = kept
        return str(kept[1].get(name, ""))

    def userinfo(self, access_token: str) -> Claims:
        """The claims that the access token opens (OIDC Core §5.3)."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        return self._json(self._fetch(self.endpoint("userinfo_endpoint"), headers=bearer))

    def post(self, endpoint: str, form: Mapping[str, str]) -> Claims:
        """Post a form as this client (RFC 6749 §2.3, RFC 7523 §2.2) and read the JSON answer.

        Raises:
            NotAccepted: the provider refused.
        """
        headers = {"Content-Type": _FORM, "Accept": "application/json"}
        reg = self._registration
        if reg.auth_method == "client_secret_basic":  # RFC 6749 §2.3.1: both halves are form-encoded first
            pair = f"{quote(reg.client_id, safe='')}:{quote(reg.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form = {**form, "client_id": reg.client_id, **self._assertion()}
        return self._json(
            self._fetch(
                self.endpoint(endpoint), method="POST", body=urlencode(form).encode(), headers=headers
            )
        )

    def _assertion(self) -> dict[str, str]:
        """RFC 7523 §2.2, with the issuer as the only audience."""
        reg, now = self._registration, int(self._clock())
        claims = {
            "iss": reg.client_id,
            "sub": reg.client_id,
            "aud": reg.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        }
        key = jwt.PyJWK.from_dict(dict(reg.key or {}), algorithm="ES256")
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(claims, key.key, "ES256", headers={"kid": key.key_id}),
        }

    def _json(self, reply: Reply) -> Claims:
        try:
            document = json.loads(reply.body)
        except ValueError as error:
            raise NotAccepted("server_error", f"the provider answered {reply.status} without JSON") from error
        if not isinstance(document, dict):
            raise NotAccepted("server_error", "the provider's answer is not a JSON object")
        if reply.status != 200:
            raise NotAccepted(
                str(document.get("error", "server_error")), f"the provider answered {reply.status}"
            )
        return document
