"""The state of a key is computed from its dates and from facts."""

from dataclasses import replace

import pytest

from keys.facts import Facts
from keys.key import SigningKey
from keys.state import State, state
from tests.keys.forge import NOW, key
from tests.keys.life import QUICK_FEDERATION, SUPERIOR, facts, listed, replica

FRESH = replace(key(), generated=NOW - 500, published=None, active_from=None)
PUBLISHED = replace(FRESH, published=NOW - 10)
OLD = replace(FRESH, published=NOW - 100)
ACTIVE = replace(OLD, active_from=NOW - 50)
RETIRED = replace(ACTIVE, retired_at=NOW - 5)
LEFT = replace(RETIRED, forget_at=NOW - 1)
FED = replace(key(purpose="federation"), generated=NOW - 500, published=NOW - 100, active_from=None)

STATES: dict[str, tuple[SigningKey, Facts, State]] = {
    "nobody outside knows it": (FRESH, facts(), State.GENERATED),
    "published by a node whose clock is ahead": (replace(FRESH, published=NOW + 1), facts(), State.GENERATED),
    "a replica does not serve it": (PUBLISHED, facts(replicas=(replica("a", NOW),)), State.PUBLISHED),
    "everybody has it, old copies may live": (
        PUBLISHED,
        facts(replicas=(replica("a", NOW, PUBLISHED.kid),)),
        State.CERTIFIED,
    ),
    "no old copy can live": (OLD, facts(), State.READY),
    "long published, but a replica has lost it": (OLD, facts(replicas=(replica("a", NOW),)), State.PUBLISHED),
    "long published, but its superior does not list it": (
        FED,
        facts(QUICK_FEDERATION, superiors=(SUPERIOR,)),
        State.PUBLISHED,
    ),
    "its superior has just listed it": (
        FED,
        facts(QUICK_FEDERATION, superiors=(SUPERIOR,), sightings=(listed(FED.kid, NOW - 1),)),
        State.CERTIFIED,
    ),
    "its superior listed it long ago": (
        FED,
        facts(QUICK_FEDERATION, superiors=(SUPERIOR,), sightings=(listed(FED.kid, NOW - 90),)),
        State.READY,
    ),
    "it signs": (ACTIVE, facts(), State.ACTIVE),
    "it signs until the moment of its retirement": (
        replace(ACTIVE, retired_at=NOW + 1),
        facts(),
        State.ACTIVE,
    ),
    "it does not sign any more": (RETIRED, facts(), State.RETIRING),
    "its private half went first": (
        replace(RETIRED, private=None, destroyed_at=NOW),
        facts(),
        State.RETIRING,
    ),
    "it is not published any more": (LEFT, facts(), State.HISTORICAL),
    "nor can it ever sign again": (replace(LEFT, private=None, destroyed_at=NOW), facts(), State.DESTROYED),
    "made and thrown away": (replace(FRESH, private=None, destroyed_at=NOW), facts(), State.DESTROYED),
    "burned while it signed": (replace(ACTIVE, compromised_at=NOW), facts(), State.COMPROMISED),
    "burned, and its private half is gone": (
        replace(LEFT, compromised_at=NOW - 9, private=None, destroyed_at=NOW),
        facts(),
        State.COMPROMISED,
    ),
    "burned by a node whose clock is ahead": (
        replace(ACTIVE, compromised_at=NOW + 60),
        facts(),
        State.COMPROMISED,
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_a_state_is_computed(case: str) -> None:
    one, known, expected = STATES[case]
    assert state(one, known, NOW) is expected


def test_every_state_is_reached() -> None:
    assert {expected for _, _, expected in STATES.values()} == set(State)
