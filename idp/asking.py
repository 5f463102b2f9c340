"""Asking: owns how we ask another provider for a sign-in: signed, and pushed where it wants that. Does not
know what is asked or why. Imports peer, pen, outbound.

We are the relying party here. The request travels in a request object (RFC 9101, OIDF §12.1.1.1) for that
peer alone, so that nobody on the way can change or reuse it. Its signature also proves who pushes (OIDF
§12.1.1.2): one signature for a trip, either way. A peer whose metadata does not say that it reads them is
asked in the open.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Sender
from idp.peer import Peer
from idp.pen import Pen
from keys.ring import NoKey

TYP = "oauth-authz-req+jwt"
LIFETIME = 120
"""Seconds between leaving here and arriving there."""


class Asking:
    """Makes authorization requests.

    Args:
        issuer: ours; our `client_id` everywhere.
        pen: signs with the ring that signs tokens.
        outbound: pushes.
        clock: seconds since 1970.
        register: registers us at a provider that takes nobody by its chain alone (OIDF §12.2).
    """

    def __init__(
        self,
        issuer: str,
        pen: Pen,
        outbound: Sender,
        clock: Clock,
        register: Callable[[str], object] | None = None,
    ) -> None:
        self._issuer = issuer
        self._pen = pen
        self._outbound = outbound
        self._clock = clock
        self._register = register

    def address(self, peer: Peer, params: Mapping[str, str]) -> str:
        """Where to send the browser with a request.

        Args:
            params: the request, without `client_id`.

        Raises:
            Unavailable: the peer does not take it, or no key can sign just now.
        """
        endpoint = peer.endpoint("authorization_endpoint")
        if self._register is not None and _explicit_only(peer):
            self._register(peer.issuer)
        if peer.provider.get("require_pushed_authorization_requests") is True:
            shown = {"request_uri": self._pushed(peer, params)}
        elif peer.provider.get("request_parameter_supported") is True:
            # OIDC Core §6.1 wants these two outside as well; they say nothing.
            shown = {"response_type": "code", "scope": "openid", "request": self._object(peer, params)}
        else:
            shown = dict(params)
        query = urlencode({"client_id": self._issuer, **shown})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    def _object(self, peer: Peer, params: Mapping[str, str]) -> str:
        now = int(self._clock())
        typed = {name: int(value) if name == "max_age" else value for name, value in params.items()}
        claims = {
            **typed,
            "client_id": self._issuer,
            "iss": self._issuer,
            "aud": peer.issuer,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": secrets.token_urlsafe(16),
        }
        try:
            return self._pen.sign(claims, typ=TYP)
        except NoKey as error:
            raise Unavailable("keys", str(error)) from error

    def _pushed(self, peer: Peer, params: Mapping[str, str]) -> str:
        form = {"client_id": self._issuer, "request": self._object(peer, params)}
        reply = self._outbound.send(
            "POST",
            peer.endpoint("pushed_authorization_request_endpoint"),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
        )
        uri = _member(reply.body, "request_uri") if reply.status == 201 else None
        if uri is None:
            why = _member(reply.body, "error") or "no request_uri"
            raise Unavailable("peer", f"{peer.issuer} did not take a pushed request: {reply.status} {why}")
        return uri


def _explicit_only(peer: Peer) -> bool:
    types = peer.provider.get("client_registration_types_supported")
    return isinstance(types, list | tuple) and "explicit" in types and "automatic" not in types


def _member(body: bytes, name: str) -> str | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found.isprintable() else None
