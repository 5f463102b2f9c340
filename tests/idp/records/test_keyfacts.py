"""What is known about keys merges, whoever writes it, and outlives the process that saw it."""

import pytest

from idp.audit import Entry
from idp.errors import Unavailable
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.keyfacts import KeyFacts
from idp.records.keys import KeyRecords
from idp.records.wheel import Wheel
from keys.evidence import Level, Override, Sighting
from keys.facts import Replica
from keys.ledger import Ledger, Signed

NOW = 1_800_000_000.0
ENTRY = Entry(at=NOW, event="key.activated", details={"kid": "k"})


@pytest.fixture
def facts(database: Database) -> KeyFacts:
    return KeyFacts(database, AuditRecords(database, "node"))


def sighting(first: float, last: float) -> Sighting:
    return Sighting(kid="k", observer="hub", kind="peer", level=Level.E3, first_at=first, last_at=last)


def test_a_replica_says_what_it_serves_and_signs_with_again_and_again(facts: KeyFacts) -> None:
    for at in (NOW, NOW + 5):
        said = Replica(name="a", acknowledged=frozenset("xy"), signing=frozenset("x"), heartbeat=at)
        facts.beat("oidc", said, 3)
    assert facts.replicas("oidc") == (said,)
    assert facts.replicas("federation") == ()
    facts.prune(NOW + 6)
    assert facts.replicas("oidc") == ()


def test_two_accounts_of_one_key_become_one_with_the_latest_end(facts: KeyFacts) -> None:
    facts.note(Ledger({"k": Signed(first_signed=5, last_signed=9, latest_exp=100)}), [])
    facts.note(Ledger({"k": Signed(first_signed=3, last_signed=7, latest_exp=90)}), [])
    assert facts.ledger().entries == {"k": Signed(first_signed=3, last_signed=9, latest_exp=100)}


def test_sightings_are_counted_from_the_first_to_the_last(facts: KeyFacts) -> None:
    facts.note(Ledger(), [(sighting(5, 6), 2)])
    facts.note(Ledger(), [(sighting(3, 4), 1)])
    assert facts.sightings(["k"]) == ((sighting(3, 6), 3),)
    assert facts.sightings(["other"]) == ()


def test_an_agreement_counts_once_for_what_it_was_given_and_not_for_ever(facts: KeyFacts) -> None:
    facts.approve("code", kid="k", observer="hub", by="li", expires=NOW + 60, entry=ENTRY)
    assert facts.approval("code", kid="k", observer="hub", now=NOW) == "li"
    assert facts.approval("code", kid="other", observer="hub", now=NOW) is None
    assert facts.approval("code", kid="k", observer="zj", now=NOW) is None
    assert facts.approval("wrong", kid="k", observer="hub", now=NOW) is None
    assert facts.approval("code", kid="k", observer="hub", now=NOW + 60) is None
    given = Override(kid="k", observer="hub", at=NOW, reason="they are gone", by="wang", second="li")
    assert facts.override(given, "code", ENTRY)
    assert not facts.override(given, "code", ENTRY)
    assert facts.overrides(["k"]) == (given,)


def test_a_ring_and_its_events_are_kept_together_or_not_at_all(database: Database) -> None:
    audit = AuditRecords(database, "node")
    wheel = Wheel(database, audit)
    assert wheel.save("oidc", 0, [], entries=[ENTRY], fence=None)
    assert not wheel.save("oidc", 0, [], entries=[ENTRY], fence=None), "somebody else was first"
    assert [one.entry.event for one in audit.tail()] == ["key.activated"]
    assert KeyRecords(database).load("oidc")[0] == 1


def test_a_leader_that_was_replaced_writes_nothing_any_more(database: Database) -> None:
    audit = AuditRecords(database, "node")
    wheel = Wheel(database, audit)
    first, second = wheel.next_fence(), wheel.next_fence()
    assert second > first
    with pytest.raises(Unavailable):
        wheel.save("oidc", 0, [], entries=[ENTRY], fence=first)
    assert wheel.save("oidc", 0, [], entries=[ENTRY], fence=second)
