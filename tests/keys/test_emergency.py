"""A burned key counts for nothing at once, and another one signs."""

from dataclasses import replace

import pytest

from keys.change import Change
from keys.emergency import revoke
from keys.evidence import Level, Sighting
from keys.facts import Facts
from keys.ledger import Ledger
from keys.ring import KeyRing
from keys.rotation import rotate, turn
from keys.state import State, state
from tests.keys.forge import NOW
from tests.keys.life import (
    QUICK,
    QUICK_FEDERATION,
    SUPERIOR,
    Maker,
    born,
    done,
    facts,
    names,
    refused,
    replica,
)


def burned(ring: KeyRing, kid: str, at: float, known: Facts | None = None) -> Change:
    maker = Maker(ring.purpose, at)
    return done(revoke(ring, known or facts(), at, kid=kid, reason="stolen", new_key=maker))


def rotated(ring: KeyRing, at: float) -> KeyRing:
    return done(rotate(ring, facts(), at, new_key=Maker(now=at))).ring


def test_a_burned_key_is_gone_at_once_and_its_record_stays() -> None:
    ring = born()
    signer = ring.signer(NOW)
    change = burned(ring, signer.kid, NOW + 40)
    (key,) = change.ring.historical(NOW + 40)
    assert (key.kid, key.private, key.compromised_at, key.retired_at) == (
        signer.kid,
        None,
        NOW + 40,
        NOW + 40,
    )
    assert key.reason == "stolen"
    assert state(key, facts(), NOW + 40) is State.COMPROMISED
    assert change.ring.denied() == {signer.kid}
    for off in (-QUICK.drift, 0, QUICK.drift):  # on every clock
        assert signer.kid not in {one.kid for one in change.ring.published(NOW + 40 + off)}
        assert change.ring.signer(NOW + 40 + off).kid != signer.kid


def test_the_standby_signs_at_once_and_a_new_one_is_published() -> None:
    ring = born()
    standby = ring.standby("ES256")
    assert standby is not None
    change = burned(ring, ring.signer(NOW).kid, NOW + 40)
    assert names(change) == ["compromised", "destroyed", "activated", "generated", "published"]
    assert change.ring.signer(NOW + 40).kid == standby.kid
    assert change.ring.standby("ES256") is not None
    assert change.exposure is not None
    assert not change.exposure.forced


def test_before_the_standby_is_ready_the_key_before_signs_since_everybody_knows_it() -> None:
    ring = born()
    first = ring.signer(NOW)
    ring = rotated(ring, NOW + 30)
    change = burned(ring, ring.signer(NOW + 30).kid, NOW + 35)
    assert change.ring.signer(NOW + 35).kid == first.kid
    assert change.exposure is not None
    assert not change.exposure.forced


def test_without_anything_better_an_unready_standby_signs_and_the_report_says_so() -> None:
    ring = born()
    standby = ring.standby("ES256")
    assert standby is not None
    change = burned(ring, ring.signer(NOW).kid, NOW + 5)
    assert change.ring.signer(NOW + 5).kid == standby.kid
    assert change.exposure is not None
    assert change.exposure.forced
    assert "do not fetch again" in change.exposure.whys[-1]


def test_without_any_other_key_a_fresh_one_signs_on_every_clock() -> None:
    ring = born()
    alone = replace(ring, keys=(ring.signer(NOW),))
    change = burned(alone, ring.signer(NOW).kid, NOW + 40)
    assert change.exposure is not None
    assert change.exposure.forced
    assert change.ring.signer(NOW + 40 - QUICK.drift) == change.ring.signer(NOW + 40)
    assert change.ring.standby("ES256") is not None


def test_a_key_that_a_replica_does_not_serve_is_not_taken_for_ready() -> None:
    ring = born()
    deaf = facts(replicas=(replica("a", NOW + 40),))
    change = burned(ring, ring.signer(NOW).kid, NOW + 40, deaf)
    assert change.exposure is not None
    assert change.exposure.forced


def test_a_burned_standby_is_replaced_and_the_signer_stays() -> None:
    ring = born()
    standby = ring.standby("ES256")
    assert standby is not None
    change = burned(ring, standby.kid, NOW + 5)
    assert change.ring.signer(NOW + 5).kid == ring.signer(NOW).kid
    fresh = change.ring.standby("ES256")
    assert fresh is not None
    assert fresh.kid != standby.kid
    assert change.ring.historical(NOW + 5) == ()  # it never signed


def test_a_burned_key_never_comes_back() -> None:
    ring = rotated(born(), NOW + 30)
    old = next(key.kid for key in ring.keys if key.retired_at is not None)
    ring = burned(ring, old, NOW + 31).ring
    ring = burned(ring, ring.signer(NOW + 31).kid, NOW + 32).ring
    for at in (NOW + 33, NOW + 100, NOW + 1000):
        ring = turn(ring, facts(), at, Maker(now=at), ("ES256",)).ring
        assert not ring.denied() & {key.kid for key in ring.published(at)}
    assert len(ring.denied()) == 2


def test_revoking_twice_changes_nothing() -> None:
    ring = born()
    kid = ring.signer(NOW).kid
    once = burned(ring, kid, NOW + 40)
    twice = burned(once.ring, kid, NOW + 50)
    assert twice.events == ()
    assert twice.ring == once.ring
    assert twice.exposure is not None
    assert twice.exposure.at == NOW + 40


def test_revoking_a_key_that_never_was_is_refused() -> None:
    assert "never had" in refused(revoke(born(), facts(), NOW, kid="x", reason="", new_key=Maker())).why


def test_the_report_says_what_remains_at_others_and_until_when() -> None:
    ring = born()
    kid = ring.signer(NOW).kid

    def saw(observer: str, level: Level) -> Sighting:
        return Sighting(kid=kid, observer=observer, kind="client", level=level, first_at=NOW, last_at=NOW)

    known = facts(
        ledger=Ledger().noted(kid, at=NOW, exp=NOW + 500),
        sightings=(saw("b", Level.E1), saw("a", Level.E1), saw("c", Level.E2)),
    )
    report = burned(ring, kid, NOW + 40, known).exposure
    assert report is not None
    assert report.tokens_until == NOW + 500
    assert report.copies_until == NOW + 40 + 20 + 9
    assert [one.observer for one in report.observers] == ["c", "a", "b"]
    assert len(report.whys) == 3


@pytest.mark.parametrize(("superiors", "until"), [((), 29.0), ((SUPERIOR,), 30.0)])
def test_a_superior_that_has_to_agree_adds_to_the_exposure(superiors: tuple[str, ...], until: float) -> None:
    known = facts(QUICK_FEDERATION, superiors=superiors)
    ring = born(known)
    report = burned(ring, ring.signer(NOW).kid, NOW, known).exposure
    assert report is not None
    assert report.copies_until == NOW + until


def test_a_key_that_nobody_ever_saw_leaves_nothing() -> None:
    secret = Maker()("ES256")
    ring = replace(born(), keys=(*born().keys[:1], secret))
    report = burned(ring, secret.kid, NOW).exposure
    assert report is not None
    assert (report.tokens_until, report.copies_until) == (NOW, NOW)
    assert len(report.whys) == 1
