"""A chain is read from the anchor down: who speaks about whom, with which key, until when."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from federation.chain import TrustChain
from federation.statement import Statement
from idp.seen.lineage import MOST, SHORT, Key, Lineage, MarkState, Shown, lineage
from keys.key import SigningKey, generate
from keys.public import required, thumbprint
from keys.ring import KeyRing
from tests.idp.chains import ANCHOR, CITY, statement
from tests.idp.made import GD, NOW
from tests.keys.forge import unchecked

NAMES = (GD, CITY, ANCHOR)


def read(given: TrustChain) -> Lineage:
    return lineage(given, SAID.get, NOW)


def made(issuer: str, alg: str = "ES256") -> SigningKey:
    return generate(alg=alg, purpose="federation", issuer=issuer, now=NOW - 9, active_from=NOW - 9)


KEYS: Mapping[str, SigningKey] = {GD: made(GD), CITY: made(CITY, "EdDSA"), ANCHOR: made(ANCHOR)}


def jwks(name: str) -> Mapping[str, object]:
    return KeyRing(purpose="federation", keys=(KEYS[name],)).jwks(NOW)


def said(iss: str, sub: str, life: int = 3600, **claims: object) -> Statement:
    one = statement(iss, sub, expires=int(NOW) + life, jwks=jwks(sub))
    return replace(one, kid=KEYS[iss].kid, claims=claims)


def chain(own: Statement | None = None, word: Statement | None = None) -> TrustChain:
    statements = (own or said(CITY, CITY), word or said(GD, CITY), said(ANCHOR, GD), said(ANCHOR, ANCHOR))
    return TrustChain(
        statements=statements, anchor=ANCHOR, expires=int(NOW) + 3600, resolved={"federation_entity": {}}
    )


def key(name: str, kind: str = "P-256") -> Key:
    full = thumbprint(required({a: b for a, b in _jwk(name).items() if isinstance(b, str)}))
    return Key(kid=KEYS[name].kid, print=full[:SHORT], kind=kind)


def _jwk(name: str) -> Mapping[str, object]:
    keys = jwks(name)["keys"]
    assert isinstance(keys, list)
    first: Mapping[str, object] = keys[0]
    return first


def test_the_anchor_comes_first_and_the_entity_s_own_word_last() -> None:
    found = read(chain())
    assert [(hop.issuer, hop.subject, hop.own) for hop in found.hops] == [
        (ANCHOR, ANCHOR, True),
        (ANCHOR, GD, False),
        (GD, CITY, False),
        (CITY, CITY, True),
    ]
    assert [hop.index for hop in found.hops] == [3, 2, 1, 0]
    assert (found.subject, found.anchor, found.expires) == (CITY, ANCHOR, int(NOW) + 3600)


def test_every_statement_names_who_signed_it_and_whose_keys_it_certifies() -> None:
    anchor, province, city, own = read(chain()).hops
    assert (anchor.signer, anchor.certified) == (key(ANCHOR), (key(ANCHOR),))
    assert (province.signer, province.certified) == (key(ANCHOR), (key(GD),))
    assert (city.signer, city.certified) == (key(GD), (key(CITY, "Ed25519"),))
    assert (own.signer, own.certified) == (key(CITY, "Ed25519"), (key(CITY, "Ed25519"),))
    assert (own.since, own.until) == (int(NOW), int(NOW) + 3600)


def test_the_statement_that_ends_first_is_pointed_at() -> None:
    assert read(chain(word=said(GD, CITY, life=60))).weakest == 1
    assert read(chain(own=said(CITY, CITY, life=60))).weakest == 0


def test_constraints_are_shown_as_they_stand() -> None:
    found = read(chain(word=said(GD, CITY, constraints={"max_path_length": 1})))
    assert [dict(hop.constraints) for hop in found.hops] == [{}, {}, {"max_path_length": 1}, {}]


def test_changes_are_among_it() -> None:
    own = replace(said(CITY, CITY), metadata={"federation_entity": {"organization_name": "a"}})
    (change,) = read(chain(own=own)).changes
    assert (change.parameter, change.before, change.after) == ("organization_name", "a", None)


def mark(**claims: object) -> str:
    lawful = {"iss": ANCHOR, "sub": CITY, "trust_mark_type": "m", "iat": int(NOW), **claims}
    return unchecked(KEYS[ANCHOR], lawful, typ="trust-mark+jwt")


GOOD, BAD, OLD, NEW = mark(n=1), mark(n=2), mark(exp=int(NOW)), mark(exp=int(NOW) + 1)
SAID = {GOOD: True, BAD: False, OLD: True}


def shown(until: int | None = None, state: MarkState = "unchecked") -> tuple[Shown, ...]:
    return (Shown(type="m", issuer=ANCHOR, until=until, state=state),)


def listed(*tokens: object) -> list[object]:
    return [{"trust_mark_type": "m", "trust_mark": token} for token in tokens]


MARKS: Mapping[str, tuple[object, tuple[Shown, ...]]] = {
    "one that its issuer says is active": (listed(GOOD), shown(state="active")),
    "one that its issuer says is not": (listed(BAD), shown(state="inactive")),
    "one that is past its end, whatever was said before": (listed(OLD), shown(int(NOW), "lapsed")),
    "one that nobody asked about": (listed(NEW), shown(int(NOW) + 1)),
    "one whose end is no date": (listed(mark(exp=True)), shown()),
    "not what is no mark": ([*listed("x", 1), {}, "m"], ()),
    "nothing where there is none": ([], ()),
    "nothing of what is no list": ("m", ()),
    "so many and no more": (listed(*[NEW] * (MOST + 1)), shown(int(NOW) + 1) * MOST),
}


@pytest.mark.parametrize("case", MARKS)
def test_of_the_marks_that_an_entity_shows(case: str) -> None:
    marks, expected = MARKS[case]
    assert read(chain(own=said(CITY, CITY, trust_marks=marks))).marks == expected


ODD: Mapping[str, tuple[Mapping[str, object], Key]] = {
    "an unknown kind has no print": ({"kty": "XYZ", "kid": "k"}, Key(kid="k", print="", kind="XYZ")),
    "a key without its members has none": ({"kty": "EC", "crv": "P-256", "kid": "k"}, Key(kid="k", print="", kind="P-256")),
    "RSA is called by its name": ({"kty": "RSA", "kid": "k", "alg": "RS256"}, Key(kid="k", print="", kind="RSA")),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_of_keys(case: str) -> None:
    jwk, expected = ODD[case]
    own = replace(said(CITY, CITY), jwks={"keys": [jwk]})
    assert read(chain(own=own)).hops[-1].certified == (expected,)


def test_a_signer_that_is_not_listed_is_named_by_what_the_statement_says() -> None:
    own = replace(said(CITY, CITY), kid="other")
    assert read(chain(own=own)).hops[-1].signer == Key(kid="other", print="", kind="")


def test_an_anchor_alone_is_one_hop() -> None:
    alone = TrustChain(statements=(said(ANCHOR, ANCHOR),), anchor=ANCHOR, expires=9, resolved={})
    (hop,) = read(alone).hops
    assert (hop.issuer, hop.signer, read(alone).weakest) == (ANCHOR, key(ANCHOR), 0)
