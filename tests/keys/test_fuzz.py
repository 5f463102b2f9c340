"""Whatever a stranger sends, the envelope answers with its own error or with the claims that were signed."""

import json
from contextlib import suppress

import jwt
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encoding import JoseError, b64, strict_json, unb64
from keys.jose import STATEMENT, peek
from tests.keys.accept import accept, reason
from tests.keys.forge import claims, forge, header, key, private

TOKEN = forge()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The lawful token after a few cuts, insertions, replacements, repetitions and exchanges of segments."""
    token = TOKEN
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(token)))
        end = draw(st.integers(start, min(len(token), start + 12)))
        put = draw(st.text(max_size=6) | st.sampled_from([".", "=", "..", "e30", "\n", token[start:end] * 2]))
        token = token[:start] + put + token[end:]
    if draw(st.booleans()):
        token = ".".join(draw(st.permutations(token.split("."))))
    return token


@given(mutated())
@settings(max_examples=400, deadline=None)
def test_mutated_tokens_never_raise_anything_but_our_error(token: str) -> None:
    with suppress(JoseError):
        assert accept(token) == claims()
        assert token == TOKEN


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_refused_politely(text: str) -> None:
    assert reason(text) != "accepted"
    with suppress(JoseError):
        peek(text, limits=STATEMENT)


@given(st.dictionaries(st.text(), JSON, max_size=3), st.dictionaries(st.sampled_from(sorted(claims())), JSON))
@settings(max_examples=300, deadline=None)
def test_any_signed_header_and_claims_are_judged(head: dict[str, object], body: dict[str, object]) -> None:
    token = forge({**header(), **head}, {**claims(), **body})
    with suppress(JoseError):
        assert accept(token) == {**claims(), **body}


@given(JSON, st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "use", "alg", "key_ops", "kid"]), JSON))
@settings(max_examples=300, deadline=None)
def test_any_key_set_is_judged(jwks: object, changes: dict[str, object]) -> None:
    assert reason(TOKEN, {"keys": jwks}) != "accepted"
    assert reason(TOKEN, {"keys": [{**key().public, **changes}]}) in {"accepted", "key", "kid", "signature"}


@given(st.binary(max_size=40))
def test_base64url_has_one_spelling(data: bytes) -> None:
    assert unb64(b64(data)) == data if data else b64(data) == ""


@given(st.text(alphabet="AB-_=+/. \n", max_size=12))
def test_what_reads_as_base64url_is_written_the_same(text: str) -> None:
    with suppress(JoseError):
        assert b64(unb64(text)) == text


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_strict_json_reads_what_the_standard_library_reads_or_refuses(value: object) -> None:
    text = json.dumps({"x": value})
    with suppress(JoseError):
        assert strict_json(text.encode(), depth=99) == json.loads(text)


@given(mutated())
@settings(max_examples=200, deadline=None)
def test_we_accept_nothing_that_pyjwt_refuses(token: str) -> None:
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    if reason(token) == "accepted":
        public = private().public_key()
        assert jwt.decode(token, public, algorithms=["ES256"], options=options) == claims()  # type: ignore[arg-type]
