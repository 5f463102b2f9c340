"""Records: owns opening everything durable of a node."""

from dataclasses import dataclass

from idp import clock as clocks
from idp.audit import Audit
from idp.clock import Clock
from idp.records.accounts import Accounts
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords
from idp.records.consents import Consents
from idp.records.database import Database
from idp.records.dynamic import DynamicRecords
from idp.records.endings import FamilyEndings
from idp.records.farewells import Farewells
from idp.records.keyfacts import KeyFacts
from idp.records.keys import KeyRecords
from idp.records.migrate import migrate
from idp.records.origins import Origins
from idp.records.outbox import Outbox
from idp.records.peerkeys import PeerKeyRecords
from idp.records.registrations import Registrations
from idp.records.secrets import Secrets
from idp.records.tombstones import Tombstones
from idp.records.wheel import Wheel
from idp.rings import Rings
from idp.settings import Settings
from idp.wiring.custody import open_kek, open_token
from keys.kek import Kek
from keys.key import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything durable."""

    database: Database
    clients: ClientRecords
    accounts: Accounts
    consents: Consents
    audit_records: AuditRecords
    audit: Audit
    origins: Origins
    outbox: Outbox
    tombstones: Tombstones
    farewells: Farewells
    endings: FamilyEndings
    kek: Kek
    key_records: KeyRecords
    key_facts: KeyFacts
    wheel: Wheel
    peer_keys: PeerKeyRecords
    registrations: Registrations
    dynamic: DynamicRecords
    rings: Rings
    secrets: Secrets


def open_records(settings: Settings, *, clock: Clock = clocks.system) -> Records:
    """Open everything durable, bringing the tables to the newest form and making first keys where there
    are none.

    Raises:
        Unavailable: SQL does not answer.
        keys.seal.SealError: the key-encrypting key is missing, or is not the one that sealed the keys.
    """
    database = Database(settings.records.url)
    migrate(database)
    kek = open_kek(settings.keys)
    secrets, audit_records = Secrets(database, kek), AuditRecords(database, settings.issuer)
    audit = Audit(audit_records, secrets.get_or_create("audit"), clock)
    key_records = KeyRecords(database)
    clients = ClientRecords(database)
    return Records(
        database=database,
        clients=clients,
        accounts=Accounts(database),
        consents=Consents(database),
        audit_records=audit_records,
        audit=audit,
        origins=Origins(database),
        outbox=Outbox(database),
        tombstones=Tombstones(database),
        farewells=Farewells(database, audit_records, audit),
        endings=FamilyEndings(database, audit_records),
        kek=kek,
        key_records=key_records,
        key_facts=KeyFacts(database, audit_records),
        wheel=Wheel(database, audit_records),
        peer_keys=PeerKeyRecords(database),
        registrations=Registrations(database),
        dynamic=DynamicRecords(database, clients, audit_records),
        rings=_rings(settings, key_records, kek, clock),
        secrets=secrets,
    )


def _rings(settings: Settings, records: KeyRecords, kek: Kek, clock: Clock) -> Rings:
    patience = settings.rotation.replica_delay
    algs: dict[Purpose, tuple[str, ...]] = {
        "oidc": settings.keys.algorithms,
        # ES256 besides, so that the ring signs while the other algorithm's first key waits for its gates.
        "federation": tuple(dict.fromkeys(("ES256", settings.keys.federation_algorithm))),
    }
    return Rings(
        records,
        kek,
        issuer=settings.issuer,
        clock=clock,
        patience=patience,
        drift=settings.rotation.skew,
        algs=algs,
        token=open_token(settings.keys),
    )
