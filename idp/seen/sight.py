"""Sight: owns what one node sees of the federation, put together at most every few seconds.

It asks nobody: whoever looks at the page is a stranger, and a stranger must not make us walk the network, nor
read a large registry at their speed. Imports picture, portrait.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from federation.authority import State, Subordinate
from federation.authority.listing import Filters, Place
from federation.chain import TrustChain
from idp.authority.gathering import Collected, Gathered
from idp.clock import Clock
from idp.errors import Unavailable
from idp.seen.picture import Picture, picture
from idp.seen.portrait import Entity, of_chain, of_collection, of_registry

DRAWN = 200
"""Entities of the largest drawing."""

READ = 1000
"""Subordinates that are read, and gathered entities; the rest of our own is counted."""

STANDING = 100
"""Suspended subordinates that are read."""

AGAIN = 5.0
"""Seconds for which a picture is good."""

Chains = Callable[[], Iterable[TrustChain]]
"""The living chains that are at hand."""


class Below(Protocol):
    """Whoever knows who is below us."""

    def find(self, entity_id: str) -> Subordinate | None: ...
    def page(
        self, filters: Filters | None = None, *, after: Place | None = None, limit: int = 100
    ) -> Sequence[Subordinate]: ...
    def ids(self, filters: Filters | None = None) -> Sequence[str]: ...
    def every(self, state: State) -> Sequence[str]: ...


class Sight:
    """The federation, from here.

    Args:
        own: the node itself, as its settings have it.
        below: the registry of an authority; None for a node that is none.
        gathered: what was gathered of the federation; raises `Unavailable`.
    """

    def __init__(
        self,
        *,
        own: Entity,
        chains: Chains,
        below: Below | None,
        gathered: Callable[[], Collected],
        clock: Clock,
    ) -> None:
        self._own = own
        self._chains = chains
        self._below = below
        self._gathered = gathered
        self._clock = clock
        self._made: tuple[float, Picture] | None = None
        self._making = threading.Lock()

    def picture(self) -> Picture:
        """The picture, a few seconds old at most.

        Raises:
            Unavailable: `records`.
        """
        with self._making:
            now = self._clock()
            if self._made is None or not 0 <= now - self._made[0] < AGAIN:
                self._made = now, self._look()
            return self._made[1]

    def _look(self) -> Picture:
        seen = [one for chain in self._chains() for one in of_chain(chain)]
        seen += [of_collection(one) for one in self._collected()]
        if self._below is None:
            return picture(self._own, seen, most=DRAWN)
        active = self._below.page(limit=READ)
        left = len(self._below.ids()) - READ if len(active) == READ else 0
        registered = (*active, *self._standing(self._below))
        seen += [of_registry(one, self._own.entity_id) for one in registered]
        return picture(self._own, seen, most=DRAWN, uncounted=max(0, left))

    def _collected(self) -> Iterable[Gathered]:
        try:
            return self._gathered().entities[:READ]
        except Unavailable:  # the rest is at hand all the same
            return ()

    def _standing(self, below: Below) -> Iterator[Subordinate]:
        for entity_id in below.every("suspended")[:STANDING]:
            one = below.find(entity_id)
            if one is not None and one.state == "suspended":  # it may have been reinstated meanwhile
                yield one
