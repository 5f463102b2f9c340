"""Signing notes until when what was signed counts, and does not sign with a ring that may be old."""

import pytest

from idp.errors import Unavailable
from idp.lookout import ANYBODY, Lookout
from idp.pen import Pen
from keys.evidence import Level
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.idp.made import NOW, Clock
from tests.idp.oauth.place import ISSUER, OIDC

RING = KeyRing(purpose="oidc", keys=OIDC)
CLAIMS = {"iss": ISSUER, "iat": NOW, "exp": NOW + 60}


def test_the_latest_end_of_what_a_key_signed_is_noted() -> None:
    tally = Tally()
    pen = Pen(lambda: RING, tally, Clock())
    pen.sign({**CLAIMS, "exp": NOW + 90}, typ="JWT")
    pen.sign(CLAIMS, typ="JWT")
    pen.sign(CLAIMS, typ="JWT", alg="RS256")
    ledger = tally.take()
    assert ledger.latest_exp(RING.signer(NOW).kid) == NOW + 90
    assert ledger.latest_exp(RING.signer(NOW, "RS256").kid) == NOW + 60


def test_nothing_is_signed_or_noted_without_a_ring() -> None:
    def gone() -> KeyRing:
        raise Unavailable("records")

    tally = Tally()
    with pytest.raises(Unavailable):
        Pen(gone, tally, Clock()).sign(CLAIMS, typ="JWT")
    assert tally.take().entries == {}


def test_whoever_took_what_we_signed_has_proved_that_it_knows_the_key() -> None:
    lookout = Lookout(Clock())
    token = Pen(lambda: RING, Tally(), Clock()).sign(CLAIMS, typ="JWT")
    lookout.accepted(token, "hub", "peer")
    ((seen, times),) = lookout.take()
    assert (seen.kid, seen.observer, seen.level, times) == (RING.signer(NOW).kid, "hub", Level.E3, 1)
    assert lookout.take() == []


def test_fetches_without_a_name_are_counted_for_all_together() -> None:
    lookout = Lookout(Clock())
    for _ in range(3):
        lookout.fetched(["k"])
    ((seen, times),) = lookout.take()
    assert (seen.observer, seen.level, times) == (ANYBODY, Level.E1, 3)


def test_what_could_not_be_written_down_is_kept_with_what_was_seen_since() -> None:
    clock = Clock()
    lookout = Lookout(clock)
    lookout.fetched(["k"])
    seen = lookout.take()
    clock.now += 5
    lookout.fetched(["k"])
    lookout.give_back(seen)
    ((both, times),) = lookout.take()
    assert (both.first_at, both.last_at, times) == (NOW, NOW + 5, 2)
