"""Rotations that are too early break verifiers, in about the shares that others found; ours breaks none."""

from dataclasses import replace

import pytest

from keys.key import Purpose
from keys.simulation import ONE_NODE, Row, table

# plan: when it switches and removes (hours after publication), and the share that fails, in percent
REFERENCE = {
    "the new key signs at once, the old one is removed at once": (0.0, 0.0, 77.4),
    "the new key signs at once, the old one is kept": (0.0, 24.2, 68.6),
    "as soon as the superior certifies": (5.0, 29.2, 50.2),
    "after our own copies, whatever the superior does": (24.2, 48.3, 1.9),
    "formula, but the old key is removed at the switch": (29.2, 29.2, 55.7),
    "formula, but the switch is too early": (27.2, 51.3, 0.27),
    "formula, but the removal is too early": (29.2, 51.3, 0.07),
    "formula": (29.2, 53.3, 0.0),
}


def rows(purpose: Purpose, **changes: float) -> dict[str, Row]:
    return {row.plan: row for row in table(replace(ONE_NODE[purpose], **changes))}  # type: ignore[arg-type]


@pytest.mark.parametrize("plan", REFERENCE)
def test_a_federation_key_behaves_as_in_the_reference(plan: str) -> None:
    switch, removed, percent = REFERENCE[plan]
    row = rows("federation")[plan]
    assert row.verifiers == 1500
    assert (round(row.switch / 3600, 1), round(row.removed / 3600, 1)) == (switch, removed)
    assert 100 * row.share == pytest.approx(percent, abs=5 if percent > 2 else 0.5)
    assert 100 * row.risk == pytest.approx(percent, abs=5 if percent > 2 else 0.5)


@pytest.mark.parametrize("purpose", ["federation", "oidc"])
def test_only_the_formula_breaks_nobody(purpose: Purpose) -> None:
    assert {plan: row.risk > 0 for plan, row in rows(purpose).items()} == {
        plan: plan != "formula" for plan in rows(purpose)
    }
    assert rows(purpose)["formula"].failed == 0


def test_naive_plans_break_many_relying_parties() -> None:
    found = rows("oidc")
    assert found["the new key signs at once, the old one is kept"].share > 0.3
    assert found["after max-age of the key set, once"].share > 0.2
    assert found["formula, but the old key is removed at the switch"].share > 0.01


@pytest.mark.parametrize("purpose", ["federation", "oidc"])
@pytest.mark.parametrize("seed", range(5))
def test_no_crowd_finds_a_gap_in_the_formula(purpose: Purpose, seed: int) -> None:
    assert table(ONE_NODE[purpose], verifiers=5000, seed=seed)[-1].risk == 0


PERIODS: dict[str, tuple[Purpose, dict[str, float]]] = {
    "short lives": ("federation", {"configuration_life": 21600.0, "statement_life": 21600.0}),
    "clocks ten minutes off": ("federation", {"skew": 600.0}),
    "a slow superior": ("federation", {"approval": 3 * 86400.0}),
    "long tokens": ("oidc", {"longest_token": 86400.0}),
    "seconds, as in the demo": (
        "oidc",
        {
            "longest_token": 30.0,
            "document_age": 5.0,
            "configuration_life": 20.0,
            "replica_delay": 3.0,
            "skew": 1.0,
        },
    ),
}


SECONDS = {
    "longest_token": 30.0,
    "document_age": 5.0,
    "configuration_life": 20.0,
    "statement_life": 0.0,
    "superior_poll": 0.0,
    "approval": 0.0,
    "replica_delay": 3.0,
    "skew": 60.0,
}


@pytest.mark.parametrize("purpose", ["federation", "oidc"])
def test_clocks_that_are_off_by_more_than_anything_lives_are_reckoned_with(purpose: Purpose) -> None:
    found = rows(purpose, **SECONDS)
    assert all(0 <= row.risk <= 1 for row in found.values())
    assert found["the new key signs at once, the old one is removed at once"].risk > 0.3
    assert found["formula"].risk == 0


def test_without_a_superior_no_plan_waits_for_one() -> None:
    found = rows("federation", statement_life=0.0, superior_poll=0.0, approval=0.0)
    assert not [plan for plan in found if "superior" in plan]
    assert found["formula"].risk == 0 < found["formula, but the switch is too early"].risk


@pytest.mark.parametrize("case", PERIODS)
def test_the_formula_follows_the_settings(case: str) -> None:
    purpose, changes = PERIODS[case]
    found = rows(purpose, **changes)
    assert found["formula"].risk == 0
    assert found["formula, but the switch is too early"].risk > 0


def test_the_same_seed_gives_the_same_table() -> None:
    assert table(seed=3) == table(seed=3) != table(seed=4)
