"""`manyou federation policy` says who would break before anything is published."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.idp.authority.enrolment.office import RP, Members
from tests.idp.cli.conftest import Run

POLICY = ("federation", "policy")
SHOP = "https://shop.example"
STRICT = {"metadata_policy": {RP: {"contacts": {"essential": True}}}}
HELPFUL = {"metadata_policy": {RP: {"contacts": {"default": ["help@gov.example"]}}}}
Said = Callable[[Any], str]


def test_who_would_break_is_named_with_parameter_and_section(joined: Run, said: Said) -> None:
    tried = joined(*POLICY, "simulate", said(STRICT))
    assert tried.code == 1
    assert tried.err.startswith(f"manyou: 1 would break, such as {SHOP}: ")
    found = joined(*POLICY, "simulate", said(STRICT), "--json").json
    (broken,) = found["breaks"]
    assert broken["entity_id"] == SHOP
    fault = broken["fault"]
    assert (fault["kind"], fault["parameter"], fault["operator"]) == (RP, "contacts", "essential")
    assert fault["section"] == "6.1.3.1.7"
    assert (found["looked_at"], found["changes"], found["unread"]) == (4, [], [])


def test_whose_metadata_would_change_is_named_and_nobody_breaks(joined: Run, said: Said) -> None:
    tried = joined(*POLICY, "simulate", said(HELPFUL))
    assert (tried.code, tried.err) == (0, "")
    assert 'contacts: absent → ["help@gov.example"]' in tried.out
    (changed,) = joined(*POLICY, "simulate", said(HELPFUL), "--json").json["changes"]
    assert changed["entity_id"] == SHOP
    assert joined(*POLICY, "show", "--json").json["metadata_policy"] == {}


def test_who_does_not_answer_is_named(joined: Run, said: Said, members: Members) -> None:
    members.silent.add("shop")
    found = joined(*POLICY, "simulate", said(STRICT), "--json").json
    assert [one["entity_id"] for one in found["unread"]] == [SHOP]
    assert found["breaks"] == []


def test_a_policy_is_published_by_two_and_shown(
    joined: Run, said: Said, audit: Callable[[], list[str]]
) -> None:
    propose = (*POLICY, "propose", said(STRICT), "--reason", "rules", "--by", "wang", "--json")
    refused = joined(*propose)
    assert (refused.code, "--break-anyway" in refused.err) == (1, True)
    made = joined(*propose, "--break-anyway", "told in May").json
    assert made["breaks"] == [SHOP]
    assert "told in May" in joined("federation", "enrol", "list").out
    assert joined("federation", "enrol", "approve", made["code"], "--by", "zhao").code == 0
    assert joined(*POLICY, "show", "--json").json["metadata_policy"] == STRICT["metadata_policy"]
    assert audit()[-1] == "authority.policy_changed"
    assert joined(*POLICY, "simulate", said(STRICT)).code == 0


BAD = {
    "metadata": {"metadata": {}},
    "an unlawful operator": {"metadata_policy": {RP: {"x": {"add": 1}}}},
    "no object": [],
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("words", [("simulate",), ("propose", "--reason", "r")])
def test_what_cannot_be_said_is_refused(joined: Run, said: Said, name: str, words: tuple[str, ...]) -> None:
    tried = joined(*POLICY, *words, said(BAD[name]))
    assert (tried.code, tried.err.count("\n")) == (1, 1)


def test_of_nobody_nothing_breaks(anchor: Run, said: Said) -> None:
    found = anchor(*POLICY, "simulate", said(STRICT), "--json").json
    assert (found["looked_at"], found["breaks"]) == (0, [])
