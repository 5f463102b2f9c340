"""Trust marks from their types to their end: issued, renewed, revoked, and asked about by the whole mark."""

import json
from dataclasses import replace
from typing import Any

import pytest

from federation.answers import status
from federation.authority import Unlawful
from federation.authority.listing import Filters
from federation.authority.marks import DELEGATION_TYP, MARK_TYP, MarkType, delegation_claims
from idp.authority.marks import FRESH, Marks
from idp.authority.registry import Conflict, Unknown
from idp.records.marks import MarkRecords
from keys import jose
from keys.encoding import unb64
from keys.jose import STATEMENT, peek, sign, verify
from keys.key import SigningKey
from tests.federation.world import ANCHOR, ENTITY, NOW, made
from tests.idp.authority.place import KEY, Moved, Process, entity, subordinate
from tests.keys.forge import segment, unchecked

TYPE = f"{ANCHOR}/marks/provider"
OWNER = "http://owner.localhost"
OWNER_KEY = made(issuer=OWNER)
OWNER_JWKS = {"keys": [dict(OWNER_KEY.public)]}
LIFE = 1000


def marks_of(process: Process) -> Marks:
    kept = MarkRecords(process.rows._database, process.audit)
    return Marks(stamp=process.stamp, kept=kept, life=LIFE)


@pytest.fixture
def marks(anchor: Process) -> Marks:
    made = marks_of(anchor)
    made.define(MarkType(type=TYPE, issuers=(ANCHOR,), ref="https://anchor.example/provider"), by="li")
    return made


def claims(token: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(unb64(token.split(".")[1]))
    return said


def answered(marks: Marks, token: str) -> str | None:
    """The status as its reader verifies it."""
    found = marks.status(token)
    if found is None:
        return None
    jwks = {"keys": [dict(KEY.public)]}
    read = status.verify(found[1], mark=token, issuer=ANCHOR, jwks=jwks, now=marks._stamp.clock())
    assert read == found[0]
    return read


def audited(anchor: Process) -> list[str]:
    return [one.entry.event for one in anchor.audit.tail()]


def test_a_mark_says_what_it_is_and_is_given_to_its_holder(marks: Marks, anchor: Process) -> None:
    mark = marks.issue(TYPE, ENTITY, by="li", reason="audited")
    assert claims(mark.token) == {
        "iss": ANCHOR,
        "sub": ENTITY,
        "trust_mark_type": TYPE,
        "iat": int(NOW),
        "exp": int(NOW) + LIFE,
        "ref": "https://anchor.example/provider",
    }
    assert marks.find(TYPE, ENTITY) == mark
    assert marks.holders(TYPE) == (ENTITY,)
    assert marks.held((ENTITY, entity(1))) == (mark,)
    assert answered(marks, mark.token) == "active"
    assert anchor.tally.take().latest_exp(KEY.kid) == NOW + LIFE
    assert audited(anchor) == ["mark.type_defined", "mark.issued"]


def test_what_is_not_issued_here_is_given_to_nobody(marks: Marks) -> None:
    with pytest.raises(Unknown):
        marks.issue(f"{ANCHOR}/marks/other", ENTITY, by="li")
    marks.define(MarkType(type=f"{ANCHOR}/elsewhere", issued=False, issuers=(ENTITY,)), by="li")
    with pytest.raises(Unknown):
        marks.issue(f"{ANCHOR}/elsewhere", ENTITY, by="li")
    with pytest.raises(Unlawful):
        marks.issue(TYPE, "not an entity", by="li")
    assert marks.find(TYPE, ENTITY) is None
    assert marks.holders(TYPE) == ()


def test_nobody_is_given_a_mark_twice(marks: Marks) -> None:
    marks.issue(TYPE, ENTITY, by="li")
    with pytest.raises(Conflict):
        marks.issue(TYPE, ENTITY, by="li")


def test_marks_of_subordinates_are_told_and_filter_the_lists(marks: Marks, anchor: Process) -> None:
    anchor.registry.add(subordinate(), by="li")
    marked, typed = Filters(trust_marked=True), Filters(mark_types=(TYPE,))
    assert anchor.registry.ids(marked) == anchor.registry.ids(typed) == ()
    marks.issue(TYPE, ENTITY, by="li")
    assert anchor.registry.ids(marked) == anchor.registry.ids(typed) == (ENTITY,)
    assert anchor.registry.ids(Filters(mark_types=(TYPE, f"{ANCHOR}/other"))) == ()
    assert anchor.registry.ids(Filters(trust_marked=False)) == ()
    marks.revoke(TYPE, ENTITY, by="li", reason="failed")
    assert anchor.registry.ids(marked) == anchor.registry.ids(typed) == ()
    told = [one.event for one in anchor.registry.events(ENTITY)]
    assert told == ["registration", "trust_mark_issuance", "trust_mark_revocation"]


def test_a_mark_that_ran_out_marks_nobody(marks: Marks, anchor: Process, clock: Moved) -> None:
    anchor.registry.add(subordinate(), by="li")
    marks.issue(TYPE, ENTITY, by="li")
    clock.pass_(LIFE)
    assert anchor.registry.ids(Filters(trust_marked=True)) == ()
    assert marks.find(TYPE, ENTITY) is None
    assert marks.holders(TYPE) == ()


def test_a_revoked_mark_is_revoked_in_every_form(marks: Marks, clock: Moved, other: Process) -> None:
    first = marks.issue(TYPE, ENTITY, by="li")
    clock.pass_(LIFE / 2)
    marks.renew()
    second = marks.find(TYPE, ENTITY)
    assert second is not None
    marks.revoke(TYPE, ENTITY, by="li", reason="failed")
    assert marks.find(TYPE, ENTITY) is None
    for process in (marks, marks_of(other)):
        assert answered(process, first.token) == answered(process, second.token) == "revoked"
    with pytest.raises(Unknown):
        marks.revoke(TYPE, ENTITY, by="li", reason="again")


def test_a_revoked_mark_is_not_renewed_and_can_be_issued_anew(marks: Marks, clock: Moved) -> None:
    marks.issue(TYPE, ENTITY, by="li")
    marks.revoke(TYPE, ENTITY, by="li", reason="failed")
    clock.pass_(LIFE / 2)
    assert marks.renew() == 0
    fresh = marks.issue(TYPE, ENTITY, by="li")
    assert answered(marks, fresh.token) == "active"


def test_revoked_while_it_was_being_renewed_it_stays_revoked(marks: Marks, clock: Moved) -> None:
    mark = marks.issue(TYPE, ENTITY, by="li")
    clock.pass_(LIFE / 2)
    marks.revoke(TYPE, ENTITY, by="li", reason="failed")
    assert not marks._kept.issue(replace(mark, token="a.b.c"), None)
    assert marks.find(TYPE, ENTITY) is None


@pytest.mark.parametrize(("passed", "renewed"), [(LIFE / 2 - 1, 0), (LIFE / 2, 1)])
def test_a_mark_is_renewed_at_half_of_its_life(
    marks: Marks, anchor: Process, clock: Moved, passed: float, renewed: int
) -> None:
    first = marks.issue(TYPE, ENTITY, by="li")
    clock.pass_(passed)
    assert marks.renew() == renewed
    assert marks.renew() == 0
    found = marks.find(TYPE, ENTITY)
    assert found is not None
    assert (found.token != first.token) is bool(renewed)
    assert answered(marks, first.token) == "active", "the older form counts until it ends"
    assert audited(anchor) == ["mark.type_defined", "mark.issued"], "a renewal is no news"


@pytest.mark.parametrize("verb", ["suspend", "remove"])
def test_marks_of_who_is_not_active_run_out(marks: Marks, anchor: Process, clock: Moved, verb: str) -> None:
    anchor.registry.add(subordinate(), by="li")
    marks.issue(TYPE, ENTITY, by="li")
    getattr(anchor.registry, verb)(ENTITY, by="li", reason="r")
    clock.pass_(LIFE / 2)
    assert marks.renew() == 0


def test_a_mark_has_expired_also_when_it_was_forgotten(marks: Marks, clock: Moved) -> None:
    mark = marks.issue(TYPE, ENTITY, by="li")
    clock.pass_(LIFE / 2)
    marks.renew()
    clock.pass_(LIFE / 2)
    assert answered(marks, mark.token) == "expired"
    marks.renew()
    assert marks._kept.by_hash("0") is None
    clock.pass_(FRESH + 1)
    assert answered(marks, mark.token) == "expired"


def lookalike(key: SigningKey = KEY, typ: str = MARK_TYP, **changes: object) -> str:
    said = {"iss": ANCHOR, "sub": ENTITY, "trust_mark_type": TYPE, "iat": int(NOW), "exp": int(NOW) + 9}
    return unchecked(key, {**said, **changes}, typ=typ)


STRANGE = {
    "signed by a key that is not ours": (lookalike(made(issuer=ANCHOR)), "invalid"),
    "of another issuer": (lookalike(OWNER_KEY, iss=OWNER), None),
    "another kind of token": (lookalike(typ="entity-statement+jwt"), None),
    "ours, and never issued": (lookalike(), None),
    "no token": ("hello", None),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_asked_about_is_verified_before_it_is_looked_up(marks: Marks, what: str) -> None:
    token, expected = STRANGE[what]
    marks.issue(TYPE, ENTITY, by="li")
    assert answered(marks, token) == expected


def test_a_mark_whose_text_was_changed_is_invalid(marks: Marks) -> None:
    token = marks.issue(TYPE, ENTITY, by="li").token
    head, _, signature = token.split(".")
    other = lookalike(sub=entity(1)).split(".")[1]
    assert answered(marks, f"{head}.{other}.{signature}") == "invalid"


def test_what_a_key_in_other_hands_signed_is_invalid(marks: Marks, anchor: Process, clock: Moved) -> None:
    token = marks.issue(TYPE, ENTITY, by="li").token
    anchor.keys = [made(issuer=ANCHOR), replace(KEY, compromised_at=NOW)]
    clock.pass_(FRESH + 1)
    found = marks.status(token)
    assert found is not None
    assert found[0] == "invalid"


def test_who_asks_again_makes_us_sign_once(marks: Marks, clock: Moved) -> None:
    token = marks.issue(TYPE, ENTITY, by="li").token
    first = marks.status(token)
    assert marks.status(token) == first
    clock.pass_(FRESH + 1)
    assert marks.status(token) != first


def delegation(key: SigningKey = OWNER_KEY, typ: str = DELEGATION_TYP, **changes: object) -> str:
    said = delegation_claims(TYPE, owner=OWNER, issuer=ANCHOR, issued=int(NOW), expires=int(NOW) + 500)
    return unchecked(key, {**said, **changes}, typ=typ)


def nameless() -> str:
    """The lawful delegation without `kid`: whoever verifies our marks would refuse it."""
    body = delegation().split(".")[1]
    text = f"{segment({'alg': OWNER_KEY.alg, 'typ': DELEGATION_TYP})}.{body}"
    return f"{text}.{segment(jose._signature(OWNER_KEY, text.encode()))}"


def delegated(**changes: object) -> MarkType:
    lawful = {"type": TYPE, "owner": OWNER, "owner_jwks": OWNER_JWKS, "delegation": delegation()}
    return MarkType(**{**lawful, **changes})  # type: ignore[arg-type]


def test_a_mark_of_another_owner_carries_its_delegation_and_does_not_outlive_it(
    marks: Marks, clock: Moved, anchor: Process
) -> None:
    marks.define(delegated(), by="li")
    said = claims(marks.issue(TYPE, ENTITY, by="li").token)
    assert said["delegation"] == delegated().delegation or said["delegation"].count(".") == 2
    assert said["exp"] == int(NOW) + 500
    clock.pass_(499)
    assert marks.renew() == 1
    clock.pass_(60)
    assert marks.renew() == 1, "tried again"
    assert marks.find(TYPE, ENTITY) is None
    with pytest.raises(Unlawful, match="expired"):
        marks.issue(TYPE, entity(1), by="li")
    assert "mark.issued" in audited(anchor)


UNLAWFUL = {
    "not a URL": MarkType(type="provider"),
    "an issuer that is none": MarkType(type=TYPE, issuers=("nobody",)),
    "an owner that is none": delegated(owner="nobody"),
    "an owner without keys": delegated(owner_jwks=None),
    "an owner whose keys are none": delegated(owner_jwks={"keys": []}),
    "no delegation": delegated(delegation=None),
    "a delegation of another key": delegated(delegation=delegation(made(issuer=OWNER))),
    "a delegation for somebody else": delegated(delegation=delegation(sub=ENTITY)),
    "a delegation for another type": delegated(delegation=delegation(trust_mark_type="https://x.example")),
    "a delegation that has expired": delegated(delegation=delegation(exp=int(NOW) - 60)),
    "a mark for a delegation": delegated(delegation=delegation(typ=MARK_TYP)),
    "a delegation that names no key": delegated(delegation=nameless()),
    "keys of a type that nobody owns": MarkType(type=TYPE, owner_jwks=OWNER_JWKS),
    "a delegation from ourselves": delegated(owner=ANCHOR),
}


@pytest.mark.parametrize("what", UNLAWFUL)
def test_an_unlawful_type_is_not_defined(marks: Marks, what: str) -> None:
    before = marks.types()
    with pytest.raises(Unlawful):
        marks.define(UNLAWFUL[what], by="li")
    assert marks.types() == before


def test_types_are_kept_as_they_were_defined(marks: Marks) -> None:
    kinds = [
        MarkType(type=f"{ANCHOR}/a", issuers=()),
        delegated(type=f"{ANCHOR}/b", issued=False, delegation=None),
        MarkType(type=f"{ANCHOR}/c", issuers=None, owner=ANCHOR, logo_uri="https://anchor.example/logo"),
    ]
    for kind in kinds:
        marks.define(kind, by="li")
    assert marks.types() == (
        *kinds,
        MarkType(type=TYPE, issuers=(ANCHOR,), ref="https://anchor.example/provider"),
    )


def test_an_owner_says_who_may_issue(marks: Marks, anchor: Process) -> None:
    marks.define(MarkType(type=TYPE, owner=ANCHOR), by="li")
    token = marks.delegate(TYPE, ENTITY, life=500, by="li")
    said = verify(
        token,
        {"keys": [dict(KEY.public)]},
        algs=("ES256",),
        typ=(DELEGATION_TYP,),
        issuer=ANCHOR,
        audience=None,
        now=NOW,
    )
    assert (said["sub"], said["trust_mark_type"], said["exp"]) == (ENTITY, TYPE, int(NOW) + 500)
    assert audited(anchor)[-1] == "mark.delegated"
    with pytest.raises(Unlawful):
        marks.delegate(TYPE, "nobody", life=500, by="li")


def test_an_owners_own_mark_carries_its_own_delegation(marks: Marks) -> None:
    """Others refuse a mark without one, once the type has an owner (OIDF §7.3)."""
    assert "delegation" not in peek(marks.issue(TYPE, ENTITY, by="li").token, limits=STATEMENT).claims
    marks.define(MarkType(type=f"{ANCHOR}/own", owner=ANCHOR), by="li")
    said = peek(marks.issue(f"{ANCHOR}/own", ENTITY, by="li").token, limits=STATEMENT).claims
    word = peek(str(said["delegation"]), limits=STATEMENT)
    assert (word.iss, word.sub, word.typ) == (ANCHOR, ANCHOR, DELEGATION_TYP)
    assert word.claims["trust_mark_type"] == f"{ANCHOR}/own"


def test_nobody_delegates_what_is_not_theirs(marks: Marks) -> None:
    with pytest.raises(Unknown):
        marks.delegate(TYPE, ENTITY, life=500, by="li")
    with pytest.raises(Unknown):
        marks.delegate(f"{ANCHOR}/other", ENTITY, life=500, by="li")


def test_a_mark_is_signed_as_what_it_is(marks: Marks) -> None:
    token = marks.issue(TYPE, ENTITY, by="li").token
    head = json.loads(unb64(token.split(".")[0]))
    assert (head["typ"], head["kid"]) == (MARK_TYP, KEY.kid)
    assert sign(KEY, {"iss": ANCHOR}, typ=MARK_TYP)
