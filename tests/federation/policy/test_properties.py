"""Whatever statements say: inputs stay, answers are the same twice, and nobody widens a superior's bounds."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.policy import PolicyError, resolve
from federation.policy.values import among, holds_null, within
from tests.federation.policy.chains import RP, statement

SCALARS = st.sampled_from(["a", "b", "c", 0, 1, 1.0, True, False])
ARRAYS = st.lists(SCALARS, max_size=3)
VALUES = SCALARS | ARRAYS | st.none() | st.dictionaries(st.sampled_from("xy"), SCALARS, max_size=2)
LISTS = st.lists(st.sampled_from(["a", "b", "c", 1]), max_size=3)
OPERATORS = st.fixed_dictionaries(
    {},
    optional={
        "value": VALUES,
        "add": LISTS,
        "default": VALUES,
        "one_of": LISTS,
        "subset_of": LISTS,
        "superset_of": LISTS,
        "essential": st.booleans(),
        "unknown": VALUES,
    },
)
POLICIES = st.dictionaries(st.sampled_from(["p", "q", "scope"]), OPERATORS, max_size=3)
CHAINS = st.lists(st.builds(statement, POLICIES), max_size=4)
METADATA = st.fixed_dictionaries(
    {RP: st.dictionaries(st.sampled_from(["p", "q", "scope"]), VALUES | st.just("a b"), max_size=3)}
)


def answer(chain: list[dict[str, Any]], metadata: dict[str, Any]) -> Any:
    try:
        return resolve(chain, metadata)
    except PolicyError as error:
        return error.error, error.section, str(error)


@given(CHAINS, METADATA)
@settings(max_examples=300, deadline=None)
def test_inputs_stay_and_the_answer_is_the_same_twice(
    chain: list[dict[str, Any]], metadata: dict[str, Any]
) -> None:
    before = copy.deepcopy((chain, metadata))
    first = answer(chain, metadata)
    assert repr((chain, metadata)) == repr(before)
    assert repr(answer(*before)) == repr(first)


@given(CHAINS, METADATA)
@settings(max_examples=300, deadline=None)
def test_no_null_comes_out(chain: list[dict[str, Any]], metadata: dict[str, Any]) -> None:
    resolved = answer(chain, metadata)
    assert isinstance(resolved, tuple) or not holds_null(resolved)


@given(LISTS, CHAINS, METADATA)
@settings(max_examples=300, deadline=None)
def test_no_subordinate_widens_a_subset(
    bound: list[Any], chain: list[dict[str, Any]], metadata: dict[str, Any]
) -> None:
    resolved = answer([statement({"p": {"subset_of": bound}}), *chain], metadata)
    if not isinstance(resolved, tuple) and "p" in resolved[RP]:
        assert within(resolved[RP]["p"], bound)


@given(LISTS, CHAINS, METADATA)
@settings(max_examples=300, deadline=None)
def test_no_subordinate_widens_a_choice(
    bound: list[Any], chain: list[dict[str, Any]], metadata: dict[str, Any]
) -> None:
    resolved = answer([statement({"p": {"one_of": bound}}), *chain], metadata)
    if not isinstance(resolved, tuple) and "p" in resolved[RP]:
        assert among(resolved[RP]["p"], bound)


@given(CHAINS, METADATA)
@settings(max_examples=200, deadline=None)
def test_what_a_policy_left_it_leaves_again(chain: list[dict[str, Any]], metadata: dict[str, Any]) -> None:
    resolved = answer(chain, metadata)
    if not isinstance(resolved, tuple):
        assert answer(chain, resolved) == resolved
