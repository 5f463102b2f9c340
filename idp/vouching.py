"""Vouching: owns the judgement of what another identity provider says of somebody. Does not fetch tokens.

An ID token of a peer becomes a `Citizen` only when every check of OIDC Core §3.1.3.7 holds and the peer may
speak for that region. Level, methods and time are taken over unchanged and never raised (I10). Imports
assurance, keys, levels, peers.
"""

from collections.abc import Mapping

from idp import levels
from idp.citizen import Citizen
from idp.clock import Clock
from idp.peer import Peer
from idp.peers import Peers
from idp.trusting.assurance import Assurance, TooMuch
from keys.jose import JoseError, peek, verify

REQUIRED = ("exp", "iat", "sub", "nonce", "sid", "auth_time", "acr")


SKEW = 60
"""Seconds by which the clock of somebody's home may be ahead of ours."""


class NotOurs(Exception):
    """An answer of a peer that does not fit what was asked: refused, whatever it says."""


class Vouching:
    """Judges ID tokens of peers.

    Args:
        issuer: ours, the only audience.
        region: our GB/T 2260 code, or None.
        namespace: of the acr ladder.
        assurance: judges what peers known by chain may assert; None where no anchor is pinned.
    """

    def __init__(
        self,
        *,
        issuer: str,
        region: str | None,
        namespace: str,
        peers: Peers,
        clock: Clock,
        assurance: Assurance | None = None,
    ) -> None:
        self._issuer = issuer
        self._region = region
        self._namespace = namespace
        self._peers = peers
        self._clock = clock
        self._assurance = assurance

    def claims(self, peer: Peer, token: str, *, nonce: str) -> Mapping[str, object]:
        """The claims of an ID token that this peer signed for us, in answer to this `nonce`.

        Raises:
            NotOurs: it does not verify.
        """
        now = self._clock()
        jwks = peer.jwks()
        try:
            if peek(token).kid not in {key.get("kid") for key in _keys(jwks)}:
                jwks = self._peers.get(peer.issuer, fresh=True).jwks()
            claims = verify(
                token,
                jwks,
                algs=("ES256",),
                typ=("JWT",),
                issuer=peer.issuer,
                audience=self._issuer,
                now=now,
                require=REQUIRED,
            )
        except JoseError as error:
            raise NotOurs(f"id_token: {error.reason}") from error
        if claims["nonce"] != nonce:
            raise NotOurs("nonce")
        return claims

    def citizen(self, peer: Peer, claims: Mapping[str, object]) -> Citizen:
        """Whom verified claims are about.

        Raises:
            NotOurs: the peer may not speak for that region or assert so much, or a claim is missing.
            Unavailable: whether a chain leads to the person's home cannot be found out.
        """
        region = text(claims, "home_region")
        if peer.region is not None and region != peer.region:
            raise NotOurs("a region vouches for a citizen of another one")
        if region == self._region:
            raise NotOurs("a peer vouches for a citizen of our own region")
        now, auth_time = self._clock(), number(claims, "auth_time")
        if auth_time > now + SKEW:
            raise NotOurs("auth_time is still to come")
        if number(claims, "session_expiry") <= now:
            raise NotOurs("session_expiry is past")
        rl, step = self._level(claims)
        origin = text(claims, "idp")
        self._check_assurance(peer, origin=origin, region=region, rl=rl, step=step)
        amr = claims.get("amr")
        return Citizen(
            source=peer.issuer,
            local_id=text(claims, "sub"),
            rl=rl,
            acr=step,
            amr=tuple(str(one) for one in amr) if isinstance(amr, list | tuple) else (),
            auth_time=auth_time,
            idp=origin,
            home_region=region,
        )

    def _check_assurance(self, peer: Peer, *, origin: str, region: str, rl: int, step: str) -> None:
        """Who is known by chain is held to it: where the person authenticated, and whoever passes that on."""
        one = self._peers.known(peer.issuer)
        if self._assurance is None or (one is not None and one.jwks is not None):
            return
        try:
            self._assurance.check(vouching=peer.issuer, origin=origin, region=region, rl=rl, step=step)
        except TooMuch as error:
            raise NotOurs(str(error)) from error

    def _level(self, claims: Mapping[str, object]) -> tuple[int, str]:
        """Identity level and acr step; the step cannot be one that nobody of this level reaches (I10)."""
        rl, step = number(claims, "rl"), levels.step(text(claims, "acr"), self._namespace)
        if step is None:
            raise NotOurs("acr is not of our ladder")
        if not 1 <= rl <= 5:
            raise NotOurs("rl is not an identity level")
        if not levels.meets(levels.reached(rl, levels.Al.AL3), (step,)):
            raise NotOurs("acr says more than rl")
        return rl, step


def _keys(jwks: Mapping[str, object]) -> list[dict[str, object]]:
    keys = jwks.get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def text(claims: Mapping[str, object], name: str) -> str:
    """A claim that must be a string with something in it."""
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise NotOurs(f"{name} is missing")
    return value


def number(claims: Mapping[str, object], name: str) -> int:
    """A claim that must be a whole number."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotOurs(f"{name} is missing")
    return value
