"""Resolving: owns putting together what a node tells others about chains, and which marks it holds."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from federation.bounded import Bounded
from federation.chain import TrustChain
from federation.marks import TrustMark, Unmarked
from federation.resolve import MarkChecker, Resolver, Unreachable, Untrusted
from federation.statement import Statement
from idp.authority.crawl import AGAIN, SELDOM, Crawl
from idp.authority.gathering import Collected
from idp.authority.held import Holdings
from idp.authority.lists import Lists
from idp.authority.registry import Registry
from idp.authority.resolves import Active, Chain, NotResolved, Resolves
from idp.authority.stamp import Stamp
from idp.errors import Unavailable
from idp.records.held import HeldRecords
from idp.shelf import Shelf
from idp.wiring.ground import Ground

MARKS = 32
"""Marks of one entity that are looked at."""

_KEPT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolving:
    """What a node tells others about chains."""

    resolves: Resolves
    crawl: Crawl
    holdings: Holdings


@dataclass(frozen=True, slots=True)
class _Chains:
    """A resolver, with the answers that other entities are given."""

    resolver: Resolver

    def at_hand(self, entity_id: str) -> Chain | None:
        return self.resolver.at_hand(entity_id)

    def find(self, entity_id: str, anchors: Collection[str]) -> TrustChain:
        try:
            return self.resolver.resolve(entity_id, anchors=anchors)
        except Untrusted as error:
            code = error.report.code or "invalid_trust_chain"
            raise NotResolved(code, f"{error.report.reason} (OIDF §{error.report.section})") from error
        except Unreachable as error:
            raise Unavailable("peer", str(error), retry_after=error.retry_after) from error

    def found(self, entity_id: str) -> TrustChain | None:
        """A chain to any anchor, or None."""
        try:
            return self.resolver.resolve(entity_id)
        except Untrusted:
            return None
        except Unreachable as error:
            raise Unavailable("peer", str(error)) from error

    def configuration(self, entity_id: str) -> Statement:
        try:
            return self.resolver.configuration(entity_id)
        except (Untrusted, Unreachable) as error:
            raise Unavailable("peer", str(error)) from error


@dataclass(slots=True)
class _Marks:
    """The active marks of a chain's subject; what was checked a moment ago is remembered for strangers."""

    checker: MarkChecker
    ground: Ground
    _seen: Bounded[str, tuple[float, TrustMark]] = field(default_factory=lambda: Bounded(_KEPT))

    def __call__(self, chain: Chain, ask: bool) -> Sequence[Active]:
        if not isinstance(chain, TrustChain):
            return ()
        found = [self._look(chain, kind, token, ask) for kind, token in _shown(chain)]
        return [Active(one.type, one.token, one.expires) for one in found if one is not None]

    def _look(self, chain: TrustChain, kind: str, token: str, ask: bool) -> TrustMark | None:
        now = self.ground.clock()
        seen = self._seen.get(token)
        if seen is not None and now < seen[0]:
            return seen[1]
        if not ask:
            return None
        try:
            mark = self.checker.check(chain, kind)
        except (Unmarked, Unreachable):
            return None
        self._seen.put(mark.token, (now + self.ground.settings.federation.mark_poll, mark))
        return mark


def _shown(chain: TrustChain) -> Iterator[tuple[str, str]]:
    """Types and texts of the marks that the subject shows, one of each type."""
    shown = chain.configuration.claims.get("trust_marks", [])
    kinds: set[str] = set()
    for one in shown[:MARKS] if isinstance(shown, list) else []:
        pair = (
            (one.get("trust_mark_type"), one.get("trust_mark")) if isinstance(one, Mapping) else (None, None)
        )
        if isinstance(pair[0], str) and isinstance(pair[1], str) and pair[0] not in kinds:
            kinds.add(pair[0])
            yield pair[0], pair[1]


def open_resolving(
    ground: Ground,
    *,
    resolver: Resolver,
    checker: MarkChecker,
    anchors: Callable[[], Collection[str]],
    stamp: Stamp,
    registry: Registry | None,
) -> Resolving:
    """What a node that evaluates chains tells others.

    Args:
        anchors: whose keys we have.
        stamp: signs answers.
        registry: our own subordinates, of an authority.
    """
    settings, chains, marks = ground.settings, _Chains(resolver), _Marks(checker, ground)
    lists = Lists(
        own=settings.issuer, registry=registry, configuration=chains.configuration, sender=ground.outbound
    )
    return Resolving(
        resolves=Resolves(stamp=stamp, anchors=anchors, chains=chains, marks=marks),
        crawl=Crawl(
            anchors=anchors,
            below=lists,
            find=chains.found,
            marks=marks,
            shelf=Shelf(ground.store, "collection", Collected),
            turns=Shelf(ground.store, "collection-turn", Collected),
            clock=ground.clock,
            every=AGAIN if settings.issuer in anchors() else SELDOM,
        ),
        holdings=Holdings(
            entity_id=settings.issuer,
            wanted=[(one.type, one.issuer) for one in settings.trust_mark],
            kept=HeldRecords(ground.records.database),
            configuration=chains.configuration,
            sender=ground.outbound,
            every=settings.federation.mark_poll,
            clock=ground.clock,
        ),
    )
