"""Rehearsal: owns the chain as it would be if we said something else, judged by the rules that everybody
judges by. Imports stamp, federation.chain.

The statement is really signed, for a minute, and verified with what our superiors really say of us: what is
refused here would be refused everywhere. It is shown to nobody: a statement that two people have not agreed
to must not leave this process.
"""

from collections.abc import Callable, Mapping, Sequence

from federation import chain
from federation.authority import Subordinate, Wide, statement_claims
from federation.authority.wide import Contradiction
from federation.chain import Broken, TrustChain
from federation.errors import Invalid
from federation.policy import PolicyError
from federation.resolve.signatures import KnownSignatures
from federation.simulation import Fault, fault
from federation.statement import TYP
from idp.authority.stamp import Stamp

LIFE = 60
"""Seconds for which a statement that nobody sees would count."""

_SIGNATURES = 20_000

Anchors = Callable[[], Mapping[str, Mapping[str, object]]]


class Rehearsal:
    """Chains through this authority as they would be.

    Args:
        above: the statements from our superior's about us up to the anchor's own; our own where we are one.
            Raises `Unavailable` when they are not to be had.
        anchors: pinned keys by anchor.
        source_endpoint: our fetch endpoint.
    """

    def __init__(
        self, *, stamp: Stamp, above: Callable[[], Sequence[str]], anchors: Anchors, source_endpoint: str
    ) -> None:
        self._stamp = stamp
        self._above = above
        self._anchors = anchors
        self._source_endpoint = source_endpoint
        self._signatures = KnownSignatures(stamp.clock, _SIGNATURES)

    @property
    def issuer(self) -> str:
        """Who we are."""
        return self._stamp.issuer

    def chains(
        self, one: Subordinate, wide: Wide, below: Sequence[Sequence[str]]
    ) -> list[TrustChain | Fault]:
        """The chains of entities below us, if we said this about one of our subordinates.

        Args:
            below: for each entity its own configuration, and the statements up to the subordinate's; for the
                subordinate its configuration alone.

        Raises:
            Unavailable: our own chain is not to be had, or no key signs.
        """
        above = self._above()
        try:
            token = self._signed(one, wide)
        except PolicyError as error:
            return [_contradiction(error.section, str(error), self.issuer, one)] * len(below)
        except Contradiction as error:
            return [_contradiction("6.2", str(error), self.issuer, one)] * len(below)
        return [self._judged([*tokens, token, *above]) for tokens in below]

    def _signed(self, one: Subordinate, wide: Wide) -> str:
        def claims(issued: int, expires: int) -> Mapping[str, object]:
            return statement_claims(
                one,
                wide,
                issuer=self.issuer,
                source_endpoint=self._source_endpoint,
                issued=issued,
                expires=expires,
            )

        return self._stamp.sign(claims, typ=TYP, life=LIFE).token

    def _judged(self, tokens: Sequence[str]) -> TrustChain | Fault:
        try:
            return chain.verify(
                tokens, anchors=self._anchors(), now=self._stamp.clock(), signatures=self._signatures
            )
        except Broken as error:
            return fault(error)
        except Invalid as error:
            return Fault(section=error.reason.section, sentence=error.reason.sentence)


def _contradiction(section: str, sentence: str, issuer: str, one: Subordinate) -> Fault:
    return Fault(section=section, sentence=sentence, issuer=issuer, subject=one.entity_id)
