"""Signedsets: owns the key sets that entities publish signed, at an address of their own (OIDF §5.2.1). Does
not know clients. Imports keys, federation, errors.

Whose signature it must be is what the entity's immediate superior states of its federation keys, at that
moment: a key that the entity lists and nobody has certified yet signs nothing.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from federation.bounded import Bounded
from federation.chain import TrustChain
from federation.statement import ALGS
from idp.clock import Clock
from idp.errors import Unavailable
from keys.jose import STATEMENT, JoseError, verify
from keys.remote import Fetcher, KeysUnavailable, RemoteKeys

_REMEMBERED = 4096


class Finds(Protocol):
    """Whoever says whom a chain leads to."""

    def find(self, entity_id: str) -> TrustChain | None: ...


class SignedSets:
    """Signed key sets of entities, cached as plain ones are.

    Args:
        trust: whom chains lead to.
        fetcher: reaches other hosts.
        clock: seconds since 1970.
    """

    def __init__(self, trust: Finds, fetcher: Fetcher, clock: Clock) -> None:
        self._trust = trust
        self._fetcher = fetcher
        self._clock = clock
        self._sets: Bounded[tuple[str, str], RemoteKeys] = Bounded(_REMEMBERED)
        self._lock = threading.Lock()

    def __call__(self, entity_id: str, url: str, kid: str | None) -> Mapping[str, object]:
        """The keys in the signed set of this entity.

        Raises:
            Unavailable: there is none that its federation keys signed.
        """
        with self._lock:
            remote = self._sets.get((entity_id, url))
            if remote is None:
                reader = _Opened(entity_id, self._trust, self._fetcher, self._clock)
                remote = RemoteKeys(url, reader, self._clock)
                self._sets.put((entity_id, url), remote)
        try:
            return remote.jwks(kid)
        except KeysUnavailable as error:
            raise Unavailable("client keys", str(error)) from error


@dataclass(frozen=True, slots=True)
class _Opened:
    """Reads a signed set as the plain one that is in it."""

    entity_id: str
    trust: Finds
    fetcher: Fetcher
    clock: Clock

    def get(self, url: str, *, limit: int) -> bytes:
        token = self.fetcher.get(url, limit=limit).decode("ascii", "replace").strip()
        chain = self.trust.find(self.entity_id)
        if chain is None:
            raise JoseError("key", "nobody vouches for the keys that must have signed")
        claims = verify(
            token,
            chain.jwks,
            algs=ALGS,
            typ=("jwk-set+jwt",),
            issuer=self.entity_id,
            audience=None,
            now=self.clock(),
            require=("keys", "sub"),
            limits=STATEMENT,
        )
        if claims["sub"] != self.entity_id:
            raise JoseError("sub", "the keys of somebody else")
        return json.dumps({"keys": claims["keys"]}).encode()
