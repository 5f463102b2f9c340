"""Trust: owns whom this node believes because a trust chain leads to a pinned anchor. Does not know what
for.

Imports federation. "Nobody vouches for it" and "nobody can be asked just now" are different answers: the
first is None, the second is raised.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

import structlog

from federation.bounded import Bounded
from federation.chain import TrustChain
from federation.marks import TrustMark, Unmarked
from federation.resolve import Unkept, Unreachable, Untrusted
from idp.errors import Unavailable

REMEMBERED = 1000
"""Entities of whom it is remembered why they are not trusted."""

log = structlog.get_logger("trust")


class Resolves(Protocol):
    """Whoever finds chains."""

    def resolve(
        self, entity_id: str, *, anchors: Collection[str] | None = None, supplied: Sequence[str] = ()
    ) -> TrustChain: ...
    def at_hand(self, entity_id: str) -> TrustChain | None: ...
    def drop(self, issuer: str, subject: str) -> None: ...
    def renew(self, entity_id: str) -> TrustChain | None: ...
    def chains(self) -> tuple[TrustChain, ...]: ...


class ChecksMarks(Protocol):
    """Whoever looks after trust marks."""

    def check(self, chain: TrustChain, mark_type: str) -> TrustMark: ...


class Trust:
    """Trust by chain.

    Args:
        resolver: finds chains, and remembers them.
        marks: checks the trust marks of their subjects.
    """

    def __init__(self, resolver: Resolves, marks: ChecksMarks) -> None:
        self._resolver = resolver
        self._marks = marks
        self._why: Bounded[str, str] = Bounded(REMEMBERED)

    def at_hand(self, entity_id: str) -> TrustChain | None:
        """The chain that is known and alive; never asks anybody."""
        return self._resolver.at_hand(entity_id)

    def chains(self) -> tuple[TrustChain, ...]:
        """All living chains that are known."""
        return self._resolver.chains()

    def drop(self, issuer: str, subject: str) -> None:
        """Give a statement up, with every chain through it: somebody we believe said that it is old or dead.

        Raises:
            Unavailable: `store`; the processes beside this one cannot be told.
        """
        try:
            self._resolver.drop(issuer, subject)
        except Unkept as error:
            raise Unavailable("store", "a statement cannot be given up everywhere") from error

    def find(self, entity_id: str, *, supplied: Sequence[str] = ()) -> TrustChain | None:
        """The chain from this entity to an anchor, or None where there is none.

        Args:
            supplied: a chain that the entity sent along (OIDF §4.3), as a shortcut.

        Raises:
            Unavailable: somebody on the way does not answer, and nothing that is still good is known.
        """
        known = self._resolver.at_hand(entity_id)
        if known is not None:
            return known
        try:
            return self._resolver.resolve(entity_id, supplied=supplied)
        except Untrusted as error:
            log.info("untrusted", entity=entity_id, cause=str(error))
            self._why.put(entity_id, str(error))
            return None
        except Unreachable as error:
            raise Unavailable("peer", f"whether to trust {entity_id} cannot be found out: {error}") from error

    def why_not(self, entity_id: str) -> str:
        """Why an entity was not trusted when it was looked at last, for its engineer."""
        return self._why.get(entity_id) or "no chain was found"

    def renew(self, entity_id: str) -> TrustChain | None:
        """The chain with what the entity says of itself now; the one before serves while it says nothing that
        makes one.

        Raises:
            Unavailable: as `find`.
        """
        return self._resolver.renew(entity_id) or self.find(entity_id)

    def marks_missing(self, chain: TrustChain, types: Collection[str]) -> tuple[str, ...]:
        """The trust marks that the subject of a chain does not hold (OIDF §7.3).

        Raises:
            Unavailable: whether a mark is active cannot be found out.
        """
        return tuple(one for one in types if not self._holds(chain, one))

    def _holds(self, chain: TrustChain, mark_type: str) -> bool:
        try:
            self._marks.check(chain, mark_type)
        except Unmarked as error:
            log.info("unmarked", entity=chain.subject, mark=mark_type, cause=str(error))
            return False
        except Unreachable as error:
            raise Unavailable("peer", f"the marks of {chain.subject} cannot be checked: {error}") from error
        return True
