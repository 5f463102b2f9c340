"""Relying: owns the OpenID Connect side of a portal. Does not know pages, cookies or sessions.

This is what an engineer of any site writes: the code flow with PKCE, `state` and `nonce`, the checks of an ID
token and of logout tokens, and the sign-out.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from idp.demo.discovery import Claims, Known, NotAccepted
from idp.demo.loopback import Reply, ask
from idp.demo.provider import LEEWAY, Provider
from idp.demo.registration import Registration

_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A sign-in that is under way, kept by the portal until the browser comes back.

    Attributes:
        state: single use, bound to the browser.
        nonce: expected in the ID token.
        verifier: PKCE (RFC 7636 §4.1).
        max_age: seconds, when it was asked for.
        started: seconds since 1970.
    """

    state: str
    nonce: str
    verifier: str
    max_age: int | None
    started: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A verified sign-in.

    Attributes:
        claims: of the userinfo endpoint and the ID token, the latter winning.
        sid: the provider's name for this session (Back-Channel Logout §2.1).
        id_token: kept as the hint of the sign-out.
    """

    claims: Claims
    sid: str
    id_token: str


class RelyingParty:
    """One client of one provider.

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
        self.registration = registration
        self._clock = clock
        self._provider = Provider(registration, clock=clock, fetch=fetch, known=known)

    def start(self, wishes: Mapping[str, str]) -> tuple[str, Pending]:
        """The address that starts a sign-in, and what to remember meanwhile (OIDC Core §3.1.2.1).

        Args:
            wishes: `prompt`, `max_age`, `scope`, `acr_values`, `ui_locales`, `login_hint`, passed through.

        Raises:
            NotAccepted: the provider is not trusted, or does not take the request.
        """
        max_age = wishes.get("max_age", "")
        pending = Pending(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            max_age=int(max_age) if max_age.isdecimal() else None,
            started=self._clock(),
        )
        challenge = _base64url(hashlib.sha256(pending.verifier.encode()).digest())
        query = {
            "scope": "openid profile email phone address",
            **wishes,
            "response_type": "code",
            "redirect_uri": self.registration.redirect_uri,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return self._provider.address(query), pending

    def finish(self, code: str, pending: Pending) -> SignedIn:
        """Redeem a code and verify all that comes of it (OIDC Core §3.1.3).

        Raises:
            NotAccepted: the provider refused, or its answer is not what it must be.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.registration.redirect_uri,
            "code_verifier": pending.verifier,
        }
        tokens = self._provider.post("token_endpoint", form)
        id_token, access_token = str(tokens.get("id_token", "")), str(tokens.get("access_token", ""))
        claims = self._id_token(id_token, access_token, pending)
        profile = self._provider.userinfo(access_token)
        if profile.get("sub") != claims["sub"]:  # OIDC Core §5.3.2: else another person's profile slips in
            raise NotAccepted("invalid_userinfo", "userinfo speaks of somebody else")
        return SignedIn(claims={**profile, **claims}, sid=str(claims.get("sid", "")), id_token=id_token)

    def sign_out_address(self, id_token: str, state: str) -> str:
        """Where to send the browser for RP-initiated logout (RP-Initiated Logout §2)."""
        query = {
            "id_token_hint": id_token,
            "client_id": self.registration.client_id,
            "post_logout_redirect_uri": self.registration.signed_out_uri,
            "state": state,
        }
        return f"{self._provider.endpoint('end_session_endpoint')}?{urlencode(query)}"

    def logout_token(self, token: str) -> Claims:
        """Verify a logout token (Back-Channel Logout §2.6), except for whether its `jti` was seen.

        Raises:
            NotAccepted: in any other case.
        """
        claims = self._provider.verified(
            token, typ="logout+jwt", require=["iss", "aud", "iat", "exp", "jti", "events"]
        )
        events = claims["events"]
        if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict):
            raise NotAccepted("invalid_request", "no logout event")
        if "nonce" in claims:  # §2.4: else an ID token could pass for one
            raise NotAccepted("invalid_request", "a logout token carries no nonce")
        if not (isinstance(claims.get("sid"), str) or isinstance(claims.get("sub"), str)):
            raise NotAccepted("invalid_request", "neither sid nor sub")
        return claims

    def _id_token(self, token: str, access_token: str, pending: Pending) -> Claims:
        """OIDC Core §3.1.3.7."""
        claims = self._provider.verified(
            token, typ="JWT", require=["iss", "sub", "aud", "exp", "iat", "nonce"]
        )
        if not hmac.compare_digest(str(claims["nonce"]), pending.nonce):
            raise NotAccepted("invalid_id_token", "nonce")
        if claims.get("azp", self.registration.client_id) != self.registration.client_id:
            raise NotAccepted("invalid_id_token", "azp")
        half = _base64url(hashlib.sha256(access_token.encode()).digest()[:16])
        if "at_hash" in claims and claims["at_hash"] != half:
            raise NotAccepted("invalid_id_token", "at_hash")
        if pending.max_age is not None:
            auth_time = claims.get("auth_time")
            if not isinstance(auth_time, int) or auth_time < pending.started - pending.max_age - LEEWAY:
                raise NotAccepted("invalid_id_token", "auth_time is older than max_age allows")
        return claims


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
