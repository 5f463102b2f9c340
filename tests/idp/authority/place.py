"""Place: an anchor's registry over a real database, at a time that a test moves."""

from pathlib import Path

from federation.authority import Subordinate
from idp.authority.registry import Registry
from idp.authority.stamp import Stamp
from idp.authority.statements import Statements
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.documents import DocumentRecords
from idp.records.migrate import migrate
from idp.records.subordinates import SubordinateRecords
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.federation.world import ANCHOR, ENTITY, NOW, PINNED, made
from tests.idp.oauth.memory import Clock

FETCH = f"{ANCHOR}/federation/fetch"
KEY = made(issuer=ANCHOR)
LIFE = 600


def entity(number: int) -> str:
    return f"http://e{number:03}.localhost"


def subordinate(entity_id: str = ENTITY, **changes: object) -> Subordinate:
    return Subordinate(**{"entity_id": entity_id, "jwks": PINNED, "kinds": ("openid_provider",), **changes})  # type: ignore[arg-type]


class Process:
    """One of the processes of the anchor: a memory of its own over the shared database."""

    def __init__(self, database: Database, clock: "Moved") -> None:
        self.clock = clock
        self.keys = [KEY]
        self.tally = Tally()
        self.audit = AuditRecords(database, ANCHOR)
        self.rows = SubordinateRecords(database, self.audit)
        self.documents = DocumentRecords(database)
        self.registry = Registry(issuer=ANCHOR, rows=self.rows, clock=clock)
        self.stamp = Stamp(
            issuer=ANCHOR,
            ring=lambda: KeyRing(purpose="federation", keys=tuple(self.keys)),
            alg="ES256",
            tally=self.tally,
            clock=clock,
        )
        self.statements = Statements(
            stamp=self.stamp,
            documents=self.documents,
            source_endpoint=FETCH,
            life=LIFE,
            dice=lambda: 0.0,
        )


class Moved(Clock):
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW

    def pass_(self, seconds: float) -> None:
        self.now += seconds


def opened(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder}/anchor.sqlite")
    migrate(database)
    return database
