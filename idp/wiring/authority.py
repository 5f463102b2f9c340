"""Authority: owns putting together what a node answers other entities with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from idp.authority.callers import Callers
from idp.authority.events import Events
from idp.authority.marks import Marks
from idp.authority.pages import Pages
from idp.authority.paths import FETCH
from idp.authority.registry import Registry
from idp.authority.stamp import Stamp
from idp.authority.statements import Statements
from idp.clock import Clock
from idp.records.documents import DocumentRecords
from idp.records.marks import MarkRecords
from idp.records.subordinates import SubordinateRecords
from idp.settings import Settings
from idp.store import Store
from idp.wiring.records import Records
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
    """

    registry: Registry
    statements: Statements
    pages: Pages
    events: Events
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """What a node answers other entities with.

    Attributes:
        callers: recognises who asks.
        authority: of a node that has subordinates.
    """

    callers: Callers
    authority: Authority | None

    def duties(self) -> Mapping[str, Callable[[], object]]:
        """What is to be done again and again."""
        if self.authority is None:
            return {}
        return {"statements": self.authority.statements.renew, "marks": self.authority.marks.renew}


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


def open_authority(settings: Settings, records: Records, tally: Tally, clock: Clock) -> Authority | None:
    """What the table `[authority]` asks for, or None without it."""
    if settings.authority is None:
        return None
    stamp, documents = open_stamp(settings, records, tally, clock), DocumentRecords(records.database)
    registry, marks = open_registry(settings, records, clock), open_marks(settings, records, stamp)
    statements = Statements(
        stamp=stamp,
        documents=documents,
        source_endpoint=settings.issuer.removesuffix("/") + FETCH,
        life=settings.authority.statement_life,
    )
    return Authority(
        registry=registry,
        statements=statements,
        pages=Pages(registry, statements, marks),
        events=Events(stamp=stamp, documents=documents, happened=registry.events),
        marks=marks,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all of it stands on.

    Attributes:
        tally: of what is signed; whoever opens it has it written down.
    """

    settings: Settings
    records: Records
    store: Store
    tally: Tally
    clock: Clock


def open_federation(ground: Ground, at_hand: KeysAtHand) -> Federation:
    """The node among other entities."""
    settings, records, clock = ground.settings, ground.records, ground.clock
    return Federation(
        callers=_callers(settings, records, ground.store, at_hand, clock),
        authority=open_authority(settings, records, ground.tally, clock),
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
