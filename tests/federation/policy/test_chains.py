"""Policies of whole chains: many levels, operators nobody knows, what belongs to whom."""

import copy
from types import MappingProxyType
from typing import Any

import pytest

from federation.policy import InvalidMetadata, InvalidPolicy, apply, merge, overlay, resolve
from tests.federation.policy.chains import RP, outcome, resolved, statement

OP = "openid_provider"


def test_four_levels_narrow_one_after_the_other() -> None:
    levels = [{"p": {"subset_of": list(one)}} for one in ("abcd", "bcde", "cdx", "dc")]
    assert resolved({"p": ["a", "d", "c", "b"]}, *levels) == {"p": ["d", "c"]}


def test_three_levels_add_up() -> None:
    levels = [{"p": {"add": ["a"]}}, {"p": {"add": ["b", "a"]}}, {"p": {"superset_of": ["b"]}}]
    assert resolved({"p": ["z"]}, *levels) == {"p": ["z", "a", "b"]}


def test_essential_of_any_level_holds() -> None:
    levels = [{"p": {"essential": one}} for one in (False, True, False)]
    assert outcome({}, *levels) == ("invalid_metadata", "6.1.3.1.7")
    assert outcome({}, levels[0], levels[2]) == {}


def test_a_conflict_is_found_between_the_first_and_the_third_level() -> None:
    first, second, third = {"p": {"value": "a"}}, {"q": {"default": 1}}, {"p": {"value": "b"}}
    assert outcome({}, first, second, third) == ("invalid_policy", "6.1.3.1.1")
    assert outcome({}, first, second) == {"p": "a", "q": 1}


def test_combinations_are_judged_after_each_merge() -> None:
    wide, narrow, more = {"subset_of": ["a", "b"]}, {"subset_of": ["a"]}, {"superset_of": ["b"]}
    assert outcome({}, {"p": wide}, {"p": more}) == {}
    assert outcome({}, {"p": wide}, {"p": more}, {"p": narrow}) == ("invalid_policy", "6.1.3.1.5")


def test_a_fault_at_the_second_level_is_not_mended_by_the_third() -> None:
    bad = {"p": {"one_of": ["a"], "subset_of": ["a"]}}
    assert outcome({}, {"p": {"default": "a"}}, bad, {"p": {"default": "a"}}) == (
        "invalid_policy",
        "6.1.3.1.4",
    )


def test_a_policy_is_judged_on_its_own_before_it_is_merged() -> None:
    alone = {"p": {"one_of": ["b"], "add": ["b"]}}
    assert outcome({}, {"p": {"one_of": ["a"]}}, alone) == ("invalid_policy", "6.1.3.1.2")


def test_an_empty_intersection_of_one_of_is_an_error_and_of_subset_of_is_not() -> None:
    assert outcome({}, {"p": {"one_of": ["a"]}}, {"p": {"one_of": ["b"]}}) == ("invalid_policy", "6.1.3.1.4")
    assert outcome({"p": ["a"]}, {"p": {"subset_of": ["a"]}}, {"p": {"subset_of": ["b"]}}) == {"p": []}


def test_one_of_keeps_what_all_levels_share() -> None:
    levels = [{"p": {"one_of": list(one)}} for one in ("abc", "bcd", "cb")]
    assert outcome({"p": "c"}, *levels) == {"p": "c"}
    assert outcome({"p": "a"}, *levels) == ("invalid_metadata", "6.1.3.1.4")


def test_the_superior_is_asked_first() -> None:
    assert resolved({}, {"p": {"add": ["a"]}}, {"p": {"add": ["b"]}}) == {"p": ["a", "b"]}


def test_an_unknown_operator_is_left_out_and_its_neighbours_stay() -> None:
    policy = {"p": {"except": ["b"], "subset_of": ["a", "b"]}, "q": {"regexp": "^x"}}
    assert resolved({"p": ["a", "b", "c"], "q": "y"}, policy) == {"p": ["a", "b"], "q": "y"}


@pytest.mark.parametrize("level", range(3))
def test_a_critical_unknown_operator_of_any_level_ends_the_chain(level: int) -> None:
    chain = [statement({"p": {"except": ["b"]}}) for _ in range(3)]
    assert resolve(chain, {RP: {"p": ["b"]}}) == {RP: {"p": ["b"]}}
    chain[level]["metadata_policy_crit"] = ["except"]
    with pytest.raises(InvalidPolicy, match="except: the operator is critical") as refused:
        resolve(chain, {RP: {}})
    assert refused.value.section == "6.1.3.2"
    assert refused.value.where.statement == f"statement {level + 1} of 3"


def test_critical_operators_are_collected_before_any_policy_is_read() -> None:
    chain = [statement({"p": {"add": "a"}}), {"metadata_policy_crit": ["except"]}]
    with pytest.raises(InvalidPolicy) as refused:
        resolve(chain, {})
    assert refused.value.section == "6.1.3.2"


def test_a_standard_operator_may_be_called_critical() -> None:
    assert resolve([statement({"p": {"value": 1}}, metadata_policy_crit=["value"])], {RP: {}}) == {
        RP: {"p": 1}
    }


@pytest.mark.parametrize("crit", ["value", None, {}, [1], [None]])
def test_critical_operators_are_an_array_of_names(crit: Any) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        resolve([{"metadata_policy_crit": crit}], {})
    assert refused.value.section == "6.1.3.2"


@pytest.mark.parametrize(
    "policy", [None, [], "x", {RP: None}, {RP: []}, {RP: {"p": None}}, {RP: {"p": ["a"]}}]
)
def test_a_policy_of_another_shape_ends_the_chain(policy: Any) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        resolve([{"metadata_policy": policy, "iss": "https://a.example"}], {RP: {}})
    assert refused.value.section == "6.1.2"
    assert refused.value.where.statement == "statement 1 of 1 by https://a.example"


def test_custom_types_and_parameters_are_governed_like_any_other() -> None:
    chain = [{"metadata_policy": {"cn_notary": {"省#zh": {"value": ["粤"]}, "": {"default": 1}}}}]
    assert resolve(chain, {"cn_notary": {"x": 1}}) == {"cn_notary": {"x": 1, "省#zh": ["粤"], "": 1}}


def test_a_name_in_another_language_is_another_parameter() -> None:
    assert resolved({"n": "a", "n#fr": "b"}, {"n#fr": {"value": "c"}}) == {"n": "a", "n#fr": "c"}


def test_a_policy_makes_no_entity_type() -> None:
    chain = [{"metadata_policy": {OP: {"p": {"value": 1, "essential": True}}}}]
    assert resolve(chain, {RP: {}}) == {RP: {}}
    assert resolve(chain, {OP: {}}) == {OP: {"p": 1}}


def test_a_faulty_policy_about_another_entity_type_still_ends_the_chain() -> None:
    with pytest.raises(InvalidPolicy):
        resolve([{"metadata_policy": {OP: {"p": {"add": "a"}}}}], {RP: {}})


def test_only_the_immediate_superior_states_metadata_and_before_policy() -> None:
    far = {"metadata": {RP: {"p": ["far"], "q": "far"}}}
    near = statement({"p": {"subset_of": ["near", "own"]}}, metadata={RP: {"p": ["near", "x"]}})
    assert resolve([far, near], {RP: {"p": ["own"], "r": 1}}) == {RP: {"p": ["near"], "r": 1}}
    assert overlay(near, {RP: {}}) == {RP: {"p": ["near", "x"]}}


def test_entity_types_can_be_taken_away_between_superior_metadata_and_policy() -> None:
    near = {"metadata": {OP: {"p": 1}}, "metadata_policy": {OP: {"p": {"one_of": [2]}}}}
    stated = overlay(near, {RP: {"q": 1}})
    with pytest.raises(InvalidMetadata):
        apply(merge([near]), stated)
    assert apply(merge([near]), {RP: stated[RP]}) == {RP: {"q": 1}}


@pytest.mark.parametrize("metadata", [None, [], "x", {RP: None}, {RP: []}, {RP: {"p": None}}])
def test_metadata_of_another_shape_is_refused_from_either_hand(metadata: Any) -> None:
    for chain, own in (([], metadata), ([{"metadata": metadata}], {RP: {}})):
        with pytest.raises(InvalidMetadata) as refused:
            resolve(chain, own)
        assert refused.value.section == "5"


def test_no_policy_leaves_everything() -> None:
    metadata = {RP: {"p": [1, True, {"a": None}], "scope": "a  b"}}
    assert resolve([], metadata) == resolve([{}], metadata) == metadata


def test_frozen_claims_are_read_and_never_edited() -> None:
    policy = MappingProxyType({RP: MappingProxyType({"p": MappingProxyType({"add": ("b",)})})})
    metadata = MappingProxyType({RP: MappingProxyType({"p": ("a",)})})
    chain = (MappingProxyType({"metadata_policy": policy}),)
    assert resolve(chain, metadata) == {RP: {"p": ["a", "b"]}}


def test_what_comes_out_does_not_lead_back_into_a_statement() -> None:
    chain: list[dict[str, Any]] = [statement({"p": {"value": [{"a": [1]}]}}), statement({})]
    metadata: dict[str, Any] = {RP: {"q": [{"b": 1}]}}
    before = copy.deepcopy((chain, metadata))
    answer: Any = resolve(chain, metadata)
    answer[RP]["p"][0]["a"].append(2)
    answer[RP]["q"][0]["b"] = 2
    assert (chain, metadata) == before
