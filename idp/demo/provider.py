"""Provider: owns how a portal talks to its provider. Does not know browsers.

Imports PyJWT only. Every option of the one verification is said aloud; the algorithm is fixed by what was
registered, never taken from a token.
"""

import base64
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from idp.demo.discovery import Claims, Discovery, Known, NotAccepted, document
from idp.demo.loopback import Reply, ask
from idp.demo.registration import Registration

LEEWAY = 10
REQUEST_TYP = "oauth-authz-req+jwt"
_FORM = "application/x-www-form-urlencoded"
_KEYS_LIFETIME = 300
_REFETCH_PAUSE = 5
_ASSERTION_LIFETIME = 60
_REQUEST_LIFETIME = 120


class Provider:
    """The provider as one client sees it.

    Args:
        registration: what was agreed.
        clock: seconds since 1970.
        fetch: makes one HTTP request (tests put a provider in memory here).
        known: what is known of the provider; without it, what discovery says.
    """

    def __init__(
        self,
        registration: Registration,
        *,
        clock: Callable[[], float],
        fetch: Callable[..., Reply] = ask,
        known: Known | None = None,
    ) -> None:
        self._registration = registration
        self._clock = clock
        self._fetch = fetch
        self._known = known or Discovery(registration.issuer, clock=clock, fetch=fetch)

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
        for newest in (_KEYS_LIFETIME, _REFETCH_PAUSE):
            for key in self._known.keys(max_age=newest).keys:
                if key.key_id == kid and key.public_key_use in (None, "sig"):
                    return key
        raise NotAccepted("invalid_request", "signed with a key that the provider does not publish")

    def endpoint(self, name: str) -> str:
        """An address from the provider's metadata."""
        return str(self._known.metadata().get(name, ""))

    def address(self, params: Mapping[str, str]) -> str:
        """Where to send the browser with an authorization request, in the way that was agreed.

        Args:
            params: the request.

        Raises:
            NotAccepted: the provider did not take a pushed one.
        """
        endpoint = self.endpoint("authorization_endpoint")
        shown: Mapping[str, str] = params
        if self._registration.requests == "signed":
            # OIDC Core §6.1 wants these two outside as well; they say nothing.
            shown = {"response_type": "code", "scope": "openid", "request": self._request_object(params)}
        elif self._registration.requests == "pushed":
            form = {"request": self._request_object(params)}
            pushed = self.post("pushed_authorization_request_endpoint", form, status=201)
            shown = {"request_uri": str(pushed.get("request_uri", ""))}  # RFC 9126 §4
        return f"{endpoint}?{urlencode({'client_id': self._registration.client_id, **shown})}"

    def userinfo(self, access_token: str) -> Claims:
        """The claims that the access token opens (OIDC Core §5.3)."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        return document(self._fetch(self.endpoint("userinfo_endpoint"), headers=bearer))

    def post(self, endpoint: str, form: Mapping[str, str], *, status: int = 200) -> Claims:
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
        reply = self._fetch(
            self.endpoint(endpoint), method="POST", body=urlencode(form).encode(), headers=headers
        )
        return document(reply, status=status)

    def _assertion(self) -> dict[str, str]:
        """RFC 7523 §2.2, with the issuer as the only audience (OIDF §12.1.1.2)."""
        claims = {"sub": self._registration.client_id}
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._signed(claims, typ="JWT", lifetime=_ASSERTION_LIFETIME),
        }

    def _request_object(self, params: Mapping[str, str]) -> str:
        """RFC 9101 §4, OIDF §12.1.1.1: for this provider alone, good once, and never with a `sub`."""
        claims = {**params, "client_id": self._registration.client_id}
        return self._signed(claims, typ=REQUEST_TYP, lifetime=_REQUEST_LIFETIME)

    def _signed(self, claims: Mapping[str, object], *, typ: str, lifetime: int) -> str:
        reg, now = self._registration, int(self._clock())
        said = {
            **claims,
            "iss": reg.client_id,
            "aud": reg.issuer,
            "iat": now,
            "exp": now + lifetime,
            "jti": secrets.token_urlsafe(16),
        }
        key = jwt.PyJWK.from_dict(dict(reg.key or {}), algorithm="ES256")
        return jwt.encode(said, key.key, "ES256", headers={"kid": key.key_id, "typ": typ})
