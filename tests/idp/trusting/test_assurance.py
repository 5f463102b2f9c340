"""What a provider may assert is what its chain leaves it; more is refused."""

from typing import Any

import pytest

from idp.errors import Unavailable
from idp.trusting.assurance import Assurance, TooMuch
from tests.idp.chains import Known, chain, hub, province
from tests.idp.made import GD, HUB

LAWFUL: dict[str, Any] = {"vouching": HUB, "origin": GD, "region": "440000", "rl": 3, "step": "realname"}


@pytest.fixture
def trust() -> Known:
    trust = Known()
    trust.found = {GD: province(), HUB: hub()}
    return trust


def test_a_provider_may_assert_its_highest_levels(trust: Known) -> None:
    Assurance(trust).check(**LAWFUL)
    Assurance(trust).check(**{**LAWFUL, "vouching": GD})
    Assurance(trust).check(**{**LAWFUL, "rl": 1, "step": "basic"})


TOO_MUCH: dict[str, dict[str, object]] = {
    "a higher identity level": {"rl": 4},
    "a stronger authentication": {"step": "realname-mfa"},
    "somebody of another region": {"region": "330000"},
    "no region of its own": {"origin": HUB, "vouching": HUB},
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_more_than_that_is_refused(trust: Known, case: str) -> None:
    with pytest.raises(TooMuch):
        Assurance(trust).check(**{**LAWFUL, **TOO_MUCH[case]})


def test_an_assertion_is_refused_when_whoever_passes_it_on_may_not_say_so_much(trust: Known) -> None:
    trust.found[GD] = province(GD, "440000", manyou_identity_levels=["RL4"])
    trust.found[HUB] = chain(HUB, resolved={"openid_provider": {"manyou_identity_levels": ["RL3"]}})
    with pytest.raises(TooMuch, match="hub"):
        Assurance(trust).check(**{**LAWFUL, "rl": 4})


@pytest.mark.parametrize("levels", [None, [], "RL3", ["RL4"], [3]])
def test_a_chain_that_leaves_no_fitting_list_lets_nothing_pass(trust: Known, levels: object) -> None:
    trust.found[GD] = province(GD, "440000", manyou_identity_levels=levels)
    with pytest.raises(TooMuch, match="RL3"):
        Assurance(trust).check(**LAWFUL)


@pytest.mark.parametrize("entity", [GD, HUB])
def test_an_assertion_of_somebody_to_whom_no_chain_leads_is_refused(trust: Known, entity: str) -> None:
    trust.found[entity] = None
    with pytest.raises(TooMuch, match="no trust chain"):
        Assurance(trust).check(**LAWFUL)


def test_silence_is_not_a_judgement(trust: Known) -> None:
    del trust.found[GD]
    with pytest.raises(Unavailable):
        Assurance(trust).check(**LAWFUL)
