"""What a change does to an entity is seen from its chain before and after."""

from typing import Any

import pytest

from federation import simulation
from federation.chain import Broken
from federation.simulation import Difference, Fault
from tests.federation.country import Country

RP = "openid_relying_party"
COUNTRY = Country()


def policy(**operators: Any) -> dict[tuple[str, str], Any]:
    return {("anchor", "gd"): {"metadata_policy": {RP: {"scope": operators}}}}


BEFORE = COUNTRY.verified()


def broken(**operators: Any) -> Fault:
    with pytest.raises(Broken) as refused:
        COUNTRY.verified(changes=policy(**operators))
    return simulation.fault(refused.value)


def test_nothing_changes() -> None:
    effect = simulation.compare("portal", BEFORE, COUNTRY.verified(changes=policy(essential=True)))
    assert (effect.verdict, effect.fault, effect.differences) == ("stays", None, ())


def test_a_parameter_changes_and_is_named() -> None:
    effect = simulation.compare("portal", BEFORE, COUNTRY.verified(changes=policy(value="openid email")))
    assert effect.verdict == "changes"
    assert effect.differences == (
        Difference(kind=RP, parameter="scope", before="openid", after="openid email"),
    )


def test_a_parameter_that_appears_was_absent() -> None:
    changes = {("anchor", "gd"): {"metadata_policy": {RP: {"x": {"value": True}}}}}
    (found,) = simulation.compare("portal", BEFORE, COUNTRY.verified(changes=changes)).differences
    assert (found.before, found.after) == (None, True)


def test_true_is_another_value_than_one() -> None:
    def said(value: object) -> Any:
        changes = {("anchor", "gd"): {"metadata_policy": {RP: {"x": {"value": value}}}}}
        return COUNTRY.verified(changes=changes)

    assert simulation.compare("portal", said(1), said(True)).verdict == "changes"
    assert simulation.compare("portal", said(1), said(1)).verdict == "stays"


def test_who_breaks_is_told_by_which_operator() -> None:
    fault = broken(superset_of=["email"])
    assert (fault.kind, fault.parameter) == (RP, "scope")
    assert fault.section.startswith("6.1.3.1")
    assert "§6.1.3.1" in str(fault)
    assert simulation.compare("portal", BEFORE, fault).verdict == "breaks"


def test_a_constraint_that_breaks_names_its_statement() -> None:
    with pytest.raises(Broken) as refused:
        COUNTRY.verified(changes={("anchor", "gd"): {"constraints": {"max_path_length": 0}}})
    fault = simulation.fault(refused.value)
    assert (fault.section, fault.issuer, fault.parameter) == ("6.2.1", COUNTRY.id_of("anchor"), "")


def test_what_was_broken_before_is_not_broken_by_this() -> None:
    fault = broken(superset_of=["email"])
    assert simulation.compare("portal", fault, fault).verdict == "stays broken"
    assert simulation.compare("portal", fault, BEFORE).verdict == "mends"
