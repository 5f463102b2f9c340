"""Gates: when a key may sign, when it may leave, and why not before."""

import math
from dataclasses import replace

import pytest

from keys.evidence import Level, Override, Sighting
from keys.facts import Facts
from keys.gates import clock, dead, disposable, ready, waits
from keys.key import SigningKey
from keys.ledger import Ledger
from tests.keys.forge import NOW, key
from tests.keys.life import QUICK, QUICK_FEDERATION, SUPERIOR, facts, listed, replica

PEER = "http://zj.localhost:8420"
KID = key().kid
OIDC_KEY = replace(key(), generated=NOW, published=NOW, active_from=None)
FED_KEY = replace(key(purpose="federation"), generated=NOW, published=NOW, active_from=None)
FED = FED_KEY.kid


def federation(**more: object) -> Facts:
    return facts(QUICK_FEDERATION, **more)


def override(at: float, observer: str = SUPERIOR) -> Override:
    return Override(kid=FED, observer=observer, at=at, reason="they are moving house", by="li", second="wang")


def adopted(at: float, level: Level = Level.E3) -> Sighting:
    return Sighting(kid=FED, observer=PEER, kind="peer", level=level, first_at=at, last_at=at)


# the key, the facts, when it may sign (seconds after its publication), and a part of the reason
READY: dict[str, tuple[SigningKey, Facts, float, str]] = {
    "copies of the key set without it must have expired": (
        OIDC_KEY,
        facts(),
        29.0,
        "copies of the old key set",
    ),
    "relying parties may hold the key set twice as long as caches": (
        OIDC_KEY,
        facts(replace(QUICK, document_age=30.0)),
        69.0,
        "copies of the old key set",
    ),
    "peers hold our key set as long as our entity configuration": (
        OIDC_KEY,
        facts(replace(QUICK, configuration_life=100.0)),
        109.0,
        "copies of the old key set",
    ),
    "late replicas are waited for": (OIDC_KEY, facts(replace(QUICK, replica_delay=50.0)), 74.0, "copies"),
    "a hold is waited on top": (
        OIDC_KEY,
        facts(replace(QUICK, hold=10.0)),
        39.0,
        "held back by the settings",
    ),
    "a key that is not published waits for that": (
        replace(OIDC_KEY, published=None),
        facts(),
        math.inf,
        "its publication",
    ),
    "a replica that does not serve it is waited for": (
        OIDC_KEY,
        facts(replicas=(replica("a", NOW, KID), replica("b", NOW))),
        math.inf,
        "replica b to serve",
    ),
    "replicas that serve it are not": (OIDC_KEY, facts(replicas=(replica("a", NOW, KID),)), 29.0, "copies"),
    "a replica that is gone is not waited for": (
        OIDC_KEY,
        facts(replicas=(replica("b", NOW - 9),)),
        29.0,
        "copies",
    ),
    "superiors have no say about keys of tokens": (OIDC_KEY, facts(superiors=(SUPERIOR,)), 29.0, "copies"),
    "copies of the entity configuration must have expired": (
        FED_KEY,
        federation(),
        29.0,
        "copies of the old entity configuration",
    ),
    "a superior that does not list it is waited for, however long": (
        FED_KEY,
        federation(superiors=(SUPERIOR,)),
        math.inf,
        f"waiting for {SUPERIOR} to list the key",
    ),
    "a superior that has fetched it does not list it yet": (
        FED_KEY,
        federation(superiors=(SUPERIOR,), sightings=(listed(FED, NOW, level=Level.E2),)),
        math.inf,
        "to list the key",
    ),
    "another entity's word does not count for a superior's": (
        FED_KEY,
        federation(superiors=(SUPERIOR,), sightings=(listed(FED, NOW, PEER),)),
        math.inf,
        "to list the key",
    ),
    "a listing of another key does not count": (
        FED_KEY,
        federation(superiors=(SUPERIOR,), sightings=(listed(KID, NOW),)),
        math.inf,
        "to list the key",
    ),
    "old statements of a superior must have expired": (
        FED_KEY,
        federation(superiors=(SUPERIOR,), sightings=(listed(FED, NOW + 10),)),
        37.0,
        f"old statements of {SUPERIOR}",
    ),
    "a superior that was quick delays nothing": (
        FED_KEY,
        federation(superiors=(SUPERIOR,), sightings=(listed(FED, NOW + 1),)),
        29.0,
        "copies of the old entity configuration",
    ),
    "every superior is waited for": (
        FED_KEY,
        federation(superiors=(SUPERIOR, PEER), sightings=(listed(FED, NOW + 1),)),
        math.inf,
        f"waiting for {PEER}",
    ),
    "two people may let it pass a superior, whose old statements still count": (
        FED_KEY,
        federation(superiors=(SUPERIOR,), overrides=(override(NOW + 20),)),
        47.0,
        "old statements",
    ),
    "whoever pinned our keys has time": (
        FED_KEY,
        federation(pins=(PEER,)),
        90.0,
        f"waiting for {PEER} to adopt",
    ),
    "whoever has adopted it is not waited for": (
        FED_KEY,
        federation(pins=(PEER,), sightings=(adopted(NOW + 50),)),
        50.0,
        f"{PEER} has adopted",
    ),
    "having fetched it is not having adopted it": (
        FED_KEY,
        federation(pins=(PEER,), sightings=(adopted(NOW + 50, Level.E2),)),
        90.0,
        "to adopt",
    ),
    "two people may let it pass somebody who pinned our keys": (
        FED_KEY,
        federation(pins=(PEER,), overrides=(override(NOW + 40, PEER),)),
        40.0,
        "has adopted",
    ),
}


@pytest.mark.parametrize("case", READY)
def test_a_key_may_sign(case: str) -> None:
    one, known, after, why = READY[case]
    gate = ready(one, known, NOW)
    assert gate.at - NOW == after
    assert why in gate.why
    late = NOW + min(after, 1e9)
    assert not gate.open(late - 0.5)
    assert gate.open(late) == math.isfinite(after)


def test_every_gate_is_told_the_last_first() -> None:
    known = federation(superiors=(SUPERIOR,), pins=(PEER,), sightings=(listed(FED, NOW + 10),))
    assert [gate.at - NOW for gate in waits(FED_KEY, known, NOW)] == [90.0, 37.0, 29.0]


RETIRED = replace(OIDC_KEY, active_from=NOW - 100, retired_at=NOW, reason="superseded")


def signed(exp: float) -> Ledger:
    return Ledger().noted(KID, at=NOW - 1, exp=exp)


# the key, the facts, when it may leave (seconds after its retirement), and a part of the reason
DEAD: dict[str, tuple[SigningKey, Facts, float, str]] = {
    "what it may have signed must have expired": (RETIRED, facts(), 34.0, "may have signed"),
    "what it did sign under longer lifetimes must have expired": (
        RETIRED,
        facts(ledger=signed(NOW + 500)),
        502.0,
        "the last expires",
    ),
    "a ledger that knows less does not shorten the wait": (
        RETIRED,
        facts(ledger=signed(NOW + 1)),
        34.0,
        "may have",
    ),
    "a replica that signs with it is waited for": (
        RETIRED,
        facts(replicas=(replica("a", NOW, signing=(KID,)),)),
        math.inf,
        "replica a still signs",
    ),
    "a replica that signs with another is not": (
        RETIRED,
        facts(replicas=(replica("a", NOW, KID),)),
        34.0,
        "may have",
    ),
    "a key that signs does not leave": (replace(RETIRED, retired_at=None), facts(), math.inf, "still signs"),
    "a key that never signed may leave at once": (OIDC_KEY, facts(), 0.0, "never signed"),
    "entity configurations count as signed": (
        replace(FED_KEY, active_from=NOW - 100, retired_at=NOW),
        federation(),
        29.0,
        "may have signed",
    ),
    "long-lived statements about others count as signed": (
        replace(FED_KEY, active_from=NOW - 100, retired_at=NOW),
        facts(replace(QUICK_FEDERATION, longest_token=300.0)),
        309.0,
        "may have signed",
    ),
}


@pytest.mark.parametrize("case", DEAD)
def test_a_key_may_leave(case: str) -> None:
    one, known, after, why = DEAD[case]
    gate = dead(one, known, NOW)
    assert gate.at - NOW == after
    assert why in gate.why


# the key, the facts, when its private half may go (seconds after its retirement)
DISPOSABLE: dict[str, tuple[SigningKey, Facts, float]] = {
    "kept for a rollback": (RETIRED, facts(), 60.0),
    "gone with the key": (replace(RETIRED, forget_at=NOW + 7), facts(), 7.0),
    "gone at once when it is burned": (replace(RETIRED, compromised_at=NOW + 1), facts(), 1.0),
    "never while it signs": (replace(RETIRED, retired_at=None), facts(), math.inf),
    "never while a replica signs with it": (
        RETIRED,
        facts(replicas=(replica("a", NOW, signing=(KID,)),)),
        math.inf,
    ),
}


@pytest.mark.parametrize("case", DISPOSABLE)
def test_a_private_half_may_go(case: str) -> None:
    one, known, after = DISPOSABLE[case]
    assert disposable(one, known, NOW).at - NOW == after


def test_moments_are_told_in_utc_and_never_too_early() -> None:
    assert clock(0.0) == "1970-01-01 00:00:00 UTC"
    assert clock(59.2) == "1970-01-01 00:01:00 UTC"
