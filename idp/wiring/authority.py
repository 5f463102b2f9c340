"""Authority: owns putting together what a node answers other entities with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from idp.authority.callers import Callers
from idp.authority.candidates import Candidates
from idp.authority.events import Events
from idp.authority.marks import Marks
from idp.authority.pages import Pages
from idp.authority.paths import FETCH
from idp.authority.pushes import Pushes
from idp.authority.registry import Registry
from idp.authority.stamp import Stamp
from idp.authority.statements import Statements
from idp.clock import Clock
from idp.records.documents import DocumentRecords
from idp.records.marks import MarkRecords
from idp.records.subordinates import SubordinateRecords
from idp.settings import Settings
from idp.store import Store
from idp.wiring.ground import Ground
from idp.wiring.keywatch import open_candidates
from idp.wiring.records import Records
from idp.wiring.resolving import Resolving, open_resolving
from idp.wiring.superiors import watches
from idp.wiring.trusting import Trusting
from keys.ledger import Tally

KeysAtHand = Callable[[str], Mapping[str, object] | None]
"""The federation keys of an entity whose chain was evaluated before, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What an authority does.

    Attributes:
        registry: who is below us.
        statements: what we state about them.
        pages: the extended list of them.
        events: what happened to them.
        marks: the trust marks that we issue.
        candidates: keys of theirs on their way.
        pushes: what they tell us of them.
    """

    registry: Registry
    statements: Statements
    pages: Pages
    events: Events
    marks: Marks
    candidates: Candidates
    pushes: Pushes


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """What a node answers other entities with.

    Attributes:
        callers: recognises who asks.
        authority: of a node that has subordinates.
        resolving: of a node that trusts an anchor, or is one.
        watches: what a member does about its superiors and anchors, again and again.
    """

    callers: Callers
    authority: Authority | None
    resolving: Resolving | None
    watches: Mapping[str, Callable[[], object]]

    def duties(self) -> Mapping[str, Callable[[], object]]:
        """What is to be done again and again."""
        duties: dict[str, Callable[[], object]] = {**self.watches}
        if self.authority is not None:
            duties["statements"] = self.authority.statements.renew
            duties["marks"] = self.authority.marks.renew
            duties["subordinates"] = self.authority.candidates.poll
        if self.resolving is not None:
            duties["held marks"] = self.resolving.holdings.round
            duties["collection"] = self.resolving.crawl.round
        return duties


def open_registry(settings: Settings, records: Records, clock: Clock) -> Registry:
    """The subordinates of a node."""
    rows = SubordinateRecords(records.database, records.audit_records)
    return Registry(issuer=settings.issuer, rows=rows, clock=clock)


def open_stamp(settings: Settings, records: Records, tally: Tally, clock: Clock) -> Stamp:
    """What signs for the authority."""
    return Stamp(
        issuer=settings.issuer,
        ring=records.rings.federation,
        alg=settings.keys.federation_algorithm,
        tally=tally,
        clock=clock,
    )


def open_marks(settings: Settings, records: Records, stamp: Stamp) -> Marks:
    """The trust marks of a node that is an authority."""
    kept = MarkRecords(records.database, records.audit_records)
    life = settings.authority.mark_life if settings.authority is not None else 0
    return Marks(stamp=stamp, kept=kept, life=life)


def open_authority(ground: Ground) -> Authority | None:
    """What the table `[authority]` asks for, or None without it."""
    settings, records, clock, table = ground.settings, ground.records, ground.clock, ground.settings.authority
    if table is None:
        return None
    stamp, documents = open_stamp(settings, records, ground.tally, clock), DocumentRecords(records.database)
    registry, marks = open_registry(settings, records, clock), open_marks(settings, records, stamp)
    fetch = settings.issuer.removesuffix("/") + FETCH
    statements = Statements(
        stamp=stamp, documents=documents, source_endpoint=fetch, life=table.statement_life
    )
    candidates = open_candidates(ground, table, registry)
    return Authority(
        registry=registry,
        statements=statements,
        pages=Pages(registry, statements, marks),
        events=Events(stamp=stamp, documents=documents, happened=registry.events, life=table.statement_life),
        marks=marks,
        candidates=candidates,
        pushes=Pushes(
            entity_id=settings.issuer,
            registry=registry,
            candidates=candidates,
            store=ground.store,
            clock=clock,
        ),
    )


def open_federation(ground: Ground, trusting: Trusting | None) -> Federation:
    """The node among other entities.

    Args:
        trusting: what evaluates chains, of a node that trusts an anchor or is one.
    """
    settings, records, clock = ground.settings, ground.records, ground.clock
    authority, resolving = open_authority(ground), None
    if trusting is not None:
        resolving = open_resolving(
            ground,
            resolver=trusting.resolver,
            checker=trusting.marks,
            anchors=lambda: list(trusting.pinned()),
            stamp=open_stamp(settings, records, ground.tally, clock),
            registry=authority.registry if authority is not None else None,
        )

    def at_hand(entity_id: str) -> Mapping[str, object] | None:
        chain = trusting.resolver.at_hand(entity_id) if trusting is not None else None
        return chain.jwks if chain is not None else None

    return Federation(
        callers=_callers(settings, records, ground.store, at_hand, clock),
        authority=authority,
        resolving=resolving,
        watches=watches(ground, trusting.trust if trusting is not None else None),
    )


def _callers(
    settings: Settings, records: Records, store: Store, at_hand: KeysAtHand, clock: Clock
) -> Callers:
    """Who asks: our subordinates, and entities whose chain is at hand."""
    rows = SubordinateRecords(records.database, records.audit_records)

    def jwks(entity_id: str) -> Mapping[str, object] | None:
        one = rows.find(entity_id)
        if one is not None:  # what we certify; a suspended one is nobody, whatever some chain says
            return one.jwks if one.state == "active" else None
        return at_hand(entity_id)

    return Callers(entity_id=settings.issuer, jwks=jwks, store=store, clock=clock)
