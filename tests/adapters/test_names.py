"""When two user names are one: each row is a way to have had more guesses than one is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.names import fold


@pytest.mark.parametrize(
    "spelling",
    [
        "zhangwei", "ZHANGWEI", " zhangwei\t", "ｚｈａｎｇｗｅｉ", "zhang\u00adwei", "zhang\u200bwei", "\ufeffzhangwei",
        "zhang\u2060wei", "zhangwei\ufe0f", "zhang\u034fwei", "zhang\x07wei", "\u202ezhangwei",
    ],
)  # fmt: skip
def test_spellings_of_one_name(spelling: str) -> None:
    assert fold(spelling) == "zhangwei"


@pytest.mark.parametrize(
    ("one", "other"), [("zhangwei", "zhangwei2"), ("张伟", "张玮"), ("zhangwei", "zhàngwěi"), ("a b", "ab")]
)
def test_names_that_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_runs_of_spaces_are_one() -> None:
    assert fold("zhang \u3000\u00a0 wei") == "zhang wei"


@given(st.text(max_size=40))
def test_a_folded_name_is_folded(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=40))
def test_case_never_matters(name: str) -> None:
    assert fold(name.casefold()) == fold(name)
