"""Rotation: the wheel and the people who turn it, step by step."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from keys.change import SUPERSEDED
from keys.facts import Facts
from keys.key import generate
from keys.plan import plan
from keys.ring import KeyRing, NoKey
from keys.rotation import announce, rollback, rotate, turn
from keys.state import State, state
from tests.keys.forge import ISSUER, NOW
from tests.keys.life import (
    QUICK,
    QUICK_FEDERATION,
    SUPERIOR,
    Maker,
    born,
    done,
    empty,
    facts,
    listed,
    names,
    refused,
    replica,
)

ES = ("ES256",)


def turned(ring: KeyRing, at: float, known: Facts | None = None, wanted: Sequence[str] = ES) -> KeyRing:
    known = known or facts()
    return turn(ring, known, at, Maker(ring.purpose, at), wanted).ring


def rotated(ring: KeyRing, at: float, known: Facts | None = None) -> KeyRing:
    return done(rotate(ring, known or facts(), at, new_key=Maker(ring.purpose, at))).ring


def test_a_new_ring_signs_at_once_and_publishes_a_standby_on_every_clock() -> None:
    change = turn(empty(), facts(), NOW, Maker(), ("ES256", "EdDSA"))
    assert names(change) == ["generated", "published", "activated"] * 2 + ["generated", "published"] * 2
    for alg in ("ES256", "EdDSA"):
        signer, standby = change.ring.signer(NOW, alg), change.ring.standby(alg)
        assert change.ring.signer(NOW - QUICK.drift, alg) == signer  # a node whose clock is behind
        assert standby is not None
        assert standby in change.ring.published(NOW)


def test_turning_again_changes_nothing() -> None:
    ring = born()
    for at in (NOW, NOW, NOW + 5, NOW + 50, NOW + 197):
        assert turn(ring, facts(), at, Maker(now=at), ES).events == ()


def test_a_ring_that_was_made_by_hand_before_its_first_use_begins_with_that_key() -> None:
    made = generate(alg="ES256", purpose="oidc", issuer=ISSUER, now=NOW - 9)
    ring = turned(KeyRing(purpose="oidc", keys=(made,)), NOW)
    assert ring.signer(NOW).kid == made.kid


def test_the_schedule_moves_a_ring_on_through_a_whole_life() -> None:
    ring = born()
    first, second = ring.signer(NOW), ring.standby("ES256")
    assert second is not None
    assert turned(ring, NOW + 197.9) == ring
    ring = turned(ring, NOW + 198)  # 200 s after the first key's beginning, which was put 2 s back
    assert ring.signer(NOW + 198).kid == second.kid
    third = ring.standby("ES256")
    assert third is not None
    assert {third.kid, second.kid, first.kid} == {key.kid for key in ring.published(NOW + 198)}
    retired = NOW + 198
    assert turned(ring, retired + 33.9) == ring
    ring = turned(ring, retired + 34)
    assert first.kid not in {key.kid for key in ring.published(retired + 34)}
    (gone,) = ring.historical(retired + 34)
    assert (gone.kid, gone.private, gone.reason) == (first.kid, None, SUPERSEDED)
    assert state(gone, facts(), retired + 34) is State.DESTROYED


def test_a_private_half_goes_with_its_rollback_window_before_the_key_does() -> None:
    known = facts(replace(QUICK, rollback_window=10.0))
    ring = rotated(born(), NOW + 30, known)
    old = next(key.kid for key in ring.keys if key.retired_at is not None)
    kept = {key.kid: key for key in turned(ring, NOW + 39, known).keys}
    gone = {key.kid: key for key in turned(ring, NOW + 41, known).keys}
    assert kept[old].private is not None
    assert (gone[old].private, gone[old].destroyed_at, gone[old].forget_at) == (None, NOW + 41, None)
    assert isinstance(
        done(rollback(turned(ring, NOW + 39, known), known, NOW + 39, reason="x")).ring, KeyRing
    )
    refused(rollback(turned(ring, NOW + 41, known), known, NOW + 41, reason="x"))


def test_the_schedule_waits_for_the_lead_the_gates_and_the_replicas() -> None:
    ring = rotated(born(), NOW + 195)  # the standby was published late in the period of the first
    at = NOW + 195 + 200
    waiting = facts(replicas=(replica("slow", at),))
    assert turned(ring, at, waiting).signer(at) == ring.signer(at)
    assert turned(ring, at).signer(at) != ring.signer(at)
    hasty, at = facts(replace(QUICK, period=35.0)), NOW + 195 + 40
    assert turned(ring, at - 0.1, hasty).signer(at) == ring.signer(at)
    assert turned(ring, at, hasty).signer(at) != ring.signer(at)


def test_a_node_that_has_not_acknowledged_a_key_never_lets_it_sign() -> None:
    ring = born()
    standby = ring.standby("ES256")
    assert standby is not None
    at = NOW + 10_000
    deaf = facts(replicas=(replica("a", at, standby.kid), replica("b", at)))
    assert turned(ring, at, deaf).signer(at) == ring.signer(at)
    assert "replica b" in refused(rotate(ring, deaf, at, new_key=Maker(now=at))).why
    heard = facts(replicas=(replica("a", at, standby.kid), replica("b", at, standby.kid)))
    assert turned(ring, at, heard).signer(at).kid == standby.kid


def test_people_may_rotate_before_the_schedule_but_not_before_the_gates() -> None:
    ring = born()
    no = refused(rotate(ring, facts(), NOW + 28.9, new_key=Maker()))
    assert no.earliest == NOW + 29
    assert "copies of the old key set" in no.why
    change = done(rotate(ring, facts(), NOW + 29, new_key=Maker(now=NOW + 29)))
    assert names(change) == ["retired", "activated", "generated", "published"]
    assert change.ring.signer(NOW + 29).kid != ring.signer(NOW + 29).kid


def test_two_who_rotate_one_after_the_other_make_one_new_key() -> None:
    ring = rotated(born(), NOW + 29)
    again = refused(rotate(ring, facts(), NOW + 29.1, new_key=Maker()))
    assert again.earliest == NOW + 58


def test_all_algorithms_rotate_together_or_none() -> None:
    ring = born(None, NOW, "ES256", "EdDSA")
    both = rotated(ring, NOW + 29)
    assert {both.signer(NOW + 29, alg).active_from for alg in ("ES256", "EdDSA")} == {NOW + 29}
    one = done(rotate(ring, facts(), NOW + 29, new_key=Maker(), alg="EdDSA")).ring
    assert one.signer(NOW + 29).kid == ring.signer(NOW).kid
    assert one.signer(NOW + 29, "EdDSA").kid != ring.signer(NOW, "EdDSA").kid
    refused(rotate(one, facts(), NOW + 40, new_key=Maker()))


def test_rotating_what_is_not_there_is_refused() -> None:
    refused(rotate(empty(), facts(), NOW, new_key=Maker()))
    assert "announce" in refused(rotate(born(), facts(), NOW + 29, new_key=Maker(), alg="EdDSA")).why


def test_announcing_publishes_a_standby_once() -> None:
    ring = born()
    assert announce(ring, NOW, alg="ES256", new_key=Maker()).events == ()
    change = announce(ring, NOW, alg="EdDSA", new_key=Maker())
    assert names(change) == ["generated", "published"]
    with pytest.raises(NoKey):
        change.ring.signer(NOW, "EdDSA")
    later = turned(change.ring, NOW + 29, wanted=("ES256", "EdDSA"))
    assert later.signer(NOW + 29, "EdDSA").alg == "EdDSA"  # nothing signs with it: no schedule to wait for


def test_an_algorithm_that_is_not_wanted_any_more_ends_with_its_period() -> None:
    ring = born(None, NOW, "ES256", "EdDSA")
    assert turned(ring, NOW + 197) == ring
    ring = turned(ring, NOW + 198)
    with pytest.raises(NoKey):
        ring.signer(NOW + 198, "EdDSA")
    assert ring.standby("EdDSA") is None
    assert ring.signer(NOW + 198)
    assert len([key for key in ring.published(NOW + 198) if key.alg == "EdDSA"]) == 1
    assert [key for key in turned(ring, NOW + 300).published(NOW + 300) if key.alg == "EdDSA"] == []


def test_a_rollback_lets_the_key_before_sign_again_on_every_clock() -> None:
    ring = born()
    first = ring.signer(NOW).kid
    forward = rotated(ring, NOW + 30)
    change = done(rollback(forward, facts(), NOW + 31, reason="the new token is slow"))
    assert names(change) == ["retired", "rolled_back"]
    assert {change.ring.signer(NOW + 31 + off).kid for off in (-QUICK.drift, 0, QUICK.drift)} == {first}
    left = next(key for key in change.ring.keys if key.kid == forward.signer(NOW + 31).kid)
    assert left.reason == "rolled back: the new token is slow"
    assert left in change.ring.published(NOW + 31)
    assert turned(change.ring, NOW + 31) == change.ring  # the wheel does not undo it
    refused(rollback(change.ring, facts(), NOW + 32, reason="again"))
    assert left.kid not in {key.kid for key in turned(change.ring, NOW + 80).published(NOW + 80)}


def test_one_rolls_back_until_the_old_key_is_gone() -> None:
    ring = rotated(born(), NOW + 30)
    done(rollback(turned(ring, NOW + 63), facts(), NOW + 63.9, reason="x"))
    refused(rollback(turned(ring, NOW + 64), facts(), NOW + 64, reason="x"))
    refused(rollback(born(), facts(), NOW + 10, reason="x"))


def test_a_federation_key_waits_for_its_superior() -> None:
    asked = facts(QUICK_FEDERATION, superiors=(SUPERIOR,))
    ring = born(asked)
    standby = ring.standby("ES256")
    assert standby is not None
    at = NOW + 10_000
    assert turned(ring, at, asked) == ring
    agreed = replace(asked, sightings=(listed(standby.kid, at),))
    assert turned(ring, at + 26, agreed) == ring
    assert turned(ring, at + 27, agreed).signer(at + 27).kid == standby.kid


def test_two_keys_that_were_told_to_sign_become_one() -> None:
    ring = born()
    standby = ring.standby("ES256")
    assert standby is not None
    second = replace(standby, active_from=NOW + 40)
    torn = replace(ring, keys=(ring.signer(NOW), second))
    ring = turned(torn, NOW + 41)
    assert [key.kid for key in ring.keys if key.active_from and not key.retired_at] == [second.kid]


def test_a_key_that_is_not_fresh_is_not_taken() -> None:
    ring = born()
    for stale in (ring.signer(NOW), replace(Maker()("EdDSA"), published=NOW), Maker()("ES256")):
        with pytest.raises(ValueError, match="not a fresh"):
            announce(ring, NOW, alg="EdDSA", new_key=lambda _, key=stale: key)  # type: ignore[misc]
    other = Maker("federation")("EdDSA")
    with pytest.raises(ValueError, match="another purpose"):
        announce(ring, NOW, alg="EdDSA", new_key=lambda _: other)


def test_a_kid_is_never_used_twice() -> None:
    ring = born()
    spare = Maker()("ES256")
    used = replace(spare, published=NOW - 9, active_from=NOW - 9, retired_at=NOW - 5, forget_at=NOW - 1)
    with pytest.raises(ValueError, match="never used twice"):
        announce(replace(ring, keys=(ring.signer(NOW), used)), NOW, alg="ES256", new_key=lambda _: spare)


def test_a_plan_is_what_happens() -> None:
    ring, at = born(), NOW
    for _ in range(6):
        steps = plan(ring, facts(), at, ES).steps
        moments = sorted({step.earliest for step in steps})
        assert turn(ring, facts(), moments[0] - 0.5, Maker(now=at), ES).events == ()
        at = moments[0]
        change = turn(ring, facts(), at, Maker(now=at), ES)
        planned = {step.kid for step in steps if step.earliest == at}
        assert planned <= {event.kid for event in change.events}
        ring = change.ring


def test_a_plan_says_why_not_yet() -> None:
    steps = {step.kind: step for step in plan(born(), facts(), NOW, ES).steps}
    switch, retire, forget = steps["activate"], steps["retire"], steps["forget"]
    assert switch.earliest == retire.earliest == NOW + 198
    assert "the schedule replaces" in switch.why
    assert "copies of the old key set" in switch.blocked_by[0]
    assert forget.earliest == NOW + 198 + 34
    assert not any(step.due(NOW + 10_000) for step in (switch, retire, forget))
    later = {step.kind: step for step in plan(born(), facts(), NOW + 60, ES).steps}
    assert later["activate"].blocked_by == ()


def test_the_plan_of_a_new_ring_begins_at_once() -> None:
    steps = plan(empty(), facts(), NOW, ES).steps
    assert [(step.kind, step.earliest) for step in steps] == [
        ("generate", NOW),
        ("publish", NOW),
        ("activate", NOW),
    ]
