"""Enrolment: owns opening the room in which people decide who is below us, for commands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from federation.entity_id import configuration_url
from federation.keychange import Terms
from federation.resolve import Resolver, Unkept, Unreachable, Untrusted
from federation.statement import TYP
from idp.authority.candidates import Candidates
from idp.authority.enrolment import Enrolments, Rehearsal, Trial
from idp.authority.keyrows import Watched
from idp.authority.marks import Marks
from idp.authority.paths import FETCH
from idp.authority.registry import Registry
from idp.authority.stamp import Stamp
from idp.authority.statements import Statements
from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Sender
from idp.records.documents import DocumentRecords
from idp.records.enrolments import EnrolmentRecords
from idp.records.keywatch import KeyWatchRecords
from idp.settings import Settings
from idp.settings.trust import Authority
from idp.trusting.anchors import Anchors
from idp.wiring.authority import open_marks, open_registry, open_stamp
from idp.wiring.parts import Fetch
from idp.wiring.records import Records
from idp.wiring.trust import NothingShared, StatementFetcher
from keys.jose import STATEMENT
from keys.ledger import Tally

_OWN = 60  # seconds for which our own configuration would count, in chains that nobody sees


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRoom:
    """Where people decide who is below us.

    Attributes:
        read: reads an address.
        look: reads a subordinate's configuration now, follows its keys, and says what is known of them.
        tally: of what is signed here; `close` has it written down.
    """

    issuer: str
    registry: Registry
    statements: Statements
    enrolments: Enrolments
    marks: Marks
    records: Records
    tally: Tally
    read: Callable[[str, int], bytes]
    look: Callable[[str], Watched]
    clock: Clock

    def close(self) -> None:
        """Write down what was signed: a key stays published until it has expired (I2)."""
        self.records.key_facts.note(self.tally.take(), ())


def open_enrolment(settings: Settings, records: Records, outbound: Sender, clock: Clock) -> EnrolmentRoom:
    """The room of a node with the table `[authority]`.

    Args:
        outbound: everything that is read of others comes through it.
    """
    tally, fetch = Tally(), Fetch(outbound)
    stamp = open_stamp(settings, records, tally, clock)
    registry, statements = open_registry(settings, records, clock), _statements(settings, records, stamp)

    def read(url: str, limit: int) -> bytes:
        return fetch.get(url, limit=limit)

    enrolments = Enrolments(
        registry=registry,
        rows=EnrolmentRecords(records.database, records.audit_records),
        trial=Trial(rehearsal=_rehearsal(settings, stamp, outbound), read=read, clock=clock),
        sign=statements.find,
        clock=clock,
    )
    return EnrolmentRoom(
        issuer=settings.issuer,
        registry=registry,
        statements=statements,
        enrolments=enrolments,
        marks=open_marks(settings, records, stamp),
        records=records,
        tally=tally,
        read=read,
        look=_look(settings, records, registry, read, clock),
        clock=clock,
    )


def _rehearsal(settings: Settings, stamp: Stamp, outbound: Sender) -> Rehearsal:
    pinned = _pinned(settings, stamp)
    return Rehearsal(
        stamp=stamp,
        above=_above(settings, stamp, pinned, outbound),
        anchors=pinned,
        source_endpoint=_source(settings),
    )


def _source(settings: Settings) -> str:
    return settings.issuer.removesuffix("/") + FETCH


def _statements(settings: Settings, records: Records, stamp: Stamp) -> Statements:
    return Statements(
        stamp=stamp,
        documents=DocumentRecords(records.database),
        source_endpoint=_source(settings),
        life=settings.authority.statement_life if settings.authority is not None else 0,
    )


Pinned = Mapping[str, Mapping[str, object]]


def _pinned(settings: Settings, stamp: Stamp) -> Callable[[], Pinned]:
    anchors = Anchors(settings.trust_anchor)
    if settings.federation.authority_hints:
        return anchors.pinned
    return lambda: {**anchors.pinned(), settings.issuer: stamp.jwks()}


def _above(
    settings: Settings, stamp: Stamp, pinned: Callable[[], Pinned], outbound: Sender
) -> Callable[[], Sequence[str]]:
    """The statements above us: found by climbing, or our own configuration where nobody is above."""
    issuer = settings.issuer
    if not settings.federation.authority_hints:
        # Anew each time: a look may take longer than one counts, and with it nobody would seem trusted.
        return lambda: [_own(stamp)]
    resolver = Resolver(
        anchors=pinned, fetcher=StatementFetcher(outbound), cache=NothingShared(), clock=stamp.clock
    )

    def climbed() -> Sequence[str]:
        try:
            return resolver.resolve(issuer).tokens[1:]
        except (Untrusted, Unreachable, Unkept) as error:
            raise Unavailable("our own chain", str(error)) from error

    return climbed


def _look(
    settings: Settings,
    records: Records,
    registry: Registry,
    read: Callable[[str, int], bytes],
    clock: Clock,
) -> Callable[[str], Watched]:
    rows, table = KeyWatchRecords(records.database, records.audit_records), settings.authority or Authority()
    candidates = Candidates(
        registry=registry,
        rows=rows,
        read=lambda name: read(configuration_url(name), STATEMENT.size).decode("ascii", "replace").strip(),
        heard=lambda _: None,  # who confirms our keys is noted by the processes that serve
        terms=Terms(
            hold_down=float(table.hold_down),
            proven_at_once=table.proven_at_once,
            settle=float(settings.rotation.replica_delay + settings.rotation.skew),
        ),
        every=float(table.subordinate_poll),
        clock=clock,
    )

    def look(entity_id: str) -> Watched:
        candidates.look(entity_id)
        return rows.find(entity_id)

    return look


def _own(stamp: Stamp) -> str:
    def claims(issued: int, expires: int) -> Mapping[str, object]:
        names = {"iss": stamp.issuer, "sub": stamp.issuer, "iat": issued, "exp": expires}
        return {**names, "jwks": stamp.jwks(), "metadata": {"federation_entity": {}}}

    return stamp.sign(claims, typ=TYP, life=_OWN).token
