"""House: several processes of one node over one SQLite and one store, with clocks of their own."""

from pathlib import Path

from idp.audit import Audit
from idp.errors import Unavailable
from idp.keykeeping.keeper import Keeper
from idp.keykeeping.leader import Leader
from idp.keykeeping.memory import RingMemory
from idp.keykeeping.office import Office
from idp.keykeeping.registrar import Registrar
from idp.lookout import Lookout
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.keyfacts import KeyFacts
from idp.records.keys import KeyRecords
from idp.records.migrate import migrate
from idp.records.wheel import Wheel
from idp.rings import Rings
from idp.superiors import View
from keys.key import Purpose
from keys.ledger import Tally
from keys.lifetimes import Lifetimes
from keys.seal import Kek
from tests.idp.made import NOW, Clock
from tests.idp.oauth.memory import MemoryStore

ISSUER = "http://gd.localhost:8410"
HUB = "http://hub.localhost:8402"
KEK = Kek(bytes(range(32)))
DELAY, SKEW = 10.0, 5.0
ALGS: dict[Purpose, tuple[str, ...]] = {"oidc": ("ES256",), "federation": ("ES256",)}


def lifetimes(purpose: Purpose) -> Lifetimes:
    """Of seconds."""
    return Lifetimes(
        purpose=purpose,
        longest_token=60,
        document_age=15,
        replica_delay=DELAY,
        skew=SKEW,
        drift=SKEW,
        configuration_life=60,
        pin_window=600 if purpose == "federation" else 0,
        rollback_window=60,
        period=1800,
        lead=90,
    )


class Process:
    """One process: its rings, its keeper, and an office for whoever types there."""

    def __init__(
        self,
        file: Path,
        store: "Weak",
        name: str,
        clock: Clock,
        pins: tuple[str, ...],
        superiors: tuple[str, ...] = (),
    ) -> None:
        self.clock = clock
        self.views: dict[str, View] = {}
        self.database = Database(f"sqlite:///{file}")
        migrate(self.database)
        audit, keys = AuditRecords(self.database, ISSUER), KeyRecords(self.database)
        self.audit, self.facts, self.wheel = (
            audit,
            KeyFacts(self.database, audit),
            Wheel(self.database, audit),
        )
        self.log = Audit(audit, bytes(32), clock)
        self.tally, self.lookout = Tally(), Lookout(clock)
        memory = RingMemory(store, KEK, clock)
        self.rings = Rings(keys, KEK, issuer=ISSUER, clock=clock, patience=DELAY, memory=memory, algs=ALGS)
        self.registrar = Registrar(
            rings=self.rings,
            store=keys,
            known=self.facts,
            books=self.wheel,
            lifetimes={"oidc": lifetimes("oidc"), "federation": lifetimes("federation")},
            wanted=ALGS,
            pins=lambda: pins,
            superiors=superiors,
            views=lambda: self.views,
        )
        self.keeper = Keeper(
            name=name,
            registrar=self.registrar,
            diary=self.facts,
            leader=Leader(store, "keys", name, self.wheel.next_fence),
            memory=memory,
            tally=self.tally,
            lookout=self.lookout,
            clock=clock,
        )

    def office(self, by: str = "wang") -> Office:
        return Office(registrar=self.registrar, papers=self.facts, clock=self.clock, by=by)

    def signer(self, purpose: Purpose = "oidc") -> str:
        return self.rings.current(purpose).signer(self.clock()).kid

    def served(self, purpose: Purpose = "oidc") -> set[str]:
        ring = self.rings.oidc() if purpose == "oidc" else self.rings.federation()
        return {key.kid for key in ring.published(self.clock())}


class House:
    """The processes of a node, which all start at the same moment."""

    def __init__(self, folder: Path) -> None:
        self.file, self.clock = folder / "manyou.sqlite", Clock()
        self.store = Weak(self.clock)  # type: ignore[arg-type]  # another clock of the same shape
        self.processes: list[Process] = []

    def process(
        self, *, skew: float = 0.0, pins: tuple[str, ...] = (), superiors: tuple[str, ...] = ()
    ) -> Process:
        """Start one."""
        clock = self.clock if skew == 0 else Ahead(self.clock, skew)
        made = Process(self.file, self.store, f"p{len(self.processes)}", clock, pins, superiors)
        self.processes.append(made)
        return made

    def rounds(self, *processes: Process) -> None:
        """One round of each."""
        for process in processes or self.processes:
            process.keeper.round()

    def pass_(self, seconds: float, *processes: Process, step: float = 2.0) -> None:
        """Time goes by, with a round every two seconds."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + step)
            self.rounds(*processes)

    def close(self) -> None:
        for process in self.processes:
            process.database.close()


class Weak(MemoryStore):
    """A store that can stop answering."""

    down = False

    def _look(self, key: str) -> bytes | None:
        if self.down:
            raise Unavailable("store")
        return super()._look(key)


class Ahead(Clock):
    """A clock that differs from another by a fixed time."""

    def __init__(self, of: Clock, by: float) -> None:
        super().__init__(NOW)
        self._of, self._by = of, by

    def __call__(self) -> float:
        return self._of.now + self._by
