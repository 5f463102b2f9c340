"""The same made-up people behind every kind of source, each of which can be stopped and started again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters import Person, Source, mapping
from adapters.config import DirectoryConfig
from adapters.kinds import open_source
from adapters.ldap import dn
from adapters.ldap.embedded import EmbeddedDirectory
from adapters.ldap.embedded.tree import Tree
from adapters.memory import MemorySource
from tests.adapters.ldap.slapd import Slapd

LDIF = Path(__file__).parents[2] / "idp" / "demo" / "data" / "guangdong.ldif"
LABEL = {"zh": "公务员目录", "en": "Civil service"}


class MovedClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Place:
    """A source, and the means to take it away."""

    source: Source
    stop: Callable[[], None]
    start: Callable[[], None]
    clock: MovedClock


def config(port: int, **more: object) -> DirectoryConfig:
    """Settings for a server on this machine that holds the made-up people."""
    made: dict[str, object] = {
        "name": "civil",
        "kind": "ldap",
        "url": f"ldap://127.0.0.1:{port}",
        "base": "ou=people,dc=gd,dc=example",
        "bind_dn": "cn=manyou,ou=services,dc=gd,dc=example",
        "bind_password": "Manyou-2026-service",
        "rl": 3,
        "label": LABEL,
    }
    return DirectoryConfig(**(made | more))  # type: ignore[arg-type]


@contextmanager
def embedded(_: Path) -> Iterator[Place]:
    directory = EmbeddedDirectory(LDIF)
    directory.start()
    clock = MovedClock()
    try:
        yield Place(open_source(config(directory.port), clock), directory.stop, directory.start, clock)
    finally:
        directory.stop()


@contextmanager
def slapd(folder: Path) -> Iterator[Place]:
    server = Slapd(folder, LDIF)
    server.start()
    clock = MovedClock()
    try:
        yield Place(open_source(config(server.port), clock), server.stop, server.start, clock)
    finally:
        server.stop()


@contextmanager
def memory(_: Path) -> Iterator[Place]:
    source = MemorySource(name="civil", label=LABEL, people=_people())

    def down(*, now: bool) -> Callable[[], None]:
        return lambda: setattr(source, "down", now)

    yield Place(source, down(now=True), down(now=False), MovedClock())


PLACES = {"memory": memory, "embedded": embedded, "slapd": slapd}


def _people() -> dict[str, tuple[str, Person]]:
    rules = mapping.read({})
    made = {}
    for entry in Tree.of(LDIF).below(dn.parse("ou=people,dc=gd,dc=example"), 2):
        if not entry.values("uid"):
            continue
        values = {name: [v.decode() for v in held.values] for name, held in entry.attributes.items()}
        uid = values["uid"][0]
        person = Person(
            local_id=values["entryuuid"][0],
            attributes=mapping.claims(rules, values),
            groups=tuple(sorted(dn.leaf(group) for group in values["memberof"])),
            rl=3,
        )
        made[uid] = (f"Manyou-2026-{uid}", person)
    return made
