"""Key watch: owns putting together how a superior follows the keys of its subordinates."""

from collections.abc import Callable

from federation.entity_id import configuration_url
from federation.keychange import Terms
from federation.statement import Statement
from idp.authority.candidates import Candidates
from idp.authority.keydesk import KeyDesk
from idp.authority.registry import Registry
from idp.clock import Clock
from idp.introduced import confirmations
from idp.lookout import Lookout
from idp.records.keywatch import KeyWatchRecords
from idp.records.subordinates import SubordinateRecords
from idp.settings import Settings
from idp.settings.trust import Authority as AuthorityTable
from idp.wiring.ground import Ground
from idp.wiring.parts import Fetch
from idp.wiring.records import Records
from keys.evidence import Level
from keys.jose import STATEMENT
from keys.ring import KeyRing


def open_candidates(ground: Ground, table: AuthorityTable, registry: Registry) -> Candidates:
    """What follows the keys of our subordinates."""
    fetch, settings, records = Fetch(ground.outbound), ground.settings, ground.records

    def read(entity_id: str) -> str:
        body = fetch.get(configuration_url(entity_id), limit=STATEMENT.size)
        return body.decode("ascii", "replace").strip()

    return Candidates(
        registry=registry,
        rows=KeyWatchRecords(records.database, records.audit_records),
        read=read,
        heard=_heard(settings.issuer, records.rings.federation, ground.lookout),
        terms=Terms(
            hold_down=float(table.hold_down),
            proven_at_once=table.proven_at_once,
            settle=float(settings.rotation.replica_delay + settings.rotation.skew),
        ),
        every=float(table.subordinate_poll),
        clock=ground.clock,
    )


def open_key_desk(settings: Settings, records: Records, clock: Clock, by: str) -> KeyDesk:
    """The keys of our subordinates, as an operator sees them."""
    rows = SubordinateRecords(records.database, records.audit_records)
    return KeyDesk(
        registry=Registry(issuer=settings.issuer, rows=rows, clock=clock),
        rows=KeyWatchRecords(records.database, records.audit_records),
        clock=clock,
        by=by,
    )


def _heard(own: str, ring: Callable[[], KeyRing], lookout: Lookout) -> Callable[[Statement], None]:
    """A subordinate that says which keys of ours it would believe has them."""

    def heard(statement: Statement) -> None:
        ours = {key.kid for key in ring().keys}
        for kid in ours.intersection(confirmations(statement, own)):
            lookout.note(kid, statement.iss, "peer", Level.E3)

    return heard
