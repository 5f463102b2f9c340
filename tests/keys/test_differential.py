"""Against PyJWT and joserfc on the same input: whatever we accept, both accept and read the same, so that
nothing is accepted which one of them refuses. Where they are laxer than we, that is said by name."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError as JoserfcError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from keys import jose
from keys.jose import JoseError
from keys.public import parse
from tests.fuzz.corpus import ALGS, Token
from tests.fuzz.mutator import Mutator
from tests.keys.accept import accept, reason
from tests.keys.forge import AUDIENCE, ISSUER, NOW, claims, header, key, ring, segment

# joserfc would rather see "Ed25519" (RFC 9864) than "EdDSA"; relying parties do not know that name yet.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

KINDS: dict[str, Any] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
Reader = Callable[[str, str], Mapping[str, object] | None]


def by_pyjwt(token: str, alg: str) -> Mapping[str, object] | None:
    """What PyJWT reads, with its own clock left out: it cannot be told the time."""
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat"]}
    public: Any = parse(key(alg).public, alg)
    try:
        read: dict[str, object] = jwt.decode(
            token,
            public,
            algorithms=[alg],
            issuer=ISSUER,
            audience=AUDIENCE,
            options=options,  # type: ignore[arg-type]
        )
    except jwt.PyJWTError:
        return None
    return read


def by_joserfc(token: str, alg: str) -> Mapping[str, object] | None:
    """What joserfc reads, dates included."""
    public = KINDS[str(key(alg).public["kty"])].import_key(dict(key(alg).public))
    rules = joserfc_jwt.JWTClaimsRegistry(
        now=int(NOW),
        leeway=10,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        read = joserfc_jwt.decode(token, public, algorithms=[alg], registry=JWSRegistry(algorithms=[alg]))
        rules.validate(read.claims)
    except (JoserfcError, ValueError):
        return None
    return read.claims


READERS: dict[str, Reader] = {"PyJWT": by_pyjwt, "joserfc": by_joserfc}


def signed(head: bytes, body: bytes, alg: str) -> str:
    text = f"{segment(head)}.{segment(body)}"
    return f"{text}.{segment(jose._signature(key(alg), text.encode()))}"


def lawful(alg: str) -> Token:
    head = f'{{"alg":"{alg}","kid":"{key(alg).kid}","typ":"JWT"}}'.encode()
    return Token(head, json.dumps(claims()).encode(), b"")


def agree(token: str, alg: str) -> bool:
    """Whether we accept; then the others must read the same."""
    try:
        ours = accept(token, ring(alg).jwks(NOW), algs=(alg,))
    except JoseError:
        return False
    assert {name: reader(token, alg) for name, reader in READERS.items()} == dict.fromkeys(READERS, ours)
    return True


@pytest.mark.parametrize("alg", ALGS)
def test_all_three_read_a_lawful_token(alg: str) -> None:
    token = lawful(alg)
    assert agree(signed(token.header, token.payload, alg), alg)


@given(st.integers(0, 2**32), st.sampled_from(ALGS))
@settings(max_examples=400, deadline=None)
def test_whatever_we_accept_of_well_signed_changes_both_accept(seed: int, alg: str) -> None:
    spoil = Mutator(seed)
    changed = spoil.token(lawful(alg))
    agree(signed(changed.header, changed.payload, alg), alg)


@given(st.integers(0, 2**32), st.sampled_from(ALGS))
@settings(max_examples=400, deadline=None)
def test_whatever_we_accept_of_bytes_that_are_spoilt_and_signed_both_accept(seed: int, alg: str) -> None:
    spoil, token = Mutator(seed), lawful(alg)
    parts = [token.header, token.payload]
    turn = spoil.below(2)
    parts[turn] = spoil.data(parts[turn])
    agree(signed(parts[0], parts[1], alg), alg)


@given(st.integers(0, 2**32), st.sampled_from(ALGS))
@settings(max_examples=400, deadline=None)
def test_whatever_we_accept_of_texts_that_are_spoilt_after_signing_both_accept(seed: int, alg: str) -> None:
    token = lawful(alg)
    whole = signed(token.header, token.payload, alg)
    text = Mutator(seed).data(whole.encode()).decode("utf-8", "replace")
    assert not agree(text, alg) or text == whole


@given(st.sampled_from(ALGS), st.sampled_from(ALGS), st.sampled_from(ALGS))
@settings(max_examples=60, deadline=None)
def test_no_mixture_of_algorithm_key_and_name_is_accepted_by_us_alone(
    named: str, signer: str, fixed: str
) -> None:
    head = f'{{"alg":"{named}","kid":"{key(fixed).kid}","typ":"JWT"}}'.encode()
    token = signed(head, lawful(signer).payload, signer)
    assert agree(token, fixed) == (named == signer == fixed)


def test_changes_reach_both_answers() -> None:
    """Otherwise the tests above would prove little."""
    answers = [
        agree(signed(changed.header, changed.payload, "ES256"), "ES256")
        for changed in (Mutator(seed).token(lawful("ES256")) for seed in range(300))
    ]
    assert 10 < sum(answers) < 290


def body(**changes: object) -> bytes:
    return json.dumps(claims(**changes)).encode()


HEAD, BODY = lawful("ES256").header, lawful("ES256").payload
LAX: dict[str, tuple[bytes, bytes, str]] = {
    "a claim twice": (HEAD, BODY[:-1] + b',"sub":"root"}', "duplicate"),
    "another type": (HEAD.replace(b'"JWT"', b'"at+jwt"'), BODY, "typ"),
    "no type": (HEAD.replace(b',"typ":"JWT"', b""), BODY, "typ"),
    "a second audience": (HEAD, body(aud=[AUDIENCE, "https://evil.example"]), "aud"),
    "a key of its own": (HEAD[:-1] + b',"jku":"https://evil.example/jwks"}', BODY, "header"),
    "deep nesting": (HEAD, BODY[:-1] + b',"x":' + b"[" * 50 + b"]" * 50 + b"}", "depth"),
}


@pytest.mark.parametrize("case", LAX)
def test_what_only_we_refuse(case: str) -> None:
    head, payload, ours = LAX[case]
    token = signed(head, payload, "ES256")
    assert reason(token) == ours
    assert any(reader(token, "ES256") is not None for reader in READERS.values())


ENCRYPTED: dict[str, Mapping[str, object]] = {
    "directly": {"alg": "dir", "enc": "A256GCM"},
    "to an elliptic key": {"alg": "ECDH-ES+A256KW", "enc": "A128CBC-HS256"},
    "to an RSA key": {"alg": "RSA-OAEP-256", "enc": "A256GCM"},
    "with a password": {"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 2**31 - 1, "p2s": "AAAA"},
}


@pytest.mark.parametrize("case", ENCRYPTED)
@pytest.mark.parametrize("segments", [3, 4, 5, 6])
def test_af05_encrypted_tokens_are_refused_by_their_form(case: str, segments: int) -> None:
    token = ".".join([segment({**header(), **ENCRYPTED[case]}), *["AAAA"] * (segments - 1)])
    expected = "segments" if segments != 3 else "header"
    assert reason(token, ring(*ALGS).jwks(NOW), algs=ALGS) == expected
    with pytest.raises(JoseError):
        jose.peek(token)
