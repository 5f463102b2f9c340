"""Trust marks: by an issuer that the anchor lists, under a delegation where the type has an owner (OIDF §7)."""

from collections.abc import Mapping
from typing import Any

import pytest

from federation import marks
from federation.errors import Reason
from federation.marks import TrustMark, Unmarked
from keys.key import SigningKey
from tests.federation.country import ABSENT, NOW, Country
from tests.federation.world import made
from tests.keys.forge import segment, unchecked

COUNTRY = Country()
PORTAL, GD, ANCHOR = map(COUNTRY.id_of, ("portal", "gd", "anchor"))
OWNER, OWNERS_KEY = "https://owner.example", made(issuer="https://owner.example")
KIND, OWNED, OPEN = "https://m.example/listed", "https://m.example/owned", "https://m.example/open"
OWNERS = {OWNED: {"sub": OWNER, "jwks": {"keys": [dict(OWNERS_KEY.public)]}}}
ISSUERS = {KIND: [GD], OWNED: [GD], OPEN: []}
AT_ANCHOR = {("anchor", "anchor"): {"trust_mark_issuers": ISSUERS, "trust_mark_owners": OWNERS}}
CHAIN = COUNTRY.verified("gd", changes=AT_ANCHOR)


def lawful(claims: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**claims, **changes}.items() if value is not ABSENT}


def mark(key: SigningKey | None = None, typ: str = marks.TYP, **changes: Any) -> str:
    claims = {"iss": GD, "sub": PORTAL, "trust_mark_type": KIND, "iat": int(NOW), "exp": int(NOW) + 600}
    return unchecked(key or COUNTRY.key("gd"), lawful(claims, changes), typ=typ)


def delegation(key: SigningKey = OWNERS_KEY, typ: str = marks.DELEGATION_TYP, **changes: Any) -> str:
    claims = {"iss": OWNER, "sub": GD, "trust_mark_type": OWNED, "iat": int(NOW)}
    return unchecked(key, lawful(claims, changes), typ=typ)


def owned(**changes: Any) -> str:
    """A mark under a delegation with changes."""
    return mark(trust_mark_type=OWNED, delegation=delegation(**changes))


def check(token: str, **terms: Any) -> TrustMark:
    given = {"subject": PORTAL, "issuer": CHAIN, "anchor": CHAIN.anchor_configuration, "now": NOW, **terms}
    return marks.verify(token, **given)


def refusal(token: str, **terms: Any) -> Reason:
    with pytest.raises(Unmarked) as caught:
        check(token, **terms)
    assert f"§{caught.value.section}" in str(caught.value)
    assert caught.value.sentence == caught.value.reason.sentence
    return caught.value.reason


@pytest.mark.spec("OIDF 7.3")
def test_a_lawful_mark_says_who_gave_it_to_whom() -> None:
    token = mark(ref="https://gd.example/rules")
    seen = check(token)
    assert (seen.iss, seen.sub, seen.type, seen.token) == (GD, PORTAL, KIND, token)
    assert seen.expires == int(NOW) + 600


@pytest.mark.spec("OIDF 7.1")
def test_a_mark_without_an_end_does_not_expire() -> None:
    assert check(mark(exp=ABSENT)).expires is None
    assert check(mark(exp=ABSENT, iat=1)).expires is None


@pytest.mark.spec("OIDF 7.3")
def test_the_issuer_is_trusted_by_the_same_anchor_and_now() -> None:
    assert refusal(mark(), anchor=COUNTRY.verified("gd").configuration) is Reason.MARK_ANCHOR
    assert refusal(mark(), anchor=CHAIN.statements[1]) is Reason.MARK_ANCHOR
    assert refusal(mark(exp=ABSENT), now=CHAIN.expires + 10) is Reason.MARK_CHAIN
    assert check(mark(exp=ABSENT), now=CHAIN.expires + 9).type == KIND


HEADS: dict[str, tuple[str, Reason]] = {
    "no token": ("x", Reason.MARK_FORMAT),
    "an entity statement": (mark(typ="entity-statement+jwt"), Reason.MARK_TYP),
    "another spelling": (mark(typ="Trust-Mark+JWT"), Reason.MARK_TYP),
    "another algorithm": (
        f"{segment({'alg': 'none', 'kid': 'x', 'typ': marks.TYP})}.{mark().partition('.')[2]}",
        Reason.MARK_ALG,
    ),
    "no kid": (
        f"{segment({'alg': 'ES256', 'typ': marks.TYP})}.{mark().partition('.')[2]}",
        Reason.MARK_KID,
    ),
    "the key of another": (mark(COUNTRY.key("gz")), Reason.MARK_KID),
    "a spoilt signature": (f"{mark()[:-4]}AAAA", Reason.MARK_SIGNATURE),
}


@pytest.mark.spec("OIDF 7.3")
@pytest.mark.parametrize("case", HEADS)
def test_a_mark_is_signed_by_its_issuer(case: str) -> None:
    token, reason = HEADS[case]
    assert refusal(token) is reason


@pytest.mark.spec("OIDF 7.3")
def test_the_keys_of_the_issuer_are_those_that_its_superior_states() -> None:
    own = made(issuer=GD)
    both = {"keys": [dict(COUNTRY.key("gd").public), dict(own.public)]}
    changes: dict[tuple[str, str], Any] = {**AT_ANCHOR, ("gd", "gd"): {"jwks": both}}
    assert refusal(mark(own), issuer=COUNTRY.verified("gd", changes=changes)) is Reason.MARK_KID
    changes[("anchor", "gd")] = {"jwks": both}
    assert check(mark(own), issuer=COUNTRY.verified("gd", changes=changes)).iss == GD


CLAIMS: dict[str, tuple[dict[str, Any], Reason]] = {
    "by somebody else": ({"iss": ANCHOR}, Reason.MARK_ISS),
    "about another entity": ({"sub": GD}, Reason.MARK_SUB),
    "about nobody": ({"sub": ABSENT}, Reason.MARK_SUB),
    "made at no time": ({"iat": ABSENT}, Reason.MARK_IAT),
    "made tomorrow": ({"iat": int(NOW) + 11}, Reason.MARK_IAT),
    "past": ({"exp": int(NOW) - 10}, Reason.MARK_EXP),
    "ending at a text": ({"exp": "x"}, Reason.MARK_EXP),
    "ending at null": ({"exp": None}, Reason.MARK_EXP),
    "of no type": ({"trust_mark_type": ABSENT}, Reason.MARK_TYPE),
    "of an empty type": ({"trust_mark_type": ""}, Reason.MARK_TYPE),
    "of a type that is a number": ({"trust_mark_type": 1}, Reason.MARK_TYPE),
    "of a type under its old name": ({"trust_mark_type": ABSENT, "id": KIND}, Reason.MARK_TYPE),
    "of a type that the anchor does not list": ({"trust_mark_type": KIND + "/"}, Reason.MARK_UNLISTED),
}


@pytest.mark.spec("OIDF 7.3")
@pytest.mark.parametrize("case", CLAIMS)
def test_a_mark_is_refused(case: str) -> None:
    changes, reason = CLAIMS[case]
    assert refusal(mark(**changes)) is reason


@pytest.mark.spec("OIDF 7.3")
def test_clocks_may_differ_by_the_leeway() -> None:
    assert check(mark(iat=int(NOW) + 10, exp=int(NOW) - 9)).type == KIND
    assert refusal(mark(exp=int(NOW) - 9), leeway=0) is Reason.MARK_EXP


@pytest.mark.spec("OIDF 3.1.2")
def test_the_anchor_says_who_may_issue_which_type() -> None:
    by_gz = COUNTRY.verified("gz", changes=AT_ANCHOR)
    gz = COUNTRY.id_of("gz")
    assert refusal(mark(COUNTRY.key("gz"), iss=gz), issuer=by_gz) is Reason.MARK_ISSUER
    assert check(mark(COUNTRY.key("gz"), iss=gz, trust_mark_type=OPEN), issuer=by_gz).iss == gz
    silent = COUNTRY.verified("gd")
    assert refusal(mark(), issuer=silent, anchor=silent.anchor_configuration) is Reason.MARK_UNLISTED


@pytest.mark.spec("OIDF 3.1.2")
def test_only_the_anchor_says_who_may_issue() -> None:
    """What an issuer says in its own configuration is ignored."""
    changes: dict[tuple[str, str], Any] = {
        ("gd", "gd"): {"trust_mark_issuers": {KIND: []}, "trust_mark_owners": {}}
    }
    chain = COUNTRY.verified("gd", changes=changes)
    assert refusal(mark(), issuer=chain, anchor=chain.anchor_configuration) is Reason.MARK_UNLISTED


@pytest.mark.spec("OIDF 7")
def test_an_anchor_marks_by_its_own_chain_of_one() -> None:
    changes = {("anchor", "anchor"): {"trust_mark_issuers": {KIND: [ANCHOR]}}}
    chain = COUNTRY.verified("anchor", changes=changes)
    token = mark(COUNTRY.key("anchor"), iss=ANCHOR)
    assert check(token, issuer=chain, anchor=chain.configuration).iss == ANCHOR


DELEGATIONS: dict[str, tuple[str, Reason]] = {
    "none": (mark(trust_mark_type=OWNED), Reason.DELEGATION_MISSING),
    "a number": (mark(trust_mark_type=OWNED, delegation=1), Reason.DELEGATION_FORMAT),
    "no token": (mark(trust_mark_type=OWNED, delegation="x.y.z"), Reason.DELEGATION_FORMAT),
    "one where nobody owns the type": (mark(delegation=delegation()), Reason.DELEGATION_OWNER),
    "one of another type of token": (owned(typ="trust-mark+jwt"), Reason.DELEGATION_TYP),
    "one by the issuer itself": (owned(key=COUNTRY.key("gd"), iss=GD), Reason.DELEGATION_SIGNATURE),
    "one signed by a stranger": (owned(key=made(issuer=OWNER)), Reason.DELEGATION_SIGNATURE),
    "one by another owner": (owned(iss="https://other.example"), Reason.DELEGATION_OWNER),
    "one for another issuer": (owned(sub=ANCHOR), Reason.DELEGATION_SUB),
    "one for another type": (owned(trust_mark_type=KIND), Reason.DELEGATION_TYPE),
    "one for no type": (owned(trust_mark_type=ABSENT), Reason.DELEGATION_TYPE),
    "one made tomorrow": (owned(iat=int(NOW) + 11), Reason.DELEGATION_IAT),
    "one made at no time": (owned(iat=ABSENT), Reason.DELEGATION_IAT),
    "one that has expired": (owned(exp=int(NOW) - 10), Reason.DELEGATION_EXP),
}


@pytest.mark.spec("OIDF 7.2.2")
@pytest.mark.parametrize("case", DELEGATIONS)
def test_a_delegation_is_refused(case: str) -> None:
    token, reason = DELEGATIONS[case]
    assert refusal(token) is reason


@pytest.mark.spec("OIDF 7.2.2")
def test_a_mark_ends_with_its_delegation() -> None:
    assert check(owned()).expires == int(NOW) + 600
    assert check(owned(exp=int(NOW) + 60)).expires == int(NOW) + 60
    forever = mark(trust_mark_type=OWNED, exp=ABSENT, delegation=delegation())
    assert check(forever).expires is None
    assert check(forever).type == OWNED


@pytest.mark.spec("OIDF 7.3")
def test_an_owner_that_issues_delegates_to_itself() -> None:
    """§7.3 makes no exception for owners."""
    owners = {OWNED: {"sub": GD, "jwks": COUNTRY.jwks("gd")}}
    claims = {"trust_mark_issuers": ISSUERS, "trust_mark_owners": owners}
    chain = COUNTRY.verified("gd", changes={("anchor", "anchor"): claims})
    terms = {"issuer": chain, "anchor": chain.anchor_configuration}
    assert refusal(mark(trust_mark_type=OWNED), **terms) is Reason.DELEGATION_MISSING
    own = delegation(key=COUNTRY.key("gd"), iss=GD)
    assert check(mark(trust_mark_type=OWNED, delegation=own), **terms).iss == GD
