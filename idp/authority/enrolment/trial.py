"""Trial: owns which entities a change would break, before it is published. Imports rehearsal, below."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.authority import Subordinate, Wide
from federation.simulation import Effect, compare
from idp.authority.enrolment import below
from idp.authority.enrolment.below import Limits, Read
from idp.authority.enrolment.rehearsal import Rehearsal
from idp.clock import Clock

DEFAULTS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a change would do.

    Attributes:
        effects: on every entity that could be read.
        unread: the others, and why.
        more: whether a limit ended the look.
    """

    effects: tuple[Effect, ...]
    unread: tuple[tuple[str, str], ...] = ()
    more: bool = False

    @property
    def breaks(self) -> tuple[Effect, ...]:
        """On those that are trusted now and would not be."""
        return tuple(one for one in self.effects if one.verdict == "breaks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Tries changes.

    Attributes:
        read: reads configurations, statements and lists of those below.
    """

    rehearsal: Rehearsal
    read: Read
    clock: Clock
    limits: Limits = DEFAULTS

    def wide(self, subordinates: Iterable[Subordinate], before: Wide, after: Wide) -> Simulation:
        """What another policy for all would do.

        Args:
            subordinates: the active ones.

        Raises:
            Unavailable: our own chain is not to be had.
        """
        return self._run([(one, one) for one in subordinates], before, after)

    def one(self, before: Subordinate, after: Subordinate, wide: Wide) -> Simulation:
        """What another word about one subordinate would do, to it and below it."""
        return self._run([(before, after)], wide, wide)

    def _run(self, pairs: Iterable[tuple[Subordinate, Subordinate]], before: Wide, after: Wide) -> Simulation:
        walk = below.begin(self.read, self.clock, self.limits)
        effects: dict[str, Effect] = {}
        for old, new in pairs:
            found = [one for one in below.members(walk, old.entity_id) if one.entity_id not in effects]
            tokens = [one.tokens for one in found]
            was = self.rehearsal.chains(old, before, tokens)
            will = self.rehearsal.chains(new, after, tokens)
            for member, one, other in zip(found, was, will, strict=True):
                effects[member.entity_id] = compare(member.entity_id, one, other)
        return Simulation(effects=tuple(effects.values()), unread=tuple(walk.unread), more=walk.more)
