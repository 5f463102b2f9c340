"""Assertion: owns `private_key_jwt` (RFC 7523 §3, tightened by RFC 10070). Does not know HTTP.

Imports keys and the store. The rules, in order:

1. signed by a key of the client, with an asymmetric algorithm (the one that it registered, if it did), `typ`
   absent, `JWT` or `client-authentication+jwt`;
2. `iss` and `sub` are the client;
3. every audience is us: our issuer, or the token endpoint, which many libraries send. Peers,
   and clients known by a trust chain (OIDF §12.1.1.2), name our issuer alone, as one string: an audience of
   somebody else's choosing is how an assertion made for one server is replayed at another;
4. `exp` is there and at most an hour away, which is what libraries send unasked; a peer's at most five
   minutes;
5. `jti` is there and was never seen: one atomic `add`, after everything else held.
"""

import hashlib
from collections.abc import Mapping
from typing import ClassVar, Protocol

from idp.client import Client
from idp.clock import Clock
from idp.oauth.partykeys import PartyKeys
from keys import jose

ALGS = ("ES256", "RS256", "PS256")
_LONGEST = 3600
_LONGEST_OF_A_PEER = 300
_LEEWAY = 10
_TYPES = ("JWT", "client-authentication+jwt")
_JTI = 256


class Seen(Protocol):
    """The one verb of the store that a replay guard needs."""

    def add(self, key: str, value: bytes, ttl: int) -> bool: ...


class Assertions:
    """Judges client assertions.

    Args:
        issuer: ours.
        token_endpoint: ours.
        store: remembers every `jti` until its assertion has expired.
        keys: of clients.
        clock: seconds since 1970.
    """

    TYPE: ClassVar[str] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    def __init__(
        self, *, issuer: str, token_endpoint: str, store: Seen, keys: PartyKeys, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._token_endpoint = token_endpoint
        self._store = store
        self._keys = keys
        self._clock = clock

    def claimed(self, assertion: str) -> str:
        """Return the client an assertion says it is of, unverified: to find the keys that judge it."""
        try:
            return str(jose.peek(assertion).sub or "")
        except jose.JoseError:
            return ""

    def key_named(self, assertion: str) -> str:
        """Return the key that a verified assertion names, or nothing."""
        return jose.peek(assertion).kid or ""

    def refusal(self, client: Client, assertion: str) -> str | None:
        """Return why an assertion does not prove the client, for the log; None: it does."""
        now = self._clock()
        registered = client.extra.get("token_endpoint_auth_signing_alg")
        try:
            claims = jose.verify(
                assertion,
                self._keys.of(client, jose.peek(assertion).kid),
                algs=[alg for alg in ALGS if registered in (None, alg)],
                # Common libraries of relying parties write no type; peers are held to one (RFC 8725 §3.11).
                typ=_TYPES if client.peer else (None, *_TYPES),
                issuer=client.client_id,
                audience=self._issuer if client.strict else (self._issuer, self._token_endpoint),
                now=now,
                leeway=_LEEWAY,
                require=("exp",),
            )
        except jose.JoseError as error:
            return f"assertion: {error.reason}"
        return self._misfit(client, claims, now) or self._replay(client, claims)

    def _misfit(self, client: Client, claims: Mapping[str, object], now: float) -> str | None:
        expires, jti = claims["exp"], claims.get("jti")
        if claims.get("sub") != client.client_id:
            return "assertion: sub"
        if client.strict and not isinstance(claims["aud"], str):
            return "assertion: aud"
        longest = _LONGEST_OF_A_PEER if client.peer else _LONGEST
        if not isinstance(expires, int | float) or expires > now + longest + _LEEWAY:
            return "assertion: lives too long"
        if not isinstance(jti, str) or len(jti) > _JTI:
            return "assertion: jti"
        return None

    def _replay(self, client: Client, claims: Mapping[str, object]) -> str | None:
        name = hashlib.sha256(f"{client.client_id}\0{claims['jti']}".encode()).hexdigest()
        # Held as long as `_misfit` and `verify` could let it pass again.
        fresh = self._store.add(f"jti:{name}", b"1", _LONGEST + 3 * _LEEWAY)
        return None if fresh else "assertion: replayed"
