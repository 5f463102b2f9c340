"""Resolves: owns answering what an entity's chain makes of it (OIDF §8.3). Imports federation.answers, stamp.

Strangers are answered from what was evaluated before, and cause nothing: no walk through the network, and one
signature a minute for each question (§18.1). Only marks that were verified and are active are in an answer.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.answers import resolved as answers
from federation.answers.resolved import Resolved
from federation.bounded import Bounded
from idp.authority.stamp import Signed, Stamp

AGAIN = 60.0
"""Seconds for which a signed answer is given again."""

_KEPT = 4096


class NotResolved(Exception):
    """There is no answer.

    Attributes:
        code: of OIDF §8.9.
        public: what is wrong, for whoever asks.
    """

    def __init__(self, code: str, public: str) -> None:
        super().__init__(f"{code}: {public}")
        self.code = code
        self.public = public


class Chain(Protocol):
    """A verified chain."""

    @property
    def subject(self) -> str: ...
    @property
    def anchor(self) -> str: ...
    @property
    def expires(self) -> int: ...
    @property
    def tokens(self) -> tuple[str, ...]: ...
    @property
    def resolved(self) -> Mapping[str, Mapping[str, object]]: ...


class Chains(Protocol):
    """Whoever finds chains."""

    def at_hand(self, entity_id: str) -> Chain | None:
        """One that was evaluated before; asks nobody."""

    def find(self, entity_id: str, anchors: Collection[str]) -> Chain:
        """One to any of the anchors; raises `NotResolved` or `Unavailable`."""


@dataclass(frozen=True, slots=True)
class Active:
    """A mark that was verified and is active."""

    type: str
    token: str
    expires: int | None


ActiveMarks = Callable[[Chain, bool], Sequence[Active]]
"""The marks of a chain's subject; the second argument says whether anybody may be asked about them."""

_Question = tuple[str, frozenset[str], frozenset[str]]


class Resolves:
    """Answers of one resolver.

    Args:
        anchors: the anchors whose keys we have.
        marks: finds the active marks of a chain's subject.
    """

    def __init__(
        self,
        *,
        stamp: Stamp,
        anchors: Callable[[], Collection[str]],
        chains: Chains,
        marks: ActiveMarks,
    ) -> None:
        self._stamp = stamp
        self._anchors = anchors
        self._chains = chains
        self._marks = marks
        self._given: Bounded[_Question, tuple[float, Chain, Signed]] = Bounded(_KEPT)

    def answer(
        self, sub: str, anchors: Collection[str], kinds: Collection[str], caller: str | None
    ) -> Signed:
        """The signed answer.

        Args:
            anchors: any of these may be used.
            kinds: the Entity Types whose metadata is wanted; empty: all.
            caller: who proved who it is, and may cause a resolution.

        Raises:
            NotResolved: with the error code.
            Unavailable: somebody on the way does not answer.
        """
        usable = [one for one in anchors if one in self._anchors()]
        if not usable:
            raise NotResolved("invalid_trust_anchor", "None of these trust anchors is known here.")
        chain = self._chain(sub, usable, caller)
        if caller is not None:
            return self._signed(chain, kinds, caller)
        question = (sub, frozenset(usable), frozenset(kinds))
        now, given = self._stamp.clock(), self._given.get(question)
        if given is not None and given[1] is chain and 0 <= now - given[0] < AGAIN and now < given[2].expires:
            return given[2]
        signed = self._signed(chain, kinds, None)
        self._given.put(question, (now, chain, signed))
        return signed

    def _chain(self, sub: str, usable: Collection[str], caller: str | None) -> Chain:
        known = self._chains.at_hand(sub)
        if known is not None and known.anchor in usable and self._stamp.clock() < known.expires:
            return known
        if caller is None:
            text = "This entity was not evaluated here; authenticate to have it evaluated."
            raise NotResolved("invalid_subject", text)
        return self._chains.find(sub, usable)

    def _signed(self, chain: Chain, kinds: Collection[str], caller: str | None) -> Signed:
        active = self._marks(chain, caller is not None)
        metadata = {
            kind: parameters for kind, parameters in chain.resolved.items() if not kinds or kind in kinds
        }
        ends = [chain.expires, *(one.expires for one in active if one.expires is not None)]

        def claims(issued: int, expires: int) -> Mapping[str, object]:
            one = Resolved(
                sub=chain.subject,
                issued=issued,
                expires=expires,
                metadata=metadata,
                trust_chain=chain.tokens,
                trust_marks=tuple((one.type, one.token) for one in active),
            )
            return answers.claims(one, issuer=self._stamp.issuer, audience=caller)

        life = max(0, int(min(ends) - self._stamp.clock()))
        return self._stamp.sign(claims, typ=answers.TYP, life=life + 1, until=min(ends))
