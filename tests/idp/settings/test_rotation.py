"""A node does not start with periods under which a rotation would break somebody."""

from pathlib import Path

import pytest

from idp.badge import ASSERTION_LIFETIME
from idp.deliveries import TOKEN_LIFETIME
from idp.settings import load
from idp.settings.rotation import SHORT_TOKEN, lifetimes
from keys.lifetimes import FEDERATION, OIDC
from keys.lifetimes import problems as misfits
from tests.idp.settings.test_problems import GOOD, problems

CASES = {
    "a lead that is shorter than the gates": (
        "oidc_lead = 3600",
        "[rotation] oidc_lead is 3600 s, but a new key can need",
    ),
    "a federation lead that is": (
        "federation_lead = 3600",
        "[rotation] federation_lead is 3600 s, but a new key can need",
    ),
    "a period that is shorter than its lead": (
        "oidc_period = 60",
        "[rotation] oidc_period is 60 s, shorter than the lead",
    ),
    "a hold that leaves no time": (
        "hold = 604800",
        "[rotation] oidc_lead is 172800 s, but a new key can need",
    ),
    "a rollback that would come too late": ("rollback_window = 11", "[rotation] rollback_window is 11 s"),
}


@pytest.mark.parametrize("case", CASES)
def test_start_up_refuses_periods_that_do_not_fit_and_says_which(tmp_path: Path, case: str) -> None:
    line, said = CASES[case]
    found = problems(tmp_path, f"{GOOD}\n[rotation]\n{line}\n")
    assert any(text.startswith(said) and "write" in text for text in found), found


def test_the_defaults_fit(tmp_path: Path) -> None:
    path = tmp_path / "manyou.toml"
    path.write_text(GOOD, encoding="utf-8")
    settings = load(path, {})
    assert misfits(lifetimes(settings, "oidc")) == misfits(lifetimes(settings, "federation")) == []
    assert lifetimes(settings, "oidc").period == OIDC.period
    assert lifetimes(settings, "federation").period == FEDERATION.period


def test_no_token_that_we_make_lives_longer_than_the_rotation_waits() -> None:
    assert max(TOKEN_LIFETIME, ASSERTION_LIFETIME) <= SHORT_TOKEN
