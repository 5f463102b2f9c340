"""`scope` is an array that is written as a string; no other parameter is."""

from typing import Any

import pytest

from tests.federation.policy.chains import outcome, resolved

CASES: dict[str, tuple[dict[str, Any], str | None, Any]] = {
    "a subset is written back with spaces": (
        {"subset_of": ["openid", "email"]},
        "email phone openid",
        "email openid",
    ),
    "nothing left is an empty string": ({"subset_of": ["openid"]}, "phone", ""),
    "values are added": ({"add": ["email"]}, "openid", "openid email"),
    "values are added to nothing": ({"add": ["email"]}, None, "email"),
    "a superset is looked for by value": ({"superset_of": ["openid"]}, "email openid", "email openid"),
    "a name that begins alike is another": (
        {"superset_of": ["open"]},
        "openid",
        ("invalid_metadata", "6.1.3.1.6"),
    ),
    "a value may be an array": ({"value": ["openid", "email"]}, "phone", "openid email"),
    "a value may be a string": ({"value": "openid email"}, None, "openid email"),
    "a value may be null": ({"value": None}, "openid", None),
    "a default may be an array": ({"default": ["openid"]}, None, "openid"),
    "one_of lists whole scopes": ({"one_of": ["openid", "openid email"]}, "openid email", "openid email"),
    "one_of refuses another whole": (
        {"one_of": ["openid email"]},
        "openid",
        ("invalid_metadata", "6.1.3.1.4"),
    ),
    "essential asks for it": ({"essential": True}, None, ("invalid_metadata", "6.1.3.1.7")),
    "value and subset_of go together by value": (
        {"value": "openid", "subset_of": ["openid", "email"]},
        None,
        "openid",
    ),
    "value and subset_of disagree by value": (
        {"value": "openid phone", "subset_of": ["openid"]},
        None,
        ("invalid_policy", "6.1.3.1.1"),
    ),
    "an element of two values is refused": ({"add": ["openid email"]}, None, ("invalid_policy", "6.1.3.1.8")),
    "an element of no value is refused": ({"subset_of": [""]}, "a", ("invalid_policy", "6.1.3.1.8")),
    "a number is no scope": ({"value": 1}, None, ("invalid_policy", "6.1.3.1.8")),
    "numbers are no scopes to choose from": ({"one_of": [1]}, None, ("invalid_policy", "6.1.3.1.8")),
}


@pytest.mark.parametrize("case", CASES)
def test_scope_is_processed_as_an_array(case: str) -> None:
    operators, scope, left = CASES[case]
    given = {} if scope is None else {"scope": scope}
    wanted = left if isinstance(left, tuple) else ({} if left is None else {"scope": left})
    assert outcome(given, {"scope": operators}) == wanted


def test_a_string_and_an_array_of_the_same_values_merge() -> None:
    assert resolved({}, {"scope": {"value": "a b"}}, {"scope": {"value": ["a", "b"]}}) == {"scope": "a b"}


def test_a_scope_that_is_no_string_is_refused_when_a_policy_is_about_it() -> None:
    assert outcome({"scope": ["a"]}, {"scope": {"add": ["b"]}}) == ("invalid_metadata", "6.1.3.1.8")


def test_a_policy_that_says_nothing_about_scope_leaves_it_as_it_is_written() -> None:
    for operators in ({}, {"unknown": 1}):
        assert outcome({"scope": "b  a "}, {"scope": operators}) == {"scope": "b  a "}


def test_no_other_parameter_is_split() -> None:
    assert outcome({"scopes": "a b"}, {"scopes": {"subset_of": ["a"]}}) == ("invalid_metadata", "6.1.3.1.5")
