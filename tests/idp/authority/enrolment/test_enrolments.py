"""A change is looked at, proposed by one person, approved by another, and only then said to anybody."""

from dataclasses import replace
from typing import Any

import pytest

from federation import chain, enrolment
from federation.authority import Wide
from federation.enrolment import Change
from idp.authority.enrolment import Declined, Terms, updating
from idp.errors import Unavailable
from idp.records.database import Database
from keys.key import generate
from keys.ring import KeyRing
from tests.federation.world import NOW, made
from tests.idp.authority.enrolment.office import ENTITY, OP, RP, Office
from tests.idp.authority.place import Moved


def test_a_province_joins(office: Office) -> None:
    proposal = office.enrolments.propose(office.joining(), by="wang", reason="contract 7")
    assert office.registry.find(office.id("gd")) is None
    assert office.statements.find(office.id("gd")) is None
    done = office.enrolments.approve(proposal.code, by="zhao")
    assert (done.stage, done.by, done.second) == ("published", "wang", "zhao")
    one = office.found()
    assert (one.state, one.intermediate, one.contacts) == ("active", True, ("ops@gd.example",))
    assert one.metadata == {OP: {"manyou_region": "440000"}}
    assert office.events() == ["enrolment.proposed", "enrolment.approved", "subordinate.added"]
    assert [(told.event, told.description) for told in office.registry.events(one.entity_id)] == [
        ("registration", "contract 7")
    ]
    (added,) = (told.entry for told in office.audit.tail() if told.entry.event == "subordinate.added")
    assert added.details["by"] == "wang and zhao"


def test_from_then_on_its_chain_verifies_until_it_is_suspended(office: Office, clock: Moved) -> None:
    office.joined()
    statement = office.statements.find(office.id("gd"))
    assert statement is not None
    tokens = [office.country.configuration("gd"), statement.token, office.country.configuration("anchor")]
    verified = chain.verify(tokens, anchors=office.country.anchors, now=NOW)
    assert verified.resolved[OP]["manyou_region"] == "440000"

    out = office.enrolments.propose(office.moved("suspend"), by="wang", reason="breach")
    assert office.statements.find(office.id("gd")) is not None
    office.enrolments.approve(out.code, by="zhao")
    clock.pass_(3)
    assert office.statements.find(office.id("gd")) is None

    back = office.enrolments.propose(office.moved("reinstate"), by="zhao", reason="mended")
    office.enrolments.approve(back.code, by="wang")
    clock.pass_(3)
    assert office.statements.find(office.id("gd")) is not None

    end = office.enrolments.propose(office.moved("remove"), by="zhao", reason="merged")
    office.enrolments.approve(end.code, by="wang")
    assert office.found().state == "removed"
    assert office.joined().state == "active"


def test_the_statement_is_signed_at_once(office: Office, database: Database) -> None:
    office.joined()
    assert office.statements.ready([office.id("gd")]) != {}


@pytest.mark.parametrize("name", ["wang", " Wang", "WANG", "ｗａｎｇ"])
def test_the_proposer_is_not_the_second_person(office: Office, name: str) -> None:
    proposal = office.enrolments.propose(office.joining(), by="wang")
    with pytest.raises(Declined, match="second person"):
        office.enrolments.approve(proposal.code, by=name)
    assert office.registry.find(office.id("gd")) is None
    assert office.enrolments.find(proposal.code).stage == "proposed"


def test_a_proposal_is_one_however_often_it_is_made(office: Office) -> None:
    first = office.enrolments.propose(office.joining(), by="wang")
    again = office.enrolments.propose(office.joining(), by="zhao")
    assert again == first
    assert office.enrolments.every() == (first,)
    with pytest.raises(Declined, match="second person"):
        office.enrolments.approve(again.code, by="wang")
    office.enrolments.approve(again.code, by="zhao")
    assert office.enrolments.approve(first.code, by="li").second == "zhao"
    assert office.events().count("subordinate.added") == 1


def test_an_expired_one_is_proposed_anew(office: Office, clock: Moved) -> None:
    office.joined()
    first = office.enrolments.propose(office.moved("suspend"), by="w", reason="r")
    clock.pass_(enrolment.LIFE)
    with pytest.raises(Declined, match="expired"):
        office.enrolments.approve(first.code, by="zhao")
    office.country.now = clock()
    again = office.enrolments.propose(office.moved("suspend"), by="w", reason="r")
    assert again.code != first.code


def test_a_no_is_a_no(office: Office) -> None:
    proposal = office.enrolments.propose(office.joining(), by="wang")
    refused = office.enrolments.reject(proposal.code, by="zhao", reason="no contract")
    assert (refused.stage, refused.why) == ("rejected", "no contract")
    with pytest.raises(Declined, match="is rejected"):
        office.enrolments.approve(proposal.code, by="li")
    with pytest.raises(Declined, match="is rejected"):
        office.enrolments.reject(proposal.code, by="li", reason="again")
    assert office.events() == ["enrolment.proposed", "enrolment.rejected"]


def test_an_unknown_code_is_said_so(office: Office) -> None:
    with pytest.raises(Declined, match="enrol list"):
        office.enrolments.approve("nothing", by="zhao")


def test_what_was_changed_meanwhile_is_looked_at_again(office: Office) -> None:
    office.joined()
    late = office.enrolments.propose(office.moved("suspend"), by="wang", reason="breach")
    office.registry.change(
        office.id("gd"), lambda one: replace(one, constraints={"max_path_length": 3}), by="other"
    )
    with pytest.raises(Declined, match="changed meanwhile"):
        office.enrolments.approve(late.code, by="zhao")
    assert office.found().state == "active"
    assert office.enrolments.find(late.code).stage == "proposed"


def test_whoever_died_between_the_two_words_and_the_publication_is_finished(office: Office) -> None:
    """A process that dies after the agreement was kept: nothing is published yet."""
    proposal = office.enrolments.propose(office.joining(), by="wang")
    agreed = enrolment.approved(proposal, by="zhao", now=NOW)
    assert office.rows.move(agreed, "proposed", None)
    done = office.enrolments.approve(proposal.code, by="wang")
    assert (done.stage, done.second) == ("published", "zhao")
    assert office.found().state == "active"


def test_whoever_died_after_the_publication_publishes_nothing_twice(office: Office) -> None:
    """The same, where the registry was written already."""
    office.joined()
    proposal = office.enrolments.propose(office.moved("suspend"), by="wang", reason="breach")
    assert office.rows.move(enrolment.approved(proposal, by="zhao", now=NOW), "proposed", None)
    office.registry.suspend(office.id("gd"), by="wang and zhao", reason="breach")
    assert office.enrolments.approve(proposal.code, by="li").stage == "published"
    assert [told.event for told in office.registry.events(office.id("gd"))].count("suspension") == 1


def test_an_agreement_that_cannot_be_published_any_more_has_failed(office: Office) -> None:
    office.joined()
    proposal = office.enrolments.propose(office.moved("suspend"), by="wang", reason="breach")
    assert office.rows.move(enrolment.approved(proposal, by="zhao", now=NOW), "proposed", None)
    office.registry.remove(office.id("gd"), by="other", reason="gone")
    with pytest.raises(Declined, match="propose it anew"):
        office.enrolments.approve(proposal.code, by="li")
    failed = office.enrolments.find(proposal.code)
    assert (failed.stage, bool(failed.why)) == ("failed", True)
    assert office.events()[-1] == "enrolment.failed"


def test_who_could_not_be_trusted_is_not_even_proposed(office: Office) -> None:
    stranger = {"keys": [dict(made(issuer=office.id("gd")).public)]}
    with pytest.raises(Declined, match=r"could not be trusted: .*§3.2"):
        office.enrolments.propose(office.joining(jwks=stranger), by="wang")
    office.changes["gd", "gd"] = {"authority_hints": ["https://other.example"]}
    with pytest.raises(Declined, match="authority_hints"):
        office.enrolments.propose(office.joining(), by="wang")
    office.silent.add("gd")
    with pytest.raises(Declined, match="cannot be read"):
        office.enrolments.propose(office.joining(), by="wang")
    assert office.enrolments.every() == ()


def test_what_was_lawful_when_proposed_is_judged_again(office: Office) -> None:
    proposal = office.enrolments.propose(office.joining(), by="wang")
    office.changes["gd", "gd"] = {"authority_hints": ["https://other.example"]}
    with pytest.raises(Declined, match="authority_hints"):
        office.enrolments.approve(proposal.code, by="zhao")
    assert office.registry.find(office.id("gd")) is None
    del office.changes["gd", "gd"]
    assert office.enrolments.approve(proposal.code, by="zhao").stage == "published"


def test_nothing_is_judged_without_our_own_chain(office: Office) -> None:
    office.silent.add("above")
    with pytest.raises(Unavailable, match="peer"):
        office.enrolments.propose(office.joining(), by="wang")


UNLAWFUL: dict[str, dict[str, Any]] = {
    "private keys": {"jwks": {"keys": [{"kty": "EC", "kid": "a", "d": "x"}]}},
    "ourselves": {"entity_id": "https://anchor.example"},
    "no entity identifier": {"entity_id": "gd"},
}


@pytest.mark.parametrize("name", UNLAWFUL)
def test_what_may_not_be_registered_is_not_proposed(office: Office, name: str) -> None:
    with pytest.raises(Declined, match="OIDF"):
        office.enrolments.propose(office.joining(**UNLAWFUL[name]), by="wang")


def test_nobody_joins_twice_and_nobody_unknown_leaves(office: Office) -> None:
    with pytest.raises(Declined, match="not registered"):
        office.enrolments.propose(
            Change(verb="suspend", entity_id=office.id("gd"), seen=0), by="wang", reason="r"
        )
    office.joined()
    with pytest.raises(Declined, match="registered already"):
        office.enrolments.propose(office.joining(), by="wang")
    with pytest.raises(Declined, match="is active"):
        office.enrolments.propose(office.moved("reinstate"), by="wang", reason="r")


def test_a_suspension_does_not_wait_for_those_who_do_not_answer(office: Office) -> None:
    office.joined()
    office.silent.update(("gd", "gz"))
    proposal = office.enrolments.propose(office.moved("suspend"), by="wang", reason="breach")
    assert any("does not answer" in note for note in proposal.notes)
    assert office.enrolments.approve(proposal.code, by="zhao").stage == "published"


def test_a_suspension_says_whom_it_concerns(office: Office) -> None:
    office.joined()
    shown = office.enrolments.preview(office.moved("suspend"))
    assert shown.affected == tuple(map(office.id, ("gd", "gz", "shop", "portal")))
    proposal = office.enrolments.propose(office.moved("suspend"), by="wang", reason="breach")
    assert f"concerns {office.id('portal')}" in proposal.notes


def test_keys_are_changed_by_two_people_in_an_emergency(office: Office) -> None:
    before = office.joined()
    fresh = generate(
        alg="ES256", purpose="federation", issuer=office.id("gd"), now=NOW - 9, active_from=NOW - 9
    )
    change = updating(before, lambda one: replace(one, jwks={"keys": [dict(fresh.public)]}))
    with pytest.raises(Declined, match=r"would break https://gd.example and 3 more"):
        office.enrolments.propose(change, by="wang", reason="stolen")  # it still publishes the old key
    office.country.rings["gd"] = KeyRing(purpose="federation", keys=(fresh,))
    proposal = office.enrolments.propose(change, by="wang", reason="stolen")
    office.enrolments.approve(proposal.code, by="zhao")
    assert office.found().jwks == {"keys": [dict(fresh.public)]}
    assert [told.event for told in office.registry.events(office.id("gd"))][-1] == "jwks_update"


def test_an_update_that_changes_nothing_is_said_so(office: Office) -> None:
    before = office.joined()
    with pytest.raises(Declined, match="already"):
        updating(before, lambda one: one)


STRICT = {RP: {"contacts": {"essential": True}}}


def test_a_policy_that_breaks_somebody_is_not_proposed_without_a_reason(office: Office) -> None:
    office.joined()
    change = Change(verb="policy", wide=Wide(metadata_policy=STRICT))
    with pytest.raises(Declined, match=r"would break https://shop.example: .*contacts.*--break-anyway"):
        office.enrolments.propose(change, by="wang", reason="rules")
    proposal = office.enrolments.propose(change, by="wang", reason="rules", break_anyway="told them in May")
    assert proposal.breaks == (office.id("shop"),)
    assert proposal.notes[0].endswith("told them in May")
    office.enrolments.approve(proposal.code, by="zhao")
    assert office.registry.wide().metadata_policy == STRICT


def test_whom_a_policy_breaks_only_by_now_is_not_broken_silently(office: Office) -> None:
    office.joined()
    change = Change(verb="policy", wide=Wide(metadata_policy=STRICT))
    proposal = office.enrolments.propose(change, by="wang", reason="rules", break_anyway="told shop")
    office.changes["portal", "portal"] = {
        "metadata": {RP: {"redirect_uris": ["https://portal.example/cb"]}, ENTITY: {}}
    }
    with pytest.raises(Declined, match=r"would break https://portal.example by now"):
        office.enrolments.approve(proposal.code, by="zhao")
    assert office.registry.wide().metadata_policy == {}


def test_a_policy_that_breaks_nobody_is_proposed(office: Office) -> None:
    office.joined()
    harmless = Wide(metadata_policy={RP: {"contacts": {"default": ["help@gov.example"]}}})
    proposal = office.enrolments.propose(Change(verb="policy", wide=harmless), by="wang", reason="help")
    office.enrolments.approve(proposal.code, by="zhao")
    assert office.registry.wide() == replace(harmless, version=1)
    assert office.registry.wide().version == 1


def test_an_unlawful_policy_is_refused(office: Office) -> None:
    wide = Wide(metadata_policy={RP: {"x": {"add": 1}}})
    with pytest.raises(Declined, match=r"OIDF §6.1"):
        office.enrolments.propose(Change(verb="policy", wide=wide), by="wang", reason="r")


def test_a_lost_policy_race_is_noticed(office: Office) -> None:
    change = Change(verb="policy", wide=Wide(metadata_policy=STRICT))
    proposal = office.enrolments.propose(change, by="wang", reason="rules")
    office.registry.set_wide(Wide(constraints={"max_path_length": 5}), by="other")
    with pytest.raises(Declined, match="changed meanwhile"):
        office.enrolments.approve(proposal.code, by="zhao")


def test_terms_travel_into_the_statement(office: Office) -> None:
    terms = Terms(constraints={"max_path_length": 3}, metadata={OP: {"manyou_region": "440100"}})
    one = office.joined("gd", terms)
    assert one.constraints == {"max_path_length": 3}
    assert one.metadata == {OP: {"manyou_region": "440100"}}


def test_who_does_not_sign_people_in_has_no_region(office: Office) -> None:
    change = office.joining("gd", kinds=(ENTITY,))
    assert change.subordinate is not None
    assert change.subordinate.metadata == {}
