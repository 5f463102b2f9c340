"""Proposals are kept whole, with their audit entries, and decided once."""

from dataclasses import replace

import pytest

from federation import enrolment
from federation.authority import Subordinate, Wide
from federation.enrolment import Change, Proposal
from idp.audit import Entry
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.enrolments import EnrolmentRecords
from tests.federation.world import ANCHOR, ENTITY, NOW, PINNED

ONE = Subordinate(
    entity_id=ENTITY,
    jwks=PINNED,
    kinds=("openid_provider", "federation_entity"),
    intermediate=True,
    metadata={"openid_provider": {"manyou_region": "440000"}},
    metadata_policy={"openid_relying_party": {"contacts": {"essential": True}}},
    metadata_policy_crit=("x",),
    constraints={"max_path_length": 2},
    contacts=("ops@gd.example",),
)
CONTENT = {
    "an enrolment": Change(verb="enrol", entity_id=ENTITY, subordinate=ONE, seen=2),
    "a suspension": Change(verb="suspend", entity_id=ENTITY, seen=7),
    "a policy": Change(
        verb="policy", wide=Wide(metadata_policy=ONE.metadata_policy, metadata_policy_crit=("x",)), seen=1
    ),
}
ENTRY = Entry(at=NOW, event="enrolment.proposed", client=ENTITY)


def proposal(change: Change = CONTENT["a suspension"], code: str = "c0de", at: float = NOW) -> Proposal:
    return enrolment.proposed(
        change, code=code, by="wang", reason="r", now=at, breaks=("https://a.example",), notes=("n",)
    )


@pytest.fixture
def audit(database: Database) -> AuditRecords:
    return AuditRecords(database, ANCHOR)


@pytest.fixture
def kept(database: Database, audit: AuditRecords) -> EnrolmentRecords:
    return EnrolmentRecords(database, audit)


@pytest.mark.parametrize("name", CONTENT)
def test_what_was_kept_is_found(kept: EnrolmentRecords, audit: AuditRecords, name: str) -> None:
    one = proposal(CONTENT[name])
    kept.add(one, ENTRY)
    assert kept.find("c0de") == one
    assert kept.find("c0df") is None
    assert [chained.entry.event for chained in audit.tail()] == ["enrolment.proposed"]


def test_it_is_decided_once(kept: EnrolmentRecords, audit: AuditRecords) -> None:
    one = proposal()
    kept.add(one, ENTRY)
    agreed = enrolment.approved(one, by="zhao", now=NOW + 5)
    assert kept.move(agreed, "proposed", replace(ENTRY, event="enrolment.approved"))
    assert kept.find("c0de") == agreed
    no = enrolment.rejected(one, by="zhao", reason="no", now=NOW + 6)
    assert not kept.move(no, "proposed", replace(ENTRY, event="enrolment.rejected"))
    assert kept.find("c0de") == agreed
    assert [chained.entry.event for chained in audit.tail()] == ["enrolment.proposed", "enrolment.approved"]
    assert kept.move(enrolment.published(agreed, NOW), "approved", None)


def test_the_newest_come_first_and_not_all(kept: EnrolmentRecords) -> None:
    for number in range(4):
        kept.add(proposal(code=f"c{number}", at=NOW + number), ENTRY)
    assert [one.code for one in kept.every(3)] == ["c3", "c2", "c1"]
