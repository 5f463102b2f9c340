"""Trouble: owns what is remembered, and shown to strangers, of a walk that found no chain.

Strangers may make us walk, by asking for a sign-in as a client that we do not know. What they read of it must
not tell them what our network looks like from inside: of an answer that did not come they learn nothing but
that, neither why nor how fast. Imports federation.resolve,
shelf, trust.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from federation.chain import TrustChain
from federation.resolve import Report, Unreachable, Untrusted
from federation.resolve.report import Step
from idp.clock import Clock
from idp.errors import Unavailable
from idp.shelf import Shelf, secret_name
from idp.store import Store
from idp.trusting.trust import Resolves

KEPT = 600
"""Seconds for which it is remembered."""

MOST = 40
"""Steps that are."""

LONGEST = 300
"""Characters of a text of others."""

log = structlog.get_logger("trouble")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One step of the walk.

    Attributes:
        what, outcome: as in the report.
        reason: what is wrong with a document that was read; empty where none came.
        section: of OpenID Federation 1.0.
        hop: the statement of the chain that failed, 0 the subject's own.
    """

    what: str
    issuer: str
    subject: str
    outcome: Literal["ok", "refused", "not found", "unreachable", "cut"]
    reason: str
    section: str
    hop: int | None
    budget: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why no chain was found.

    Attributes:
        at: seconds since 1970.
        definite: whether it is a no, or nobody could say.
        code: for programs (OIDF §8.9).
        reason, section: of the verdict.
        budgets: those that were hit, by name.
        retry_after: seconds.
    """

    subject: str
    at: float
    definite: bool
    code: str
    reason: str
    section: str
    budgets: tuple[str, ...]
    retry_after: int
    notes: tuple[Note, ...]


def trouble(report: Report, at: float) -> Trouble:
    """What strangers may know of a walk that found nothing."""
    definite = report.verdict == "untrusted"
    return Trouble(
        subject=report.subject,
        at=at,
        definite=definite,
        code=report.code,
        reason=report.reason[:LONGEST] if definite else "",
        section=report.section,
        budgets=report.budgets,
        retry_after=report.retry_after,
        notes=tuple(_note(one) for one in report.steps[-MOST:]),
    )


def _note(step: Step) -> Note:
    return Note(
        what=step.what,
        issuer=step.issuer[:LONGEST],
        subject=step.subject[:LONGEST],
        outcome=step.outcome,
        reason="" if step.outcome == "unreachable" else step.reason[:LONGEST],
        section=step.section,
        hop=step.hop,
        budget=step.budget,
    )


class Troubles:
    """What went wrong lately, for all processes of a node."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._shelf = Shelf(store, "trouble", Trouble)
        self._clock = clock

    def find(self, entity_id: str) -> Trouble | None:
        """Why there is no chain to an entity, if that was found out lately.

        Raises:
            Unavailable: `store`.
        """
        return self._shelf.get(secret_name(entity_id))

    def note(self, report: Report) -> None:
        """Remember a walk; whoever waits for its answer does not depend on that."""
        try:
            self._shelf.put(secret_name(report.subject), trouble(report, self._clock()), KEPT)
        except Unavailable as error:
            log.warning("trouble_unkept", cause=error.cause)


class Noting:
    """A resolver whose failures are remembered."""

    def __init__(self, resolver: Resolves, troubles: Troubles) -> None:
        self._resolver = resolver
        self._troubles = troubles
        self.at_hand, self.drop, self.chains = resolver.at_hand, resolver.drop, resolver.chains
        self.renew = resolver.renew

    def resolve(
        self, entity_id: str, *, anchors: Collection[str] | None = None, supplied: Sequence[str] = ()
    ) -> TrustChain:
        """A chain, as the resolver finds it.

        Raises:
            Untrusted, Unreachable: as it raises them; noted.
        """
        try:
            return self._resolver.resolve(entity_id, anchors=anchors, supplied=supplied)
        except (Untrusted, Unreachable) as error:
            self._troubles.note(error.report)
            raise
