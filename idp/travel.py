"""Travel: owns the trip to another identity provider and what comes back. Does not know pages or sessions'
storage.

We are the relying party here: code flow with PKCE (RFC 7636), signed requests (`asking`), `state`, `nonce`,
`iss` (RFC 9207) and private_key_jwt (RFC 7523). What the peer says of level, methods and time is taken over
unchanged and never raised (I10).
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from idp.asking import Asking
from idp.badge import Badge
from idp.citizen import Citizen
from idp.claims import BY_SCOPE
from idp.clock import Clock
from idp.errors import Unavailable
from idp.lookout import Lookout
from idp.outbound import Reply, Sender
from idp.peer import Peer
from idp.peers import Peers
from idp.pen import Pen
from idp.session import Upstream
from idp.visit import Visit, Visits
from idp.vouching import NotOurs, Vouching, number, text

PROFILE = frozenset(name for names in BY_SCOPE.values() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a peer vouched for.

    Attributes:
        citizen: without claims.
        upstream: the session there.
        until: when that session ends, seconds.
        claims: what was fetched for this request; passed on, never stored with the session.
    """

    citizen: Citizen
    upstream: Upstream
    until: int
    claims: Mapping[str, object]


class Travel:
    """Sends browsers to peers and redeems what they bring back.

    Args:
        issuer: ours; our `client_id` everywhere.
        vouching: judges what they bring.
        pen: signs with the `oidc` ring.
        lookout: told that a peer has verified what we signed.
        register: registers us at a peer that takes nobody by its chain alone.
    """

    def __init__(
        self,
        *,
        issuer: str,
        peers: Peers,
        vouching: Vouching,
        visits: Visits,
        outbound: Sender,
        pen: Pen,
        lookout: Lookout,
        clock: Clock,
        register: Callable[[str], object] | None = None,
    ) -> None:
        self._issuer = issuer
        self._peers = peers
        self._vouching = vouching
        self._visits = visits
        self._outbound = outbound
        self._badge = Badge(issuer, pen, clock)
        self._asking = Asking(issuer, pen, outbound, clock, register)
        self._lookout = lookout
        self._clock = clock
        self.redirect_uri = issuer.removesuffix("/") + "/arrive"

    def leave(
        self,
        issuer: str,
        *,
        browser: str,
        silent: bool,
        renew: bool = False,
        scopes: tuple[str, ...] = ("openid",),
        asked: Mapping[str, str] | None = None,
        login_id: str | None = None,
        return_to: str | None = None,
    ) -> str:
        """Begin a trip.

        Args:
            browser: hash of the cookie of the browser that leaves.
            silent: with `prompt=none`.
            renew: the person must authenticate anew: `prompt=login` travels to where the password is.
            asked: parameters of the request that waits which travel along (`max_age`, `acr_values`,
                `ui_locales`).

        Returns:
            The address to send the browser to.

        Raises:
            Unavailable: the peer is not known or does not take a request, or no key can sign.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        peer = self._peers.get(issuer)
        visit = Visit(
            issuer=issuer,
            browser=browser,
            nonce=nonce,
            verifier=verifier,
            silent=silent,
            scopes=scopes,
            sent=int(self._clock()),
            login_id=login_id,
            return_to=return_to,
        )
        self._visits.keep(state, visit)
        params = {**self._request(visit, state), **(asked or {})}
        if silent or renew:
            params["prompt"] = "none" if silent else "login"
        return self._asking.address(peer, params)

    def _request(self, visit: Visit, state: str) -> dict[str, str]:
        return {
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(visit.scopes),
            "state": state,
            "nonce": visit.nonce,
            "code_challenge": _challenge(visit.verifier),
            "code_challenge_method": "S256",
        }

    def redeem(self, visit: Visit, code: str) -> Arrival:
        """Exchange the code and judge what comes back (OIDC Core §3.1.3.7).

        Raises:
            NotOurs: signature, `iss`, `aud`, `nonce`, `alg`, `sid`, times or region do not fit.
            Unavailable: the peer does not answer.
        """
        peer = self._peers.get(visit.issuer)
        tokens = self._token(peer, visit, code)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise NotOurs("no id_token")
        claims = self._vouching.claims(peer, id_token, nonce=visit.nonce)
        citizen = self._vouching.citizen(peer, claims)
        return Arrival(
            citizen=citizen,
            upstream=Upstream(issuer=peer.issuer, sid=text(claims, "sid"), id_token=id_token),
            until=number(claims, "session_expiry"),
            claims=self._userinfo(peer, visit, tokens, subject=citizen.local_id),
        )

    def _token(self, peer: Peer, visit: Visit, code: str) -> Mapping[str, object]:
        assertion = self._badge.assertion(peer.issuer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": visit.verifier,
            "client_id": self._issuer,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        reply = self._outbound.send(
            "POST",
            peer.endpoint("token_endpoint"),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
        )
        tokens = _json(reply, "token endpoint")
        self._lookout.accepted(assertion, peer.issuer, "peer")
        return tokens

    def _userinfo(
        self, peer: Peer, visit: Visit, tokens: Mapping[str, object], *, subject: str
    ) -> Mapping[str, object]:
        if set(visit.scopes) == {"openid"}:
            return {}
        reply = self._outbound.send(
            "GET",
            peer.endpoint("userinfo_endpoint"),
            headers={"Authorization": f"Bearer {tokens.get('access_token')}", "Accept": "application/json"},
            body=None,
        )
        claims = _json(reply, "userinfo endpoint")
        if claims.get("sub") != subject:
            raise NotOurs("userinfo is about somebody else (OIDC Core §5.3.2)")
        return {name: value for name, value in claims.items() if name in PROFILE}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _json(reply: Reply, what: str) -> Mapping[str, object]:
    if reply.status >= 500:
        raise Unavailable("peer", f"{what} answered {reply.status}")
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise NotOurs(f"{what} did not answer JSON") from error
    if reply.status != 200 or not isinstance(value, dict):
        raise NotOurs(f"{what} refused: {value.get('error') if isinstance(value, dict) else reply.status}")
    return value
