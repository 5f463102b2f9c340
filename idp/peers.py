"""Peers: owns what we know of other identity providers. Does not travel or sign. Imports peer, pinned,
chained, homes, pulse.

A peer is named in the settings, or is one of the federation's home regions. What it says of itself is
believed because its federation keys were handed to us (`pinned`), or because a trust chain leads to it
(`chained`); the verbs are the same. Whatever a pinned peer answers, the last configuration that was good
serves until it expires.
"""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence

from idp.chained import Chained
from idp.clock import Clock
from idp.distinct import Distinct
from idp.errors import Unavailable
from idp.introduced import Introduced
from idp.peer import Acquaintance, Peer
from idp.pinned import Pinned
from idp.pulse import Fetcher, Pulse
from idp.trusting.homes import Homes
from idp.trusting.trust import Trust

REFRESH = 60
"""Seconds after which a pinned peer's configuration is read again."""

UNKNOWN = 60.0
"""Seconds between two readings of a peer that unknown keys ask for: anybody can make up the name of a key."""

PAUSE = 3.0
"""Seconds for which a peer that could not be read, and never was, is not asked again."""


class Peers:
    """The peers of this node.

    Args:
        acquaintances: from settings.
        fetcher: reads configurations and health.
        introduced: knows which federation keys of theirs are believed by now.
        badge: what says to a peer that we are the one who reads it.
        trust: whom chains lead to; None where no anchor is pinned.
        homes: the home regions of the federation, for a node that leads to them.
        standing: whether a chain leads to ourselves; whoever is suspended sends nobody elsewhere.
    """

    def __init__(
        self,
        acquaintances: Sequence[Acquaintance],
        fetcher: Fetcher,
        clock: Clock,
        introduced: Introduced,
        badge: Callable[[str], Mapping[str, str]] | None = None,
        *,
        trust: Trust | None = None,
        homes: Homes | None = None,
        standing: Callable[[], bool] = lambda: True,
    ) -> None:
        self._known = {one.issuer: one for one in acquaintances}
        self._fetcher = fetcher
        self._clock = clock
        self._peers: dict[str, tuple[float, Peer]] = {}
        self._failed: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        distinct = Distinct({one.issuer: one.jwks for one in acquaintances if one.jwks is not None})
        self._pinned = Pinned(fetcher, introduced, distinct, badge)
        self._chained = Chained(trust, distinct, clock) if trust is not None else None
        self._homes = homes
        self._standing = standing
        self._reading = {issuer: threading.Lock() for issuer in self._known}
        self._pulses: dict[str, Pulse] = {}

    def known(self, issuer: str) -> Acquaintance | None:
        """Whether we know this issuer at all."""
        return self._known.get(issuer) or self._found().get(issuer)

    def at_hand(self, issuer: str) -> Peer | None:
        """The peer as it was read last, if that has not expired; never fetches anything."""
        one = self._known.get(issuer) or self._found().get(issuer)
        if one is not None and one.jwks is None:
            return self._chained.at_hand(one) if self._chained is not None else None
        _, peer = self._peers.get(issuer, (0.0, None))
        return peer if peer is not None and self._clock() < peer.expires else None

    def regions(self) -> tuple[Acquaintance, ...]:
        """The peers that are somebody's home region."""
        several = (*self._found().values(), *self._known.values())
        homes = {one.region: one for one in several if one.region is not None}
        return tuple(homes.values())

    def beyond(self) -> str | None:
        """The issuer through which other regions are reached, if there is one."""
        return next((one.issuer for one in self._known.values() if one.region is None), None)

    def get(self, issuer: str, *, fresh: bool = False) -> Peer:
        """The verified peer; its last good configuration serves while it does not answer, until that expires.

        Args:
            fresh: an unknown key was seen: read it again now, though at most once a minute.

        Raises:
            Unavailable: it is not known, does not answer, or its configuration does not verify.
        """
        one = self.known(issuer)
        if one is None:
            raise Unavailable("peer", f"{issuer} is not a peer")
        if one.jwks is None:
            return self._by_chain(one, fresh=fresh)
        now = self._clock()
        entry = self._peers.get(issuer)
        at, peer = entry or (0.0, None)
        good = peer if peer is not None and now < peer.expires else None
        asked = fresh and now != at and not 0 <= now - self._asked.get(issuer, -UNKNOWN) < UNKNOWN
        if good is not None and not asked and at <= now < at + _again(at, good):
            return good
        reading = self._reading[issuer]
        if not reading.acquire(blocking=asked or good is None) and good is not None:
            return good  # somebody reads it already
        try:
            peer = self._refresh(one, now, entry)
            if asked:
                # Only now: whoever saw the same key meanwhile waits for this reading, not does without.
                self._asked[issuer] = now
            return peer
        finally:
            reading.release()

    def visit(self) -> None:
        """Read every peer again whose turn it is: a peer that changes its keys must be seen while those
        before are alive, also when nobody travels there.

        Nobody waits for this, and a failure is held against nobody: somebody may travel there a moment later.
        """
        if self._homes is not None:
            self._homes.visit()
        for issuer, one in self._known.items():
            now, entry = self._clock(), self._peers.get(issuer)
            if entry is not None and entry[0] <= now < entry[0] + _again(*entry):
                continue
            with contextlib.suppress(Unavailable):
                if one.jwks is None:
                    self._by_chain(one, fresh=False)
                    continue
                peer = self._pinned.read(one, one.jwks, now)
                if self._peers.get(issuer) is entry:
                    self._peers[issuer] = (now, peer)

    def up(self, issuer: str) -> bool:
        """Whether anybody can be sent there: we are in good standing, and its health probe succeeds; an
        unknown issuer is never asked."""
        one = self.known(issuer)
        if one is None or (one.jwks is None and not self._standing()):
            return False
        return self._pulses.setdefault(issuer, Pulse(issuer, self._fetcher, self._clock)).up()

    def seen_down(self, issuer: str) -> bool:
        """Whether the last probe failed; asks nobody."""
        return issuer in self._pulses and self._pulses[issuer].seen_down

    def _found(self) -> Mapping[str, Acquaintance]:
        return self._homes.known() if self._homes is not None else {}

    def _by_chain(self, one: Acquaintance, *, fresh: bool) -> Peer:
        if self._chained is None:
            raise Unavailable("peer", f"{one.issuer} needs a chain, and no anchor is pinned")
        return self._chained.get(one, fresh=fresh)

    def _refresh(self, one: Acquaintance, now: float, entry: tuple[float, Peer] | None) -> Peer:
        current = self._peers.get(one.issuer)
        last = current[1] if current is not None else None
        if last is not None and current is not entry:
            return last  # somebody read it while we waited for our turn
        if now < self._failed.get(one.issuer, float("-inf")) + PAUSE:
            raise Unavailable("peer", f"{one.issuer} did not answer just now")
        try:
            peer = self._pinned.read(one, one.jwks or {}, now)
        except Unavailable:
            if last is None or now >= last.expires:
                self._failed[one.issuer] = now
                raise
            peer = last
        self._peers[one.issuer] = (now, peer)
        return peer


def _again(at: float, peer: Peer) -> float:
    """Seconds after which a peer is read again: a minute, and never later than half of its configuration's
    life."""
    return min(REFRESH, (peer.expires - at) / 2)
