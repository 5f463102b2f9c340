"""Held: owns the chains that were evaluated, until they expire (OIDF §10.4). In this process's memory alone:
what lies elsewhere is verified again. Imports bounded, chain.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from federation.bounded import Bounded
from federation.chain import TrustChain
from federation.resolve.limits import Limits
from federation.statement import Statement

Wish = tuple[str, frozenset[str]]
"""A subject, and the anchors that would do."""


@dataclass(slots=True, kw_only=True)
class Holding:
    """A chain that is at hand.

    Attributes:
        pinned: the anchor's keys when it was verified.
        due: when it is to be read again, seconds since 1970.
        used: whether anybody asked for it since it was read.
    """

    chain: TrustChain
    pinned: Mapping[str, object]
    due: float
    used: bool


class Held:
    """Chains by subject and anchors.

    Args:
        clock: seconds since 1970.
        chance: spreads readings, so that not everybody comes at once.
    """

    def __init__(self, clock: Callable[[], float], limits: Limits, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._held: Bounded[Wish, Holding] = Bounded(limits.chains, limits.kept_bytes)
        self.drops = 0

    def get(self, wish: Wish, pinned: Mapping[str, Mapping[str, object]]) -> TrustChain | None:
        """The chain, while it lives and the anchor's pinned keys are those that it was verified with."""
        found = self._held.get(wish)
        if found is None:
            return None
        if self._clock() >= found.chain.expires or pinned.get(found.chain.anchor) != found.pinned:
            self._held.pop(wish)
            return None
        found.used = True
        return found.chain

    def put(
        self, wish: Wish, chain: TrustChain, pinned: Mapping[str, object], *, drops: int, pause: float = 0
    ) -> None:
        """Hold a chain.

        Args:
            drops: as it stood before the chain's first document was read.
            pause: share of what is left of its life that passes before it is read again, at least.
        """
        now = self._clock()
        floor = now + (chain.expires - now) * pause
        due = max(min(self.ripe(one) for one in chain.statements), floor)
        weight = sum(map(len, chain.tokens))
        self._held.put(wish, Holding(chain=chain, pinned=pinned, due=due, used=not pause), weight)
        # Looked at last: a chain of documents read before one of them was dropped would bring it back.
        if self.drops != drops:
            self._held.pop(wish)

    def later(self, holding: Holding) -> None:
        """Try a chain again later: it could not be read just now."""
        now = self._clock()
        holding.due = now + max(1.0, (holding.chain.expires - now) * self._chance.uniform(0.2, 0.3))

    def ripe(self, statement: Statement) -> float:
        """When a statement is to be read again: after 50 to 75 % of its life, 10 % more or less, so that
        what was issued on the hour is not asked for on the hour by everybody."""
        share = self._chance.uniform(0.5, 0.75) * self._chance.uniform(0.9, 1.1)
        return statement.issued + (statement.expires - statement.issued) * share

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    def due(self) -> list[tuple[Wish, Holding]]:
        """What is to be read again and was used, the most urgent first; what has expired is forgotten."""
        now = self._clock()
        for wish, holding in self._held.items():
            if now >= holding.chain.expires:
                self._held.pop(wish)
        ripe = [(wish, one) for wish, one in self._held.items() if one.due <= now and one.used]
        return sorted(ripe, key=lambda pair: pair[1].chain.expires)

    def drop(self, issuer: str, subject: str) -> None:
        """Forget every chain that a statement is part of, and take none that is being put together now."""
        self.drops += 1
        for wish, holding in self._held.items():
            if holding.chain.statement_of(issuer, subject) is not None:
                self._held.pop(wish)

    def forget(self, wish: Wish) -> None:
        """Forget one chain."""
        self._held.pop(wish)

    def live(self) -> tuple[TrustChain, ...]:
        """All that have not expired."""
        now = self._clock()
        return tuple(one.chain for _, one in self._held.items() if now < one.chain.expires)
