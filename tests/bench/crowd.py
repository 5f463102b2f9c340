"""Crowd: an authority with very many subordinates: a registry of its own in a folder, filled, signed and asked
as others ask it, short of HTTP."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from federation.authority import Subordinate
from federation.authority.listing import Filters, Place, place
from idp import clock as clocks
from idp.authority.marks import Marks
from idp.authority.pages import MOST, STATEMENT, Pages, Wanted
from idp.authority.registry import Registry
from idp.authority.stamp import Stamp
from idp.authority.statements import Statements
from idp.records.audit import AuditRecords
from idp.records.authority_tables import (
    subordinate_documents,
    subordinate_events,
    subordinate_kinds,
    subordinates,
)
from idp.records.database import Database
from idp.records.documents import DocumentRecords
from idp.records.marks import MarkRecords
from idp.records.migrate import migrate
from idp.records.subordinates import SubordinateRecords, row_of
from keys.key import generate
from keys.ledger import Tally
from keys.ring import KeyRing

T = TypeVar("T")

AUTHORITY = "https://authority.example.cn"
DAY = 86_400
BATCH = 5000  # subordinates that are written together
_UNSIGNED = {"token": "", "kid": "", "basis": 0, "issued": 0, "expires": 0, "renew_at": 0.0}
_CHANGED = 100  # entries that a crawl of changes has to find


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured.

    Attributes:
        fill, sign: seconds for everybody.
        fetch: milliseconds of each fetch, sorted.
        pages: milliseconds of each page of 1,000 with statements, from the first to the last, sorted.
        crawl: milliseconds to find the changes among everybody.
        changed: how many were found.
    """

    subordinates: int
    fill: float
    sign: float
    fetch: tuple[float, ...]
    pages: tuple[float, ...]
    crawl: float
    changed: int


def fill(database: Database, crowd: Iterable[Subordinate]) -> None:
    """Register everybody as they are, without an audit entry; their statements are then due."""
    waiting = iter(crowd)
    while batch := list(islice(waiting, BATCH)):
        names = [one.entity_id for one in batch]
        kinds = [{"kind": kind, "entity_id": one.entity_id} for one in batch for kind in one.kinds]
        events = [
            {"entity_id": one.entity_id, "at": one.registered, "event": "registration", "description": ""}
            for one in batch
        ]
        documents = [{"kind": "statement", "entity_id": name, **_UNSIGNED} for name in names]
        with database.write() as sql:
            sql.execute(insert(subordinates), [row_of(one) for one in batch])
            sql.execute(insert(subordinate_kinds), kinds)
            sql.execute(insert(subordinate_events), events)
            sql.execute(insert(subordinate_documents), documents)


def measure(folder: Path, *, count: int, fetches: int = 2000) -> Figures:
    """Fill a registry with `count` subordinates and ask it.

    Args:
        folder: where it lies; it should be empty.
        fetches: how many statements are fetched, of subordinates chosen by chance.
    """
    database = Database(f"sqlite:///{folder}/crowd.sqlite")
    try:
        migrate(database)
        return _Crowd(database, count).measured(fetches)
    finally:
        database.close()


class _Crowd:
    def __init__(self, database: Database, count: int) -> None:
        now = clocks.system()
        key = generate(alg="ES256", purpose="federation", issuer=AUTHORITY, now=now, active_from=now - 1)
        self._jwks = {"keys": [dict(key.public)]}  # whose key it is makes no difference to the work
        self._ring = KeyRing(purpose="federation", keys=(key,))
        stamp = Stamp(
            issuer=AUTHORITY, ring=lambda: self._ring, alg="ES256", tally=Tally(), clock=clocks.system
        )
        audit = AuditRecords(database, AUTHORITY)
        self._database, self._count = database, count
        self._registry = Registry(
            issuer=AUTHORITY, rows=SubordinateRecords(database, audit), clock=clocks.system
        )
        self._statements = Statements(
            stamp=stamp,
            documents=DocumentRecords(database),
            source_endpoint=f"{AUTHORITY}/federation/fetch",
            life=DAY,
        )
        marks = Marks(stamp=stamp, kept=MarkRecords(database, audit), life=DAY)
        self._pages = Pages(self._registry, self._statements, marks)

    def measured(self, fetches: int) -> Figures:
        filled, _ = _timed(lambda: fill(self._database, self._everybody()))
        signed, _ = _timed(self._sign)
        names = [_name(random.randrange(self._count)) for _ in range(fetches)]
        fetched = sorted(_timed(partial(self._statements.find, name))[0] * 1000 for name in names)
        paged = sorted(self._page_times())
        since = self._change_some()
        crawled, changed = _timed(lambda: len(self._registry.page(Filters(updated_after=since), limit=MOST)))
        return Figures(
            subordinates=self._count,
            fill=filled,
            sign=signed,
            fetch=tuple(fetched),
            pages=tuple(paged),
            crawl=crawled * 1000,
            changed=changed,
        )

    def _everybody(self) -> Iterator[Subordinate]:
        registered = clocks.system() - DAY
        for number in range(self._count):
            yield Subordinate(
                entity_id=_name(number),
                jwks=self._jwks,
                kinds=("openid_relying_party",) if number % 60 else ("openid_provider", "federation_entity"),
                intermediate=number % 60 == 0,
                registered=registered,
                updated=registered,
                version=1,
            )

    def _sign(self) -> None:
        while self._statements.renew():
            pass

    def _page_times(self) -> Iterator[float]:
        after: Place | None = None
        while True:
            wanted = Wanted(filters=Filters(), after=after, limit=MOST, claims=(STATEMENT,), timestamps=True)
            took, page = _timed(partial(self._pages.page, wanted))
            yield took * 1000
            if "next" not in page:
                return
            after = place(str(page["next"]), Filters())

    def _change_some(self) -> float:
        since = clocks.system()
        for number in islice(range(0, self._count, max(1, self._count // _CHANGED)), _CHANGED):
            self._registry.change(
                _name(number), lambda one: replace(one, constraints={"max_path_length": 0}), by="measure"
            )
        return since


def _name(number: int) -> str:
    return f"https://e{number:07}.example.cn"


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made
