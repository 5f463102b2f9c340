"""The ladder of assurance, rung by rung."""

import pytest

from idp import levels
from idp.levels import Al

NATION = "http://anchor.localhost:8401"


@pytest.mark.parametrize(
    ("rl", "al", "step"),
    [
        (1, Al.AL1, "basic"),
        (2, Al.AL1, "basic"),
        (2, Al.AL3, "basic"),
        (3, Al.AL1, "realname"),
        (3, Al.AL2, "realname-mfa"),
        (3, Al.AL3, "realname-mfa"),
        (4, Al.AL1, "realname"),
        (4, Al.AL2, "realperson"),
        (4, Al.AL2P, "realperson-pr"),
        (5, Al.AL1, "realname"),
        (5, Al.AL2P, "realperson-pr"),
        (5, Al.AL3, "certified"),
    ],
)
def test_what_an_authentication_reaches(rl: int, al: Al, step: str) -> None:
    assert levels.reached(rl, al) == step


@pytest.mark.parametrize("rl", [0, 6, -1])
def test_there_are_five_identity_levels(rl: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        levels.reached(rl, Al.AL1)


@pytest.mark.parametrize("wanted", levels.STEPS)
@pytest.mark.parametrize("have", levels.STEPS)
def test_a_step_meets_itself_and_what_is_below(have: str, wanted: str) -> None:
    assert levels.meets(have, [wanted]) is (levels.STEPS.index(have) >= levels.STEPS.index(wanted))


def test_any_of_those_wanted_will_do_and_strangers_meet_nothing() -> None:
    assert levels.meets("realname", ["certified", "basic"])
    assert levels.meets("basic", [])
    assert not levels.meets("certified", ["platinum"])
    assert levels.meets("certified", ["platinum", "realname"])
    with pytest.raises(ValueError):
        levels.meets("platinum", ["basic"])


@pytest.mark.parametrize("step", levels.STEPS)
def test_a_uri_names_its_step_and_no_other(step: str) -> None:
    assert levels.step(levels.uri(step, NATION), NATION) == step


@pytest.mark.parametrize(
    "value",
    [
        "realname",
        "http://other.localhost:8401/acr/realname",
        f"{NATION}/acr/platinum",
        f"{NATION}/acr/",
        f"{NATION}/acr/realname/",
        f"{NATION}/ACR/realname",
        f"x{NATION}/acr/realname",
        "",
    ],
)
def test_a_value_of_another_ladder_is_no_step(value: str) -> None:
    assert levels.step(value, NATION) is None


def test_a_step_demands_what_whoever_has_just_that_much_reaches() -> None:
    for step in levels.STEPS:
        assert levels.reached(*levels.demands(step)) == step
    with pytest.raises(ValueError):
        levels.demands("platinum")


def test_levels_are_written_as_the_nation_writes_them() -> None:
    assert levels.IDENTITY_LEVELS == ("RL1", "RL2", "RL3", "RL4", "RL5")
    assert levels.AUTHENTICATOR_LEVELS == ("AL1", "AL2", "AL2p", "AL3")
