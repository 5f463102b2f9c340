"""Readers: owns recognising who reads our keys, by a client assertion that came along. Imports peers, client,
lookout, keys.

Nobody needs to say who they are, and what is published is the same for all: an assertion that does not hold
is a fetch by anybody. So that it costs little whoever sends it, nothing is fetched for it (the reader's keys
must be at hand), at most one signature a second is checked for each name, and ten new names a second are
looked up for all together. The assertion is that of RFC 7523 §3 (`oauth/assertion.py`), five minutes at most.
"""

import threading
from collections.abc import Callable, Collection, Mapping

from idp.client import Client
from idp.clock import Clock
from idp.errors import Unavailable
from idp.lookout import Lookout
from idp.oauth.assertion import ALGS
from idp.peers import Peers
from keys import jose
from keys.evidence import ObserverKind

AGAIN = 1.0
"""Seconds between two signatures of one name that are checked."""

STRANGER = 0.1
"""Seconds between two names that are looked up for the first time."""

_LONGEST, _LEEWAY, _JTI = 300, 10, 256
_PEER_TYPES: tuple[str | None, ...] = ("JWT", "client-authentication+jwt")
_TYPES: Mapping[ObserverKind, tuple[str | None, ...]] = {"peer": _PEER_TYPES, "client": (None, *_PEER_TYPES)}

_Known = tuple[ObserverKind, Mapping[str, object]]


class Readers:
    """Tells the lookout who has been given which keys.

    Args:
        issuer: ours.
        peers: of whom some were read already.
        registered: finds a client that is registered here.
    """

    def __init__(
        self,
        *,
        issuer: str,
        peers: Peers,
        registered: Callable[[str], Client | None],
        lookout: Lookout,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._peers = peers
        self._registered = registered
        self._lookout = lookout
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[str | None, float] = {}
        self._used: dict[str, dict[str, float]] = {}

    def fetched(self, kids: Collection[str], shown: str | None) -> None:
        """Our keys were read.

        Args:
            shown: the `Authorization` header of the request.
        """
        self._lookout.fetched(kids, self._reader(shown) if shown else None)

    def _reader(self, shown: str) -> tuple[str, ObserverKind] | None:
        scheme, _, token = shown.partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            claimed, now = jose.peek(token).iss, self._clock()
            if not claimed or not self._admitted(claimed, now):
                return None
            known = self._known(claimed)
            return (claimed, known[0]) if known and self._holds(token, claimed, known, now) else None
        except (jose.JoseError, Unavailable):
            return None

    def _admitted(self, claimed: str, now: float) -> bool:
        """Whether it may cost anything to look closer."""
        with self._lock:
            own = claimed in self._last or self._peers.known(claimed) is not None
            name, pause = (claimed, AGAIN) if own else (None, STRANGER)
            if 0 <= now - self._last.get(name, float("-inf")) < pause:
                return False
            self._last[name] = now
            return True

    def _known(self, claimed: str) -> _Known | None:
        found: _Known | None = None
        if self._peers.known(claimed) is not None:
            peer = self._peers.at_hand(claimed)
            jwks = peer.party.get("jwks") if peer is not None else None
            found = ("peer", jwks) if isinstance(jwks, dict) else None
        else:
            client = self._registered(claimed)
            if client is not None and client.auth_method == "private_key_jwt" and client.jwks is not None:
                found = ("client", client.jwks)
        if found is not None:
            with self._lock:
                self._last.setdefault(claimed, self._clock())  # from now on it has a turn of its own
        return found

    def _holds(self, token: str, claimed: str, known: _Known, now: float) -> bool:
        kind, jwks = known
        claims = jose.verify(
            token,
            jwks,
            algs=ALGS,
            typ=_TYPES[kind],
            issuer=claimed,
            audience=self._issuer,
            now=now,
            leeway=_LEEWAY,
            require=("exp", "sub", "jti"),
        )
        expires, jti = float(str(claims["exp"])), str(claims["jti"])
        if claims["sub"] != claimed or expires > now + _LONGEST + _LEEWAY or len(jti) > _JTI:
            return False
        return self._first_use(claimed, jti, now)

    def _first_use(self, claimed: str, jti: str, now: float) -> bool:
        # In this process only: a second sight elsewhere within minutes makes nothing of it that was not so.
        with self._lock:
            used = {name: until for name, until in self._used.get(claimed, {}).items() if until > now}
            self._used[claimed] = used
            if jti in used:
                return False
            used[jti] = now + _LONGEST + 3 * _LEEWAY
            return True
