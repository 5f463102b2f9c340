"""Each operator: what it takes, what it does, beside which it may stand."""

from itertools import permutations
from typing import Any

import pytest

from federation.policy import InvalidMetadata, InvalidPolicy
from tests.federation.policy.chains import outcome, resolved

BAD = "invalid_policy"
BROKEN = "invalid_metadata"

# Sentence -> (operator, operand, metadata, what comes of it).
ACTS: dict[str, tuple[dict[str, Any], dict[str, Any], Any]] = {
    "value sets": ({"value": 2}, {}, {"p": 2}),
    "value overwrites": ({"value": {"a": [1]}}, {"p": "x"}, {"p": {"a": [1]}}),
    "value null removes": ({"value": None}, {"p": "x", "q": 1}, {"q": 1}),
    "value null of nothing is nothing": ({"value": None}, {}, {}),
    "add makes an array": ({"add": ["a", "a"]}, {}, {"p": ["a"]}),
    "add keeps the order and adds once": ({"add": ["a", "c"]}, {"p": ["b", "a"]}, {"p": ["b", "a", "c"]}),
    "add takes numbers and objects": ({"add": [1, {"a": 1}]}, {"p": [{"a": 1.0}]}, {"p": [{"a": 1.0}, 1]}),
    "add wants an array there": ({"add": ["a"]}, {"p": "a"}, (BROKEN, "6.1.3.1.2")),
    "default fills": ({"default": False}, {}, {"p": False}),
    "default leaves what is there, even when it is empty": ({"default": ["a"]}, {"p": []}, {"p": []}),
    "one_of lets pass": ({"one_of": ["a", "b"]}, {"p": "b"}, {"p": "b"}),
    "one_of does not ask for presence": ({"one_of": ["a"]}, {}, {}),
    "one_of refuses another": ({"one_of": ["a"]}, {"p": "b"}, (BROKEN, "6.1.3.1.4")),
    "one_of refuses an array of one": ({"one_of": ["a"]}, {"p": ["a"]}, (BROKEN, "6.1.3.1.4")),
    "one_of takes objects in any order of names": (
        {"one_of": [{"a": 1, "b": 2}]},
        {"p": {"b": 2, "a": 1}},
        {"p": {"b": 2, "a": 1}},
    ),
    "subset_of narrows": ({"subset_of": ["a", "b"]}, {"p": ["c", "b"]}, {"p": ["b"]}),
    "subset_of can leave an empty array": ({"subset_of": ["a"]}, {"p": ["b"]}, {"p": []}),
    "subset_of of an empty array leaves one": ({"subset_of": []}, {"p": ["b"]}, {"p": []}),
    "subset_of makes nothing": ({"subset_of": ["a"]}, {}, {}),
    "subset_of wants an array there": ({"subset_of": ["a"]}, {"p": "a"}, (BROKEN, "6.1.3.1.5")),
    "superset_of lets more pass": ({"superset_of": ["a"]}, {"p": ["b", "a"]}, {"p": ["b", "a"]}),
    "superset_of refuses less": ({"superset_of": ["a", "b"]}, {"p": ["a"]}, (BROKEN, "6.1.3.1.6")),
    "superset_of does not ask for presence": ({"superset_of": ["a"]}, {}, {}),
    "superset_of wants an array there": ({"superset_of": ["a"]}, {"p": "a"}, (BROKEN, "6.1.3.1.6")),
    "essential asks for presence": ({"essential": True}, {}, (BROKEN, "6.1.3.1.7")),
    "essential is content with false, 0 and empty": ({"essential": True}, {"p": []}, {"p": []}),
    "essential false asks nothing": ({"essential": False}, {}, {}),
    "add comes before essential": ({"essential": True, "add": ["a"]}, {}, {"p": ["a"]}),
    "default comes before one_of": ({"one_of": ["a"], "default": "b"}, {}, (BROKEN, "6.1.3.1.4")),
    "default comes before subset_of": ({"subset_of": ["a"], "default": ["b", "a"]}, {}, {"p": ["a"]}),
    "default comes after add": ({"default": ["b"], "add": ["a"]}, {}, {"p": ["a"]}),
    "subset_of comes before superset_of": (
        {"superset_of": ["a"], "subset_of": ["a", "b"]},
        {"p": ["a", "c"]},
        {"p": ["a"]},
    ),
    "essential comes after subset_of": (
        {"essential": True, "subset_of": ["a"]},
        {"p": ["c"]},
        {"p": []},
    ),
}

# Type by type: Python takes each of these pairs for the same.
STRICT: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "1 is not true": ({"one_of": [1]}, True, (BROKEN, "6.1.3.1.4")),
    "0 is not false": ({"one_of": [0]}, False, (BROKEN, "6.1.3.1.4")),
    "1 is 1.0": ({"one_of": [1]}, 1.0, {"p": 1.0}),
    "1 is not the string 1": ({"one_of": ["1"]}, 1, (BROKEN, "6.1.3.1.4")),
    "true in an array is not 1": ({"superset_of": [1]}, [True], (BROKEN, "6.1.3.1.6")),
    "true in an object is not 1": ({"one_of": [{"a": 1}]}, {"a": True}, (BROKEN, "6.1.3.1.4")),
    "true is not kept by a subset of numbers": ({"subset_of": [1, 2]}, [True, 2], {"p": [2]}),
    "a huge number is not the float beside it": (
        {"one_of": [9007199254740993]},
        9007199254740992.0,
        (BROKEN, "6.1.3.1.4"),
    ),
}

OPERANDS: dict[str, tuple[Any, ...]] = {
    "value": ([None], {"a": None}, {"a": [{"b": None}]}),
    "add": ("a", None, {}, True, [True], [None], [["a"]], [{"a": None}]),
    "default": (None, [None], {"a": None}),
    "one_of": ("a", None, [], [True], [None], [["a"]]),
    "subset_of": ("a", None, 1, [False], [None]),
    "superset_of": ("a", None, {"a": 1}, [True]),
    "essential": (1, 0, "true", None, []),
}
SECTIONS = {name: f"6.1.3.1.{number}" for number, name in enumerate(OPERANDS, 1)}

# Pairs: (operands that may stand together, operands that may not, the operator whose section is broken).
PAIRS: dict[tuple[str, str], tuple[tuple[Any, Any] | None, tuple[Any, Any] | None]] = {
    ("value", "add"): ((["a", "b"], ["a"]), (["a"], ["b"])),
    ("value", "default"): ((["a"], ["b"]), (None, ["b"])),
    ("value", "one_of"): (("a", ["a", "b"]), ("c", ["a", "b"])),
    ("value", "subset_of"): ((["a"], ["a", "b"]), (["c"], ["a", "b"])),
    ("value", "superset_of"): ((["a", "b"], ["a"]), (["b"], ["a"])),
    ("value", "essential"): ((None, False), (None, True)),
    ("add", "default"): ((["a"], ["b"]), None),
    ("add", "one_of"): (None, (["a"], ["a"])),
    ("add", "subset_of"): ((["a"], ["a", "b"]), (["c"], ["a", "b"])),
    ("add", "superset_of"): ((["a"], ["a"]), None),
    ("add", "essential"): ((["a"], True), None),
    ("default", "one_of"): (("a", ["a"]), None),
    ("default", "subset_of"): ((["a"], ["a"]), None),
    ("default", "superset_of"): ((["a"], ["a"]), None),
    ("default", "essential"): (("a", True), None),
    ("one_of", "subset_of"): (None, (["a"], ["a"])),
    ("one_of", "superset_of"): (None, (["a"], ["a"])),
    ("one_of", "essential"): ((["a"], False), None),
    ("subset_of", "superset_of"): ((["a", "b"], ["a"]), (["a"], ["a", "b"])),
    ("subset_of", "essential"): ((["a"], False), None),
    ("superset_of", "essential"): ((["a"], False), None),
}


@pytest.mark.parametrize("case", ACTS)
def test_an_operator_acts(case: str) -> None:
    operators, metadata, left = ACTS[case]
    assert outcome(metadata, {"p": operators}) == left


@pytest.mark.parametrize("case", STRICT)
def test_types_are_those_of_json(case: str) -> None:
    operators, parameter, left = STRICT[case]
    assert outcome({"p": parameter}, {"p": operators}) == left


def test_true_is_not_merged_with_one() -> None:
    assert outcome({}, {"p": {"value": True}}, {"p": {"value": 1}}) == (BAD, "6.1.3.1.1")
    assert outcome({}, {"p": {"value": [1]}}, {"p": {"value": [1.0]}}) == {"p": [1]}


@pytest.mark.parametrize(
    ("name", "operand"), [(name, one) for name, operands in OPERANDS.items() for one in operands]
)
def test_an_operand_of_another_type_spoils_the_chain(name: str, operand: Any) -> None:
    assert outcome({}, {"p": {name: operand}}) == (BAD, SECTIONS[name])


def test_the_table_of_pairs_is_whole() -> None:
    names = list(SECTIONS)
    assert set(PAIRS) == {(a, b) for a, b in permutations(names, 2) if names.index(a) < names.index(b)}


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_operators_stand_together_as_their_values_allow(pair: tuple[str, str]) -> None:
    first, second = pair
    good, bad = PAIRS[pair]
    for operands, lawful in ((good, True), (bad, False)):
        if operands is None:
            continue
        # In one policy, and in either order of two: a merge is judged like a policy.
        one, other = {first: operands[0]}, {second: operands[1]}
        for policies in (({"p": {**one, **other}},), ({"p": one}, {"p": other}), ({"p": other}, {"p": one})):
            answer = outcome({}, *policies)
            assert (answer == (BAD, SECTIONS[first])) is not lawful


def test_a_refusal_says_where_and_which_rule() -> None:
    with pytest.raises(InvalidMetadata) as metadata:
        resolved({"p": "c"}, {"p": {"one_of": ["a"]}})
    assert (metadata.value.where.parameter, metadata.value.where.operator) == ("p", "one_of")
    assert str(metadata.value) == (
        "merged policy, openid_relying_party, p, one_of: the parameter is none of the allowed values"
    )
    with pytest.raises(InvalidPolicy) as policy:
        resolved({}, {"p": {"value": 1}}, {"p": {"value": 2}})
    assert policy.value.where.statement == "statement 2 of 2"
    assert (policy.value.section, policy.value.where.operator) == ("6.1.3.1.1", "value")


def test_a_long_name_of_a_stranger_does_not_flood_a_log() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        resolved({}, {"p" * 100_000: {"add": "a"}})
    assert len(str(refused.value)) < 500
