"""What is said of all and of one becomes one statement, in which the one can only be tighter."""

from dataclasses import replace
from typing import Any

import pytest

from federation.authority import Subordinate, Wide, joined, statement_claims
from federation.authority.names import covers
from federation.authority.wide import Contradiction
from federation.policy import InvalidPolicy
from tests.federation.world import ANCHOR, ENTITY, PINNED

ONE = Subordinate(entity_id=ENTITY, jwks=PINNED)


def policy(**operators: object) -> dict[str, Any]:
    return {"openid_provider": {"levels": operators}}


def test_policies_merge_as_those_of_a_chain_would() -> None:
    wide = Wide(metadata_policy=policy(subset_of=["RL1", "RL2", "RL3"], essential=True))
    own = replace(ONE, metadata_policy=policy(subset_of=["RL2", "RL4"]))
    assert joined(wide, own).metadata_policy == policy(subset_of=["RL2"], essential=True)
    assert joined(wide, ONE).metadata_policy == wide.metadata_policy
    assert joined(Wide(), own).metadata_policy == own.metadata_policy


def test_policies_that_contradict_each_other_are_none() -> None:
    with pytest.raises(InvalidPolicy):
        joined(Wide(metadata_policy=policy(value=1)), replace(ONE, metadata_policy=policy(value=2)))


def test_operators_of_others_are_passed_on_with_their_neighbours() -> None:
    wide = Wide(metadata_policy=policy(regexp="a", default=["x"]), metadata_policy_crit=("regexp",))
    own = replace(ONE, metadata_policy=policy(except_=["b"]), metadata_policy_crit=("except_",))
    said = joined(wide, own)
    assert said.metadata_policy == policy(regexp="a", default=["x"], except_=["b"])
    assert said.metadata_policy_crit == ("regexp", "except_")
    assert (
        joined(wide, replace(ONE, metadata_policy=policy(regexp="a"))).metadata_policy == wide.metadata_policy
    )
    with pytest.raises(Contradiction):
        joined(wide, replace(ONE, metadata_policy=policy(regexp="b")))


def names(**lists: list[str]) -> dict[str, Any]:
    return {"naming_constraints": lists}


JOINED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}, {}),
    "the shorter path": ({"max_path_length": 2}, {"max_path_length": 1}, {"max_path_length": 1}),
    "the shorter path, also of all": ({"max_path_length": 1}, {"max_path_length": 2}, {"max_path_length": 1}),
    "a path of nothing": ({"max_path_length": 0}, {}, {"max_path_length": 0}),
    "types of both": (
        {"allowed_entity_types": ["a", "b"]},
        {"allowed_entity_types": ["b", "c"]},
        {"allowed_entity_types": ["b"]},
    ),
    "no types at all": (
        {"allowed_entity_types": []},
        {"allowed_entity_types": ["a"]},
        {"allowed_entity_types": []},
    ),
    "the narrower name": (
        names(permitted=[".example"]),
        names(permitted=["gd.example"]),
        names(permitted=["gd.example"]),
    ),
    "no names at all": (names(permitted=[".example"]), names(permitted=[]), names(permitted=[])),
    "names of all where one has none": (
        names(permitted=[".example"], excluded=["a.example"]),
        names(excluded=["b.example"]),
        names(permitted=[".example"], excluded=["a.example", "b.example"]),
    ),
}


@pytest.mark.parametrize("what", JOINED)
def test_constraints_are_the_tighter_of_both(what: str) -> None:
    wide, own, expected = JOINED[what]
    assert joined(Wide(constraints=wide), replace(ONE, constraints=own)).constraints == expected


def test_what_is_forbidden_to_all_is_allowed_to_nobody() -> None:
    with pytest.raises(Contradiction):
        joined(
            Wide(constraints=names(permitted=[".example"])),
            replace(ONE, constraints=names(permitted=["gd.other"])),
        )


@pytest.mark.parametrize(
    ("wider", "name", "within"),
    [
        (".example", ".example", True),
        (".example", "gd.example", True),
        (".example", ".gd.example", True),
        (".example", "example", False),
        ("example", "gd.example", False),
        ("example", "example", True),
        (".example", ".badexample", False),
        (".gd.example", ".example", False),
    ],
)
def test_a_name_lies_within_another(wider: str, name: str, within: bool) -> None:
    assert covers(wider, name) is within


def test_an_empty_list_of_types_is_stated() -> None:
    one = replace(ONE, constraints={"allowed_entity_types": []})
    said = statement_claims(one, Wide(), issuer=ANCHOR, source_endpoint="u", issued=1, expires=2)
    assert said["constraints"] == {"allowed_entity_types": []}
    assert "metadata" not in said
