"""Settings with which the formulae cannot hold are refused, by the name of the period, with what to write."""

import math
from dataclasses import replace

import pytest

from keys.lifetimes import FEDERATION, OIDC, Lifetimes, problems
from tests.keys.life import QUICK, QUICK_FEDERATION


@pytest.mark.parametrize("times", [OIDC, FEDERATION, QUICK, QUICK_FEDERATION])
def test_lawful_periods_have_no_problems(times: Lifetimes) -> None:
    assert problems(times) == []


PROBLEMS: dict[str, tuple[Lifetimes, str]] = {
    "negative": (replace(OIDC, hold=-1.0), "hold is -1.0 s"),
    "not a number": (replace(OIDC, skew=math.nan), "skew is nan s"),
    "endless": (replace(OIDC, period=math.inf), "period is inf s"),
    "no life of tokens": (replace(OIDC, longest_token=0.0), "longest_token is 0 s"),
    "no life of copies": (replace(OIDC, configuration_life=0.0), "configuration_life is 0 s"),
    "a lead shorter than the wait": (
        replace(OIDC, lead=OIDC.wait - 1),
        f"write lead = {OIDC.wait:g} or more",
    ),
    "key sets that are cached longer than the lead allows": (
        replace(OIDC, document_age=2 * 86_400.0),
        "lead is",
    ),
    "a superior that takes longer than the lead allows": (
        replace(FEDERATION, approval=30 * 86_400.0),
        "lead is",
    ),
    "a period shorter than the lead": (replace(OIDC, period=OIDC.lead - 1), "period is"),
    "a rollback window in which replicas still sign": (
        replace(OIDC, rollback_window=599.0),
        "rollback_window is",
    ),
    "a window in which whoever pinned our keys looks once": (
        replace(FEDERATION, pin_window=FEDERATION.configuration_life),
        "pin_window is",
    ),
    "entity configurations cached past their end": (
        replace(FEDERATION, document_age=FEDERATION.configuration_life + 1),
        "document_age is",
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_cannot_hold_is_refused_by_name(case: str) -> None:
    times, part = PROBLEMS[case]
    found = problems(times)
    assert len(found) == 1
    assert part in found[0]


def test_every_problem_is_told_at_once() -> None:
    assert (
        len(problems(replace(OIDC, lead=1.0, rollback_window=0.0, skew=-1.0))) == 1
    )  # first what is no period
    assert len(problems(replace(OIDC, lead=1.0, rollback_window=0.0))) == 2


def test_what_is_advised_works() -> None:
    assert problems(replace(OIDC, document_age=2 * 86_400.0, lead=4 * 86_400.0 + 900.0)) == []
