"""Trusting: owns putting together whom a node believes by chain, and how it notices that this has ended."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from federation import chain
from federation.chain import TrustChain
from federation.resolve import Resolver
from federation.resolve.marks import MarkChecker
from idp.bychain import ByChain
from idp.clock import Clock
from idp.leaving import Leaving
from idp.outbound import Sender
from idp.seen.trouble import Noting, Troubles
from idp.session import Sessions
from idp.settings import Settings
from idp.store import Store
from idp.trusting.anchors import Anchors
from idp.trusting.assurance import Assurance
from idp.trusting.bulletin import Bulletin
from idp.trusting.foreign import ForeignSessions
from idp.trusting.gazetteer import Gazetteer
from idp.trusting.homes import Homes
from idp.trusting.origins import Denied
from idp.trusting.standing import Standing
from idp.trusting.trust import Trust
from idp.trusting.watch import Watch
from idp.wiring.parts import Fetch
from idp.wiring.records import Records
from idp.wiring.trust import SharedCache, StatementFetcher

Pinned = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusting:
    """Trust by chain, of one process.

    Attributes:
        homes: the federation's regions, for a node that leads to them.
        troubles: why chains were not found lately.
        denied: providers whose sessions are not believed any more.
        marks: checks the trust marks of entities.
        pinned: the keys of the anchors.
    """

    resolver: Resolver
    marks: MarkChecker
    troubles: Troubles
    trust: Trust
    homes: Homes | None
    assurance: Assurance
    denied: Denied
    fetch: Fetch
    pinned: Callable[[], Pinned]

    def strangers(
        self, settings: Settings, records: Records, algorithms: Collection[str], clock: Clock
    ) -> ByChain:
        """Relying parties that a chain makes known."""

        def ours(tokens: Sequence[str]) -> TrustChain:
            return chain.verify(tokens, anchors=self.pinned(), now=clock(), subject=settings.issuer)

        return ByChain(
            issuer=settings.issuer,
            trust=self.trust,
            marks=settings.federation.client_marks,
            algorithms=algorithms,
            ours=ours,
            automatic=settings.federation.automatic_registration,
            registered=lambda entity_id: records.registrations.alive(entity_id, clock()),
            clock=clock,
        )

    def watch(
        self,
        *,
        settings: Settings,
        records: Records,
        sessions: Sessions,
        leaving: Leaving,
        standing: Standing,
        clock: Clock,
    ) -> Watch:
        """What notices that trust has ended."""
        foreign = ForeignSessions(
            denied=self.denied,
            records=records.origins,
            sessions=sessions,
            leaving=leaving,
            clock=clock,
        )
        return Watch(
            own=settings.issuer,
            every=settings.federation.event_poll,
            trust=self.trust,
            ask=Bulletin(self.resolver, self.fetch, clock),
            sessions=foreign,
            standing=standing,
            lost=self._lost(records),
            clock=clock,
        )

    def _lost(self, records: Records) -> Callable[[str], None]:
        def lost(entity: str) -> None:
            records.audit.record("trust.lost", client=entity)
            if self.homes is not None:
                self.homes.forget(entity)

        return lost


def open_trust(
    settings: Settings, records: Records, store: Store, outbound: Sender, clock: Clock
) -> Trusting | None:
    """Trust in the anchors of the settings, or in ourselves where we are one; None where there is neither."""
    pinned = _pinned(settings, records, clock)
    if pinned is None:
        return None
    resolver = Resolver(
        anchors=pinned, fetcher=StatementFetcher(outbound), cache=SharedCache(store), clock=clock
    )
    marks = MarkChecker(resolver, poll=settings.federation.mark_poll)
    troubles = Troubles(store, clock)
    trust, fetch = Trust(Noting(resolver, troubles), marks), Fetch(outbound)
    homes = None
    if settings.federation.regions:
        listed = Gazetteer(anchors=pinned, configurations=resolver, fetcher=fetch)
        homes = Homes(own=settings.issuer, trust=trust, collections=listed, clock=clock)
    return Trusting(
        resolver=resolver,
        marks=marks,
        troubles=troubles,
        trust=trust,
        homes=homes,
        assurance=Assurance(trust),
        denied=Denied(
            records.origins,
            leads=lambda entity_id: trust.at_hand(entity_id) is not None,
            pinned=[one.issuer for one in settings.peer if one.jwks_file is not None],
        ),
        fetch=fetch,
        pinned=pinned,
    )


def _pinned(settings: Settings, records: Records, clock: Clock) -> Callable[[], Pinned] | None:
    """The keys of the anchors; our own are never pinned, they are in our hands."""
    anchors = Anchors(settings.trust_anchor)
    if settings.authority is None or settings.federation.authority_hints:
        return anchors.pinned if settings.trust_anchor else None
    return lambda: {**anchors.pinned(), settings.issuer: records.rings.federation().jwks(clock())}
