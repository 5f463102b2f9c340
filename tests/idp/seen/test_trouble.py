"""What went wrong is remembered for a while, and says nothing of how our network looks from inside."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from federation.chain import TrustChain
from federation.resolve import Report, Unreachable, Untrusted
from federation.resolve.report import Step
from idp.errors import Unavailable
from idp.seen.trouble import KEPT, LONGEST, MOST, Noting, Troubles, trouble
from tests.idp.chains import ANCHOR, CITY, chain
from tests.idp.made import GD, NOW
from tests.idp.oauth.memory import Clock, MemoryStore


def report(**changes: Any) -> Report:
    fields: dict[str, Any] = {
        "subject": GD,
        "steps": (step(),),
        "verdict": "untrusted",
        "chain": None,
        "code": "invalid_trust_chain",
        "reason": "the signature does not match",
        "section": "3.2",
        "fetches": 3,
        "retry_after": 30,
        "milliseconds": 12.5,
    }
    return Report(**{**fields, **changes})


def step(**changes: Any) -> Step:
    fields: dict[str, Any] = {"what": "statement", "issuer": CITY, "subject": GD, "url": "http://10.0.0.1/x"}
    return Step(**{**fields, **changes})


def test_a_definite_no_says_which_rule_where_and_under_which_budget() -> None:
    failed = step(outcome="refused", reason="the signature does not match", section="3.2", hop=1)
    cut = step(what="budget", outcome="cut", budget="depth")
    said = trouble(report(steps=(failed, cut)), NOW)
    assert (said.subject, said.at, said.definite, said.code) == (GD, NOW, True, "invalid_trust_chain")
    assert (said.reason, said.section, said.budgets) == ("the signature does not match", "3.2", ("depth",))
    first, second = said.notes
    assert (first.what, first.issuer, first.subject, first.outcome) == ("statement", CITY, GD, "refused")
    assert (first.reason, first.section, first.hop) == ("the signature does not match", "3.2", 1)
    assert (second.outcome, second.budget) == ("cut", "depth")


def test_of_an_answer_that_did_not_come_a_stranger_learns_nothing_but_that() -> None:
    silent = step(outcome="unreachable", reason="10.0.0.1 is an inside address", milliseconds=7.0)
    said = trouble(report(steps=(silent,), verdict="unreachable", reason="port 22 is closed"), NOW)
    assert not said.definite
    assert "10.0.0.1" not in repr(said)
    assert "port 22" not in repr(said)
    assert "7.0" not in repr(said)
    assert said.notes[0].outcome == "unreachable"


def test_what_is_remembered_is_bounded_and_the_end_of_it_is_what_counts() -> None:
    steps = tuple(step(hop=number, outcome="refused", reason="x" * 999) for number in range(MOST + 5))
    said = trouble(report(steps=steps, reason="y" * 999), NOW)
    assert [note.hop for note in said.notes] == list(range(5, MOST + 5))
    assert (len(said.notes[0].reason), len(said.reason)) == (LONGEST, LONGEST)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(Clock())


def test_it_is_found_by_the_entity_by_every_process(store: MemoryStore) -> None:
    Troubles(store, Clock()).note(report())
    found = Troubles(store, Clock()).find(GD)
    assert found == trouble(report(), NOW)
    assert Troubles(store, Clock()).find(CITY) is None


def test_it_is_forgotten_after_a_while() -> None:
    clock = Clock()
    troubles = Troubles(MemoryStore(clock), clock)
    troubles.note(report())
    clock.now += KEPT - 1
    assert troubles.find(GD) is not None
    clock.now += 1
    assert troubles.find(GD) is None


def test_a_store_that_is_away_costs_nobody_an_answer() -> None:
    class Away(MemoryStore):
        def put(self, key: str, value: bytes, ttl: int) -> None:
            raise Unavailable("store", "away")

    Troubles(Away(Clock()), Clock()).note(report())


class Resolver:
    """Answers what a test wants."""

    def __init__(self, answer: TrustChain | Exception) -> None:
        self._answer = answer
        self.asked: list[tuple[str, Collection[str] | None, Sequence[str]]] = []
        self.dropped: list[tuple[str, str]] = []

    def resolve(
        self, entity_id: str, *, anchors: Collection[str] | None = None, supplied: Sequence[str] = ()
    ) -> TrustChain:
        self.asked.append((entity_id, anchors, supplied))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def at_hand(self, entity_id: str) -> TrustChain | None:
        return self._answer if isinstance(self._answer, TrustChain) else None

    def chains(self) -> tuple[TrustChain, ...]:
        return (self._answer,) if isinstance(self._answer, TrustChain) else ()

    def drop(self, issuer: str, subject: str) -> None:
        self.dropped.append((issuer, subject))

    def renew(self, entity_id: str) -> TrustChain | None:
        return self.at_hand(entity_id)


@pytest.mark.parametrize("kind", [Untrusted, Unreachable])
def test_a_walk_that_fails_is_noted_and_fails_as_before(
    kind: type[Untrusted] | type[Unreachable], store: MemoryStore
) -> None:
    troubles = Troubles(store, Clock())
    with pytest.raises(kind):
        Noting(Resolver(kind(report())), troubles).resolve(GD, supplied=("a",))
    assert troubles.find(GD) is not None


def test_a_walk_that_succeeds_is_passed_on(store: MemoryStore) -> None:
    resolver, troubles = Resolver(chain()), Troubles(store, Clock())
    noting = Noting(resolver, troubles)
    assert noting.resolve(GD, anchors=[ANCHOR], supplied=("a",)) is noting.at_hand(GD)
    assert noting.chains() == (noting.at_hand(GD),)
    assert noting.renew(GD) is noting.at_hand(GD)
    noting.drop(ANCHOR, GD)
    assert resolver.asked == [(GD, [ANCHOR], ("a",))]
    assert resolver.dropped == [(ANCHOR, GD)]
    assert troubles.find(GD) is None
