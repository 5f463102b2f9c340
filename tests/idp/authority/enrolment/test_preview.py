"""A preview is the judgement that everybody will pass, and names who it concerns; a look has its limits."""

from typing import Any

import pytest

from federation.authority import Wide
from idp.authority.enrolment import Declined, Terms
from idp.authority.enrolment.below import Limits
from idp.records.database import Database
from tests.idp.authority.enrolment.office import ENTITY, OP, RP, Office
from tests.idp.authority.place import Moved


def test_what_a_policy_changes_is_told_by_operator(office: Office) -> None:
    office.registry.set_wide(
        Wide(metadata_policy={OP: {"scopes_supported": {"subset_of": ["openid"]}}}), by="li"
    )
    shown = office.enrolments.preview(office.joining())
    found = {one.parameter: one for one in shown.altered}
    scopes = found["scopes_supported"]
    assert (scopes.before, scopes.after, scopes.cause) == (["openid", "email"], ["openid"], "policy")
    assert [(rule.issuer, rule.operator) for rule in scopes.rules] == [(office.issuer, "subset_of")]
    assert found["manyou_region"].cause == "metadata"
    assert shown.refused is None


def test_a_policy_that_it_breaks_is_the_reason(office: Office) -> None:
    office.registry.set_wide(Wide(metadata_policy={OP: {"policy_uri": {"essential": True}}}), by="li")
    refused = office.enrolments.preview(office.joining()).refused
    assert refused is not None
    assert (refused.section, refused.kind, refused.parameter) == ("6.1.3.1.7", OP, "policy_uri")


def test_terms_that_contradict_what_is_said_of_all_are_unlawful(office: Office) -> None:
    office.registry.set_wide(Wide(metadata_policy={OP: {"x": {"value": 1}}}), by="li")
    one, other = (
        Terms(metadata_policy={OP: {"x": {"value": 2}}}),
        Terms(metadata_policy={OP: {"x": {"value": 1}}}),
    )
    with pytest.raises(Declined, match=r"OIDF §6.1"):
        office.enrolments.preview(office.joining("gd", one))
    assert office.enrolments.preview(office.joining("gd", other)).refused is None


MISSING: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a role that it does not play": ({"kinds": (OP, RP)}, {}, f"wants to be {RP}"),
    "an address for its statements": (
        {},
        {"metadata": {OP: {"issuer": "https://gd.example"}, ENTITY: {}}},
        "federation_fetch_endpoint",
    ),
    "people": ({"contacts": ()}, {}, "nobody whom we could tell"),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_said(office: Office, name: str) -> None:
    request, configuration, sentence = MISSING[name]
    assert office.enrolments.preview(office.joining()).missing == ()
    office.changes["gd", "gd"] = configuration
    assert any(sentence in one for one in office.enrolments.preview(office.joining(**request)).missing)


def test_a_role_that_a_constraint_takes_away_is_said(office: Office) -> None:
    terms = Terms(constraints={"allowed_entity_types": [RP]})
    shown = office.enrolments.preview(office.joining("gd", terms))
    assert f"its {OP} is taken away by a constraint" in shown.missing
    assert [(one.cause, one.kind, one.parameter) for one in shown.altered if one.cause == "constraints"] == [
        ("constraints", OP, "")
    ]


def test_constraints_of_everybody_above_are_shown(database: Database, clock: Moved) -> None:
    gd = Office(database, clock, "gd")
    gd.changes["anchor", "gd"] = {"constraints": {"max_path_length": 3}}
    gd.registry.set_wide(Wide(constraints={"naming_constraints": {"permitted": [".example"]}}), by="li")
    shown = gd.enrolments.preview(gd.joining("gz"))
    assert [(one.issuer, one.name) for one in shown.bounds] == [
        (gd.id("gd"), "naming_constraints"),
        (gd.id("anchor"), "max_path_length"),
    ]


def test_an_intermediate_judges_under_what_is_above_it(database: Database, clock: Moved) -> None:
    gd = Office(database, clock, "gd")
    assert gd.enrolments.preview(gd.joining("gz")).refused is None
    gd.changes["anchor", "gd"] = {"constraints": {"max_path_length": 1}}
    assert gd.enrolments.preview(gd.joining("gz")).refused is None
    gd.changes["anchor", "gd"] = {"constraints": {"max_path_length": 0}}
    refused = gd.enrolments.preview(gd.joining("gz")).refused
    assert refused is not None
    assert (refused.section, refused.issuer) == ("6.2.1", gd.id("anchor"))
    gd.changes["anchor", "gd"] = {"constraints": {"naming_constraints": {"excluded": ["gz.example"]}}}
    refused = gd.enrolments.preview(gd.joining("gz")).refused
    assert refused is not None
    assert (refused.section, refused.issuer) == ("6.2.2", gd.id("anchor"))


def test_regions_are_told(office: Office) -> None:
    region = {"issuer": "https://gd.example", "manyou_region": "440000"}
    office.changes["gd", "gd"] = {"metadata": {OP: region, ENTITY: {}}}
    assert office.enrolments.preview(office.joining()).regions == ("440000",)


def test_who_is_below_is_named_until_a_limit(database: Database, clock: Moved) -> None:
    office = Office(database, clock, limits=Limits(entities=2))
    shown = office.enrolments.preview(office.joining())
    assert (len(shown.affected), shown.more) == (2, True)
    deep = Office(database, clock, limits=Limits(depth=1)).enrolments.preview(office.joining())
    assert (office.id("portal") in deep.affected, deep.more) == (False, True)
    whole = Office(database, clock).enrolments.preview(office.joining())
    assert (office.id("portal") in whole.affected, whole.more) == (True, False)
    late = Office(database, clock, limits=Limits(seconds=-1)).enrolments.preview(office.joining())
    assert late.more


LISTS = {
    "no JSON": b"[",
    "an object": b"{}",
    "a name twice": b'[], "listed": []',
    "far too deep": b"[" * 50 + b"]" * 50,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_none_is_said_and_the_member_is_judged_all_the_same(office: Office, name: str) -> None:
    office.lists["gd"] = LISTS[name]
    shown = office.enrolments.preview(office.joining())
    assert [name for name, _ in shown.unread] == [office.id("gd")]
    assert shown.refused is None
