"""Two people answer for every change, and each step follows from the one before."""

from dataclasses import replace
from itertools import product

import pytest

from federation import enrolment
from federation.authority import Subordinate, Wide
from federation.enrolment import NEXT, Change, NotAllowed, Proposal, Stage
from tests.federation.world import ENTITY, NOW, PINNED

SUSPENSION = Change(verb="suspend", entity_id=ENTITY, seen=1)
STAGES: tuple[Stage, ...] = ("proposed", "approved", "published", "rejected", "failed", "expired")


def proposal(stage: Stage = "proposed") -> Proposal:
    made = enrolment.proposed(SUSPENSION, code="c0de", by="wang", reason="audit", now=NOW)
    return replace(made, stage=stage, second="" if stage == "proposed" else "zhao")


def test_one_proposes_and_another_approves() -> None:
    agreed = enrolment.approved(proposal(), by="zhao", now=NOW + 5)
    assert (agreed.stage, agreed.by, agreed.second, agreed.decided) == ("approved", "wang", "zhao", NOW + 5)
    assert enrolment.published(agreed, NOW + 6).stage == "published"


SAME = {
    "the same name": "wang",
    "another case": "WANG",
    "blanks around it": "  wang ",
    "blanks inside it": "w ang",
    "full width": "ｗａｎｇ",
}


@pytest.mark.parametrize("name", SAME)
def test_nobody_is_a_second_person_to_themselves(name: str) -> None:
    with pytest.raises(NotAllowed, match="second person"):
        enrolment.approved(proposal(), by=SAME[name], now=NOW)


@pytest.mark.parametrize("other", ["wang2", "zhao", "王"])
def test_somebody_else_is(other: str) -> None:
    assert enrolment.approved(proposal(), by=other, now=NOW).second == other


def test_case_is_folded_as_a_whole() -> None:
    assert enrolment.same_person("Weiß", "WEISS")
    assert not enrolment.same_person("Weiß", "Weis")


@pytest.mark.parametrize("name", ["", "  ", "a" * 65, "a\x00b", "\u200b"])
def test_a_name_is_a_name(name: str) -> None:
    with pytest.raises(NotAllowed, match="name"):
        enrolment.approved(proposal(), by=name, now=NOW)
    with pytest.raises(NotAllowed, match="name"):
        enrolment.proposed(SUSPENSION, code="c", by=name, reason="r", now=NOW)
    assert enrolment.person("a" * 64) == "a" * 64


def test_a_proposal_is_good_for_a_week() -> None:
    one = proposal()
    last = NOW + enrolment.LIFE
    assert enrolment.approved(one, by="zhao", now=last - 1).stage == "approved"
    with pytest.raises(NotAllowed, match="c0de is expired"):
        enrolment.approved(one, by="zhao", now=last)
    with pytest.raises(NotAllowed, match="c0de is expired"):
        enrolment.rejected(one, by="zhao", reason="late", now=last)


def test_what_was_agreed_does_not_expire() -> None:
    assert proposal("approved").stage_at(NOW + 2 * enrolment.LIFE) == "approved"


STEPS = {
    "approved": lambda one: enrolment.approved(one, by="li", now=NOW),
    "rejected": lambda one: enrolment.rejected(one, by="li", reason="no", now=NOW),
    "published": lambda one: enrolment.published(one, NOW),
    "failed": lambda one: enrolment.failed(one, "conflict", NOW),
}


@pytest.mark.parametrize(("stage", "step"), list(product(STAGES, STEPS)))
def test_only_what_may_follow_follows(stage: Stage, step: Stage) -> None:
    if step in NEXT[stage] or stage == step == "approved":
        assert STEPS[step](proposal(stage)).stage == step
    else:
        with pytest.raises(NotAllowed, match=f"c0de is {stage}"):
            STEPS[step](proposal(stage))


def test_who_finishes_an_approved_one_does_not_become_its_second_person() -> None:
    assert enrolment.approved(proposal("approved"), by="wang", now=NOW).second == "zhao"


def test_a_no_needs_a_reason_and_may_be_the_proposers() -> None:
    with pytest.raises(NotAllowed, match="--reason"):
        enrolment.rejected(proposal(), by="zhao", reason=" ", now=NOW)
    assert enrolment.rejected(proposal(), by="wang", reason="a mistake", now=NOW).why == "a mistake"


def test_only_an_enrolment_needs_no_reason() -> None:
    one = Subordinate(entity_id=ENTITY, jwks=PINNED)
    joining = Change(verb="enrol", entity_id=ENTITY, subordinate=one)
    assert enrolment.proposed(joining, code="c", by="wang", reason="", now=NOW).reason == ""
    with pytest.raises(NotAllowed, match="--reason"):
        enrolment.proposed(SUSPENSION, code="c", by="wang", reason="", now=NOW)


def test_a_change_has_its_content_and_no_other() -> None:
    one = Subordinate(entity_id=ENTITY, jwks=PINNED)
    assert Change(verb="policy", wide=Wide()).entity_id == ""
    assert Change(verb="update", entity_id=ENTITY, subordinate=one).wide is None
    with pytest.raises(ValueError, match="enrol and update"):
        Change(verb="enrol", entity_id=ENTITY)
    with pytest.raises(ValueError, match="enrol and update"):
        Change(verb="remove", entity_id=ENTITY, subordinate=one)
    with pytest.raises(ValueError, match="names an entity"):
        Change(verb="suspend")
    with pytest.raises(ValueError, match="names an entity"):
        Change(verb="suspend", entity_id=ENTITY, wide=Wide())
    with pytest.raises(ValueError, match="names an entity"):
        Change(verb="policy", entity_id=ENTITY, wide=Wide())
