"""What a node sees is put together from what is at hand, seldom, and never from more than it may read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from federation.authority import State, Subordinate
from federation.authority.listing import Filters, Place
from federation.chain import TrustChain
from idp.authority.gathering import Collected, Gathered
from idp.errors import Unavailable
from idp.seen import sight
from idp.seen.picture import Picture
from idp.seen.portrait import Entity
from idp.seen.sight import AGAIN, Sight
from tests.idp.chains import ANCHOR, CITY, province
from tests.idp.made import GD, ZJ, Clock

OWN = Entity(entity_id=ANCHOR, state="passed", roles=("anchor",))


def nothing() -> Collected:
    return Collected()


def eye(*, gathered: Callable[[], Collected] = nothing, **given: Any) -> Sight:
    return Sight(gathered=gathered, **given)


class Registry:
    """Subordinates of a test."""

    def __init__(self, *subordinates: Subordinate) -> None:
        self.rows = {one.entity_id: one for one in subordinates}
        self.read = 0

    def find(self, entity_id: str) -> Subordinate | None:
        return self.rows.get(entity_id)

    def page(
        self, filters: Filters | None = None, *, after: Place | None = None, limit: int = 100
    ) -> Sequence[Subordinate]:
        self.read += 1
        return [one for one in self.rows.values() if one.state == "active"][:limit]

    def ids(self, filters: Filters | None = None) -> Sequence[str]:
        return [one.entity_id for one in self.rows.values() if one.state == "active"]

    def every(self, state: State) -> Sequence[str]:
        return [one.entity_id for one in self.rows.values() if one.state == state]


def registered(entity_id: str, state: State = "active") -> Subordinate:
    return Subordinate(entity_id=entity_id, jwks={}, kinds=("openid_provider",), state=state)


def states(seen: Picture) -> dict[str, str]:
    return {one.entity_id: one.state for level in seen.levels for one in level.entities}


def test_an_authority_sees_its_registry_and_the_chains_at_hand() -> None:
    registry = Registry(registered(GD), registered(ZJ, "suspended"), registered(CITY, "removed"))
    look = eye(own=OWN, chains=lambda: [province()], below=registry, clock=Clock())
    assert states(look.picture()) == {ANCHOR: "passed", GD: "trusted", ZJ: "suspended"}


def test_a_node_without_subordinates_sees_its_chains() -> None:
    own = replace(OWN, entity_id=CITY, superior=GD)
    look = eye(own=own, chains=lambda: [province()], below=None, clock=Clock())
    assert states(look.picture()) == {ANCHOR: "passed", GD: "trusted", CITY: "passed"}


GATHERED = Collected(
    entities=(
        Gathered(entity_id=GD, anchor=ANCHOR, superior=ANCHOR, kinds=("openid_provider",)),
        Gathered(entity_id=CITY, anchor=ANCHOR, superior=GD, kinds=("federation_entity",)),
    )
)


def test_what_was_gathered_fills_in_who_is_not_at_hand() -> None:
    look = eye(own=OWN, chains=list, below=Registry(registered(GD)), gathered=lambda: GATHERED, clock=Clock())
    assert states(look.picture()) == {ANCHOR: "passed", GD: "registered", CITY: "passed"}
    assert [level.number for level in look.picture().levels] == [0, 1, 2]


def test_a_store_that_is_away_leaves_what_is_at_hand() -> None:
    def away() -> Collected:
        raise Unavailable("store", "away")

    look = eye(own=OWN, chains=list, below=Registry(registered(GD)), gathered=away, clock=Clock())
    assert states(look.picture()) == {ANCHOR: "passed", GD: "registered"}


def test_it_looks_again_after_some_seconds_only() -> None:
    clock, registry, chains = Clock(), Registry(registered(GD)), list[TrustChain]()
    look = eye(own=OWN, chains=lambda: chains, below=registry, clock=clock)
    first = look.picture()
    chains.append(province())
    clock.now += AGAIN - 0.1
    assert look.picture() is first
    assert registry.read == 1
    clock.now += 0.1
    assert states(look.picture())[GD] == "trusted"


def test_a_clock_that_was_set_back_does_not_keep_an_old_picture() -> None:
    clock, registry = Clock(), Registry()
    look = eye(own=OWN, chains=list, below=registry, clock=clock)
    look.picture()
    clock.now -= 3600
    look.picture()
    assert registry.read == 2


def test_of_a_large_registry_some_is_read_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "READ", 3)
    everybody = [registered(f"https://p{number}.example") for number in range(7)]
    seen = eye(own=OWN, chains=list, below=Registry(*everybody), clock=Clock()).picture()
    assert (seen.known, seen.uncounted) == (4, 4)
    few = eye(own=OWN, chains=list, below=Registry(*everybody[:3]), clock=Clock()).picture()
    assert (few.known, few.uncounted) == (4, 0)


def test_of_many_that_stand_still_some_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "STANDING", 2)
    everybody = [registered(f"https://p{number}.example", "suspended") for number in range(7)]
    seen = eye(own=OWN, chains=list, below=Registry(*everybody), clock=Clock()).picture()
    assert list(states(seen).values()).count("suspended") == 2


def test_one_that_was_reinstated_while_we_read_stands_still_no_more() -> None:
    class Moving(Registry):
        def every(self, state: State) -> Sequence[str]:
            return [GD, ZJ, CITY] if state == "suspended" else ()

    registry = Moving(registered(GD), registered(ZJ, "suspended"))
    seen = eye(own=OWN, chains=list, below=registry, clock=Clock()).picture()
    assert states(seen) == {ANCHOR: "passed", GD: "registered", ZJ: "suspended"}
