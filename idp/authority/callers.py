"""Callers: owns who asks at our federation endpoints, where they say so (OIDF §8.8). Imports keys, the store.

1. `private_key_jwt`: signed with the caller's *federation* key, asymmetric, of a lawful type;
2. `iss` and `sub` are the caller, and `client_id` too where it is sent;
3. the audience is our entity identifier and nothing else: an assertion for somebody else is not for us;
4. `exp` is at most an hour away, `jti` is there and was never seen.

The caller's keys must be at hand: a subordinate's, or those of a chain that was evaluated before. Nothing is
fetched for a name that anybody can write into an assertion.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from federation.statement import ALGS
from idp.clock import Clock
from keys import jose

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPES = (None, "JWT", "client-authentication+jwt")

_LONGEST, _LEEWAY, _JTI = 3600, 10, 256


class Seen(Protocol):
    """The one verb of the store that a replay guard needs."""

    def add(self, key: str, value: bytes, ttl: int) -> bool: ...


class NotProven(Exception):
    """The caller did not prove who it is; the text is for the log."""


class Callers:
    """Recognises entities.

    Args:
        entity_id: ours.
        jwks: the federation keys of an entity as far as they are at hand, or None.
        store: remembers every `jti`.
    """

    def __init__(
        self,
        *,
        entity_id: str,
        jwks: Callable[[str], Mapping[str, object] | None],
        store: Seen,
        clock: Clock,
    ) -> None:
        self._entity_id = entity_id
        self._jwks = jwks
        self._store = store
        self._clock = clock

    def recognise(self, assertion: str, *, kind: str, client_id: str | None = None) -> str:
        """The entity that asks.

        Args:
            kind: what was sent as `client_assertion_type`.

        Raises:
            NotProven: it is not proven.
            Unavailable: `store` or `records`.
        """
        if kind != TYPE:
            raise NotProven("another kind of assertion")
        try:
            claimed = jose.peek(assertion).iss
            jwks = self._jwks(claimed) if claimed else None
            if claimed is None or jwks is None:
                raise NotProven("keys of the caller are not at hand")
            claims = self._verified(assertion, claimed, jwks)
        except jose.JoseError as error:
            raise NotProven(f"assertion: {error.reason}") from error
        self._check(claims, claimed, client_id)
        return claimed

    def _verified(self, assertion: str, claimed: str, jwks: Mapping[str, object]) -> Mapping[str, object]:
        return jose.verify(
            assertion,
            jwks,
            algs=ALGS,
            typ=TYPES,
            issuer=claimed,
            audience=self._entity_id,
            now=self._clock(),
            leeway=_LEEWAY,
            require=("exp", "sub", "jti"),
        )

    def _check(self, claims: Mapping[str, object], claimed: str, client_id: str | None) -> None:
        expires, jti = claims["exp"], str(claims["jti"])
        if claims["sub"] != claimed or client_id not in (None, claimed):
            raise NotProven("assertion: sub")
        if not isinstance(claims["aud"], str):
            raise NotProven("assertion: aud")
        if not isinstance(expires, int) or expires > self._clock() + _LONGEST + _LEEWAY:
            raise NotProven("assertion: lives too long")
        name = hashlib.sha256(f"{claimed}\0{jti}".encode()).hexdigest()
        if len(jti) > _JTI or not self._store.add(f"jti:{name}", b"1", _LONGEST + 3 * _LEEWAY):
            raise NotProven("assertion: replayed")
