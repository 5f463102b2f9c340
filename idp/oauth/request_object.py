"""Request object: owns reading signed authorization requests (RFC 9101, OIDC Core §6, OIDF §12.1.1.1). Does
not know HTTP, or what the parameters mean.

Imports keys and the client. The rules, in order; nothing of an object is believed before the second holds:

1. `typ` is `oauth-authz-req+jwt`; ordinary clients may also send `JWT` or none, as OIDC libraries do;
2. signed by a key of the client, with the algorithm that it registered, if it did;
3. `iss` is the client, `aud` our issuer and nobody else's;
4. `exp` is there and at most an hour away; `iat`, where there is one, is past, and not older than that;
5. `sub` is absent: with it, the object could pass as a client assertion (RFC 9101 §10.8);
6. `jti` is there: whoever takes the object remembers it (`once`);
7. `client_id` is the client;
8. no request object within (RFC 9101 §4), and no parameter that we read in a form that none has.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.client import Client, Introduction
from idp.clock import Clock
from idp.oauth.asked import PARAMETERS, Unlawful
from idp.oauth.assertion import ALGS
from idp.oauth.once import Once, once
from idp.oauth.partykeys import PartyKeys
from keys import jose
from keys.jose import ChainHeader

TYP = "oauth-authz-req+jwt"
CHAINS: tuple[ChainHeader, ...] = ("trust_chain", "peer_trust_chain")
LONGEST = 3600
"""Seconds to come for which an object may be good."""

_LEEWAY = 10
_JTI = 256
_WITHIN = ("request", "request_uri")
_ENVELOPE = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})
_FORM = "it is not a signed JWT in strict form"
_WHY = {
    "typ": f"its typ is not {TYP}",
    "alg": "it is not signed, or with an algorithm that the client is not registered with",
    "kid": "its kid names no key of the client",
    "key": "the client has no key for its algorithm",
    "signature": "its signature does not match the client's key",
    "iss": "its iss is not the client_id",
    "aud": "its aud is not this issuer alone",
    "exp": "its exp is missing, past, or more than an hour away",
    "iat": "its iat is in the future or too long ago",
    "nbf": "its nbf is in the future",
    "sub": "it has a sub, which a request object must not have",
    "jti": "its jti is missing or too long",
    "size": "it is too long",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request object that holds.

    Attributes:
        params: the authorization request in it.
        once: its `jti`.
    """

    params: Mapping[str, str]
    once: Once


class RequestObjects:
    """Reads request objects.

    Args:
        issuer: ours, the only audience.
        keys: of clients.
        clock: seconds since 1970.
    """

    def __init__(self, *, issuer: str, keys: PartyKeys, clock: Clock) -> None:
        self._issuer = issuer
        self._keys = keys
        self._clock = clock

    def read(self, client: Client, token: str) -> Opened:
        """The authorization request in an object that this client signed.

        Raises:
            Unlawful: `invalid_request_object`, with what is wrong.
            idp.errors.Unavailable: the client's keys cannot be had.
        """
        now = self._clock()
        try:
            claims = self._verified(client, token, now)
        except jose.JoseError as error:
            raise _unlawful(_WHY.get(error.reason, _FORM)) from None
        expires, jti = claims["exp"], claims["jti"]
        if not isinstance(expires, int) or expires > now + LONGEST + _LEEWAY:
            raise _unlawful(_WHY["exp"])
        issued = claims.get("iat", now)
        if not isinstance(issued, int | float) or issued < now - LONGEST - _LEEWAY:
            raise _unlawful(_WHY["iat"])
        if not isinstance(jti, str) or len(jti) > _JTI:
            raise _unlawful(_WHY["jti"])
        if claims.get("client_id") != client.client_id:
            raise _unlawful("its client_id is not that of the request")
        used = once(client.client_id, jti, seconds=expires - now + _LEEWAY)
        return Opened(params=_params(claims), once=used)

    def introduction(self, client_id: str, token: str) -> Introduction:
        """What an object has to get to know its client by; unverified but for what costs nothing: a stranger
        whose object is not even meant for us is not looked for.

        Raises:
            Unlawful: `invalid_request_object`.
        """
        try:
            head = jose.peek(token, limits=jose.STATEMENT, headers=CHAINS)
        except jose.JoseError as error:
            raise _unlawful(_WHY.get(error.reason, _FORM)) from None
        if head.iss != client_id:
            raise _unlawful(_WHY["iss"])
        if head.claims.get("aud") not in (self._issuer, [self._issuer]):
            raise _unlawful(_WHY["aud"])
        return Introduction(trust_chain=head.trust_chain, peer_trust_chain=head.peer_trust_chain)

    def _verified(self, client: Client, token: str, now: float) -> Mapping[str, object]:
        kid = jose.peek(token, limits=jose.STATEMENT, headers=CHAINS).kid
        registered = client.extra.get("request_object_signing_alg")
        claims = jose.verify(
            token,
            self._keys.of(client, kid),
            algs=[alg for alg in ALGS if registered in (None, alg)],
            typ=(TYP,) if client.strict else (None, "JWT", TYP),
            issuer=client.client_id,
            audience=self._issuer,
            now=now,
            leeway=_LEEWAY,
            require=("exp", "jti"),
            limits=jose.STATEMENT,
            headers=CHAINS,
        )
        if "sub" in claims:
            raise jose.JoseError("sub")
        return claims


def _params(claims: Mapping[str, object]) -> Mapping[str, str]:
    """Rule 8. Numbers are numbers in JSON (RFC 9101 §4), and text in a request."""
    if any(name in claims for name in _WITHIN):
        raise _unlawful("it has a request object of its own")
    params: dict[str, str] = {}
    for name, value in claims.items():
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            params[name] = str(value)
        elif name in PARAMETERS:
            raise _unlawful(f"its {name} has a form that the parameter never has")
    return {name: value for name, value in params.items() if name not in _ENVELOPE and value}


def _unlawful(why: str) -> Unlawful:
    return Unlawful("invalid_request_object", f"the request object is refused: {why}")
