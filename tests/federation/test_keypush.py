"""What a push proves: who holds which keys, once, to one superior, and nothing more."""

import dataclasses
from collections.abc import Mapping

import pytest

from federation.keypush import LIFE, LONGEST, MOST, PROOFS, TYP, NotProven, Push, build, digest, judge
from federation.keyset import Jwks, prints
from keys.key import SigningKey, generate
from keys.use import PROOF
from tests.federation.world import ANCHOR, ENTITY, NOW, made
from tests.keys.forge import unchecked

OLD, OTHER_OLD = made(), made()
NEW = generate(alg="ES256", purpose="federation", issuer=ENTITY, now=NOW - 10, published=NOW - 10)
SECOND = generate(alg="EdDSA", purpose="federation", issuer=ENTITY, now=NOW - 10, published=NOW - 10)
JTI = "a-name-that-nobody-guesses"
BY = prints({"keys": [dict(OLD.public)]})[OLD.kid]


def jwks(*several: SigningKey) -> Jwks:
    return {"keys": [dict(one.public) for one in several]}


CERTIFIED = jwks(OLD, OTHER_OLD)
LISTED = jwks(OLD, OTHER_OLD, NEW)


def proof(key: SigningKey = NEW, typ: str = PROOF, /, **changes: object) -> str:
    lawful: dict[str, object] = {
        "iss": ENTITY,
        "sub": ENTITY,
        "aud": ANCHOR,
        "iat": int(NOW),
        "exp": int(NOW) + LIFE,
        "jti": JTI,
        "by": BY,
        "keys_sha256": digest(LISTED),
    }
    return unchecked(key, lawful | changes, typ=typ)


def push(key: SigningKey = OLD, typ: str = TYP, /, **changes: object) -> str:
    lawful: dict[str, object] = {
        "iss": ENTITY,
        "sub": ENTITY,
        "aud": ANCHOR,
        "iat": int(NOW),
        "exp": int(NOW) + LIFE,
        "jti": JTI,
        "keys": LISTED["keys"],
        PROOFS: [proof()],
    }
    return unchecked(
        key, {name: value for name, value in (lawful | changes).items() if value is not None}, typ=typ
    )


def judged(token: str, certified: Jwks = CERTIFIED, superior: str = ANCHOR, now: float = NOW) -> Push:
    return judge(token, subordinate=ENTITY, superior=superior, certified=certified, now=now)


def test_a_push_of_ours_proves_the_new_keys() -> None:
    listed = jwks(OLD, OTHER_OLD, NEW, SECOND)
    token = build(superior=ANCHOR, signer=OLD, jwks=listed, fresh=[NEW, SECOND], jti=JTI, now=NOW)
    found = judged(token)
    assert found.jwks == listed
    assert found.fresh == set(prints(jwks(NEW, SECOND)).values())
    assert found.jti == JTI


def test_a_push_that_only_takes_keys_away_needs_no_proof() -> None:
    assert judged(push(keys=jwks(OLD)["keys"], **{PROOFS: None})).fresh == frozenset()


STOLEN = made()  # somebody's own key, in the name of the entity
REFUSED: Mapping[str, tuple[str, str, str]] = {
    # An outsider, and whoever holds the new key alone.
    "signed by the new key alone": (push(NEW), "invalid_client", "certified"),
    "signed by a stranger": (push(STOLEN), "invalid_client", "certified"),
    # Whoever holds an old key alone.
    "without a proof": (push(**{PROOFS: []}), "invalid_request", "needs a proof"),
    "with no member for proofs": (push(**{PROOFS: None}), "invalid_request", "needs a proof"),
    "with a proof by the old key": (push(**{PROOFS: [proof(OLD)]}), "invalid_request", "no other key"),
    "with a proof by another key": (push(**{PROOFS: [proof(STOLEN)]}), "invalid_request", "does not hold"),
    "with a proof of another push": (
        push(**{PROOFS: [proof(jti="another")]}),
        "invalid_request",
        "another push",
    ),
    "with a proof for another certified key": (
        push(OTHER_OLD),
        "invalid_request",
        "another push",
    ),
    "with a proof for another set": (
        push(keys=jwks(OLD, NEW)["keys"]),
        "invalid_request",
        "another push",
    ),
    "with a proof for another superior": (
        push(**{PROOFS: [proof(aud="http://other.localhost")]}),
        "invalid_request",
        "does not hold (aud",
    ),
    "with a proof of another entity": (
        push(**{PROOFS: [proof(iss="http://zj.localhost")]}),
        "invalid_request",
        "does not hold (iss",
    ),
    "with a proof about another entity": (
        push(**{PROOFS: [proof(sub="http://zj.localhost")]}),
        "invalid_request",
        "does not hold (sub",
    ),
    "with a proof that is a push": (
        push(**{PROOFS: [proof(NEW, TYP)]}),
        "invalid_request",
        "does not hold (typ",
    ),
    "with a proof that has expired": (
        push(**{PROOFS: [proof(exp=int(NOW) - 60)]}),
        "invalid_request",
        "does not hold (exp",
    ),
    "with proofs that are no array": (push(**{PROOFS: "x"}), "invalid_request", "not an array"),
    "with a proof that is no text": (push(**{PROOFS: [1]}), "invalid_request", "does not hold"),
    "with a proof too many": (
        push(keys=jwks(OLD)["keys"], **{PROOFS: [proof(OTHER_OLD, keys_sha256=digest(jwks(OLD)))]}),
        "invalid_request",
        "does not hold",
    ),
    # The push itself.
    "that is a proof": (push(OLD, PROOF), "invalid_client", "typ"),
    "for another superior": (push(aud="http://other.localhost"), "invalid_client", "aud"),
    "for several": (push(aud=[ANCHOR]), "invalid_client", "us alone"),
    "of another entity": (push(iss="http://zj.localhost"), "invalid_client", "iss"),
    "about another entity": (push(sub="http://zj.localhost"), "invalid_client", "us alone"),
    "without a jti": (push(jti=None), "invalid_client", "jti"),
    "with a jti without end": (push(jti="x" * 300), "invalid_request", "too long"),
    "without an end": (push(exp=None), "invalid_client", "exp"),
    "that has expired": (push(exp=int(NOW) - 60), "invalid_client", "exp"),
    "from the future": (push(iat=int(NOW) + 60), "invalid_client", "iat"),
    "that lives too long": (push(exp=int(NOW) + LONGEST + 60), "invalid_request", "too long"),
    "without keys": (push(keys=None), "invalid_request", "key set"),
    "with a private key": (
        push(keys=[{**NEW.public, "d": "AAAA"}]),
        "invalid_request",
        "public",
    ),
    "with a certified name for another key": (
        push(keys=[{**NEW.public, "kid": OLD.kid}]),
        "invalid_request",
        "names another key",
    ),
    "with a new name for a certified key": (
        push(keys=[{**OLD.public, "kid": "new"}]),
        "invalid_request",
        "new name",
    ),
    "with one key under two names": (
        push(keys=[dict(NEW.public), {**NEW.public, "kid": "new"}]),
        "invalid_request",
        "two names",
    ),
    "with too many keys": (
        push(keys=[dict(made().public) for _ in range(MOST + 1)]),
        "invalid_request",
        "More than",
    ),
    "in no form": ("x.y", "invalid_client", "certified"),
    "without end": ("e30." + "A" * 70_000 + ".AA", "invalid_client", "size"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_push_is_refused(case: str) -> None:
    token, code, text = REFUSED[case]
    with pytest.raises(NotProven) as refused:
        judged(token)
    assert refused.value.code == code
    assert text in refused.value.sentence


def test_the_lawful_twin_of_every_refusal_holds() -> None:
    assert judged(push()).fresh == set(prints(jwks(NEW)).values())
    assert judged(push(), now=NOW + LIFE).jti == JTI


def test_a_key_that_must_not_sign_makes_no_push() -> None:
    retired = dataclasses.replace(OLD, retired_at=NOW - 1)
    with pytest.raises(ValueError, match="does not sign"):
        build(superior=ANCHOR, signer=retired, jwks=LISTED, fresh=[NEW], jti=JTI, now=NOW)
