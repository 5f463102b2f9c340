"""Vouching: owns the judgement of what another identity provider says of somebody. Does not fetch tokens.

An ID token of a peer becomes a `Citizen` only when every check of OIDC Core §3.1.3.7 holds and the peer may
speak for that region. Level, methods and time are taken over unchanged and never raised (I10). Imports keys,
levels, peers.
"""

from collections.abc import Mapping

from idp import levels
from idp.citizen import Citizen
from idp.clock import Clock
from idp.peers import Peer, Peers
from keys.jose import JoseError, peek, verify

REQUIRED = ("exp", "iat", "sub", "nonce", "sid", "auth_time", "acr")


class NotOurs(Exception):
    """An answer of a peer that does not fit what was asked: refused, whatever it says."""


class Vouching:
    """Judges ID tokens of peers.

    Args:
        issuer: ours, the only audience.
        region: our GB/T 2260 code, or None.
        namespace: of the acr ladder.
    """

    def __init__(
        self, *, issuer: str, region: str | None, namespace: str, peers: Peers, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._region = region
        self._namespace = namespace
        self._peers = peers
        self._clock = clock

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
                typ=("JWT", None),
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
            NotOurs: the peer may not speak for that region, or a claim is missing.
        """
        region = text(claims, "home_region")
        if peer.region is not None and region != peer.region:
            raise NotOurs("a region vouches for a citizen of another one")
        if region == self._region:
            raise NotOurs("a peer vouches for a citizen of our own region")
        amr = claims.get("amr")
        step = levels.step(text(claims, "acr"), self._namespace)
        if step is None:
            raise NotOurs("acr is not of our ladder")
        return Citizen(
            source=peer.issuer,
            local_id=text(claims, "sub"),
            rl=number(claims, "rl"),
            acr=step,
            amr=tuple(str(one) for one in amr) if isinstance(amr, list | tuple) else (),
            auth_time=number(claims, "auth_time"),
            idp=text(claims, "idp"),
            home_region=region,
        )


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
