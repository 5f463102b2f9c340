"""The worked example of the page about keys is what the code computes."""

import re
from dataclasses import replace

import pytest

from keys import gates
from keys.evidence import Level, Sighting
from keys.facts import Facts
from keys.key import generate
from keys.lifetimes import Lifetimes
from keys.simulation import ONE_NODE, table
from keys.state import State
from tests.docs.pages import DOCS, read

PAGE = DOCS / "explanation" / "keys.md"
HOUR = 3600.0
EXAMPLE = ONE_NODE["federation"]
SHORT = replace(
    EXAMPLE, configuration_life=6 * HOUR, statement_life=6 * HOUR, longest_token=6 * HOUR, document_age=HOUR
)


def moments(times: Lifetimes) -> dict[str, float]:
    """The moments of a rotation, in hours after the publication of the new key."""
    key = generate(alg="ES256", purpose="federation", issuer="https://gd.example", now=0.0, published=0.0)
    certified = times.superior_poll + times.approval
    seen = Sighting(
        kid=key.kid, observer="a", kind="superior", level=Level.E3, first_at=certified, last_at=certified
    )
    alone = gates.ready(key, Facts(lifetimes=times), 0.0).at
    switch = gates.ready(key, Facts(lifetimes=times, superiors=("a",), sightings=(seen,)), 0.0).at
    old = replace(key, active_from=0.0, retired_at=switch)
    removal = gates.dead(old, Facts(lifetimes=times), 0.0).at
    found = {"certified": certified, "copies gone": alone, "switch": switch, "removal": removal}
    return {name: round(at / HOUR, 1) for name, at in found.items()}


def test_the_worked_example_is_what_the_code_computes() -> None:
    told = re.findall(r"^\| ([a-z ]+) \| ([0-9.]+) \|", read(PAGE), re.MULTILINE)
    assert {name: float(hours) for name, hours in told} == moments(EXAMPLE)


def test_the_example_with_short_lifetimes_is_what_the_code_computes() -> None:
    short = moments(SHORT)
    assert (short["switch"], short["removal"]) == (11.2, 17.3)
    assert re.search(r"switch comes at 11\.2 h and the removal at\s+17\.3 h", read(PAGE))


def test_the_table_of_plans_is_what_the_simulation_says() -> None:
    for row in table():
        hours = f"{row.switch / HOUR:.1f} h | {row.removed / HOUR:.1f} h"
        assert f"| {row.plan} | {hours} | {100 * row.share:.2f} % |" in read(PAGE)


@pytest.mark.parametrize("state", State)
def test_every_state_is_explained(state: State) -> None:
    assert f"\n| {state.value} | " in read(PAGE)
