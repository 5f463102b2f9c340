"""The envelope against AF03 (extensions), AF04 (bombs), AF05 (encryption) and AF06 (second spellings)."""

import json

import pytest

from keys.jose import STATEMENT, TOKEN, JoseError, Limits, peek
from tests.keys.accept import accept, reason
from tests.keys.forge import NOW, claims, forge, header, key, segment

EXTENSIONS: dict[str, tuple[dict[str, object], str]] = {
    "crit naming exp": ({"crit": ["exp"], "exp": int(NOW) + 9}, "crit"),
    "crit naming b64": ({"crit": ["b64"], "b64": False}, "crit"),
    "crit naming something unknown": ({"crit": ["x"], "x": 1}, "crit"),
    "crit naming what we know": ({"crit": ["alg"]}, "crit"),
    "empty crit": ({"crit": []}, "crit"),
    "crit of another type": ({"crit": "b64"}, "crit"),
    "crit of nothing": ({"crit": None}, "crit"),
    "b64 without crit": ({"b64": False}, "header"),
    "b64 true": ({"b64": True}, "header"),
    "a nested token": ({"cty": "JWT"}, "header"),
    "claims in the header": ({"iss": "x"}, "header"),
    "a nonce": ({"nonce": "x"}, "header"),
    "an address": ({"url": "https://x.example"}, "header"),
    "another spelling of alg": ({"Alg": "none"}, "header"),
}


@pytest.mark.parametrize("case", EXTENSIONS)
def test_af03_extensions_are_refused_however_well_signed(case: str) -> None:
    changes, expected = EXTENSIONS[case]
    assert reason(forge(header(**changes))) == expected


def test_af03_a_header_without_extensions_is_accepted() -> None:
    assert accept(forge(header())) == claims()


@pytest.mark.parametrize(
    "typ", ["at+jwt", "jwt", "application/jwt", "logout+jwt", "JWT ", "entity-statement+jwt"]
)
def test_a_token_of_another_type_is_refused(typ: str) -> None:
    assert reason(forge(header(typ=typ))) == "typ"
    assert accept(forge(header(typ=typ)), typ=("JWT", typ)) == claims()


@pytest.mark.parametrize("typ", [None, "", 1, ["JWT"]])
def test_a_type_is_a_string(typ: object) -> None:
    assert reason(forge(header(typ=typ)), typ=("JWT", None)) == "typ"


def test_a_token_without_a_type_is_accepted_only_where_the_caller_says_so() -> None:
    token = forge({"alg": "ES256", "kid": key().kid})
    assert reason(token) == "typ"
    assert accept(token, typ=("JWT", None)) == claims()


def nested(depth: int) -> bytes:
    """The claims with a member so that arrays and objects stand `depth` deep."""
    return json.dumps(claims()).encode()[:-1] + b',"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def body(size: int) -> bytes:
    return json.dumps(claims(x="y" * size)).encode()


BOMBS = {
    "five million characters": ("A" * 5_000_000, "size"),
    "five million dots": ("." * 5_000_000, "size"),
    "a payload beyond the limit": (forge(None, body(9000)), "size"),
    "a header beyond the limit": (forge(header(kid="k" * 9000)), "size"),
    "arrays seven deep": (forge(None, nested(7)), "depth"),
    "arrays two thousand deep": (forge(None, nested(2000)), "depth"),
    "brackets that never close": (forge(None, b"[" * 5000), "depth"),
    "objects that never close": (forge(None, b'{"a":' * 900), "depth"),
    "brackets after an escaped quote": (forge(None, b'{"a\\"":' + b"[" * 50), "depth"),
    "a nested header": (forge(b'{"alg":"ES256","kid":[[[[[[[]]]]]]],"typ":"JWT"}'), "depth"),
    "an integer of five thousand digits": (forge(None, b'{"exp":' + b"9" * 5000 + b"}"), "json"),
    "a number beyond all numbers": (forge(None, b'{"exp":1e999}'), "json"),
    "compression": (forge(header(zip="DEF")), "header"),
    "two thousand million iterations": (
        forge(header(alg="PBES2-HS512+A256KW", p2c=2**31, p2s="AA")),
        "header",
    ),
    "a string that never ends": (forge(None, b'{"a":"' + b'\\"' * 2500), "json"),
}


@pytest.mark.parametrize("case", BOMBS)
def test_af04_bombs_are_refused_unopened(case: str) -> None:
    token, expected = BOMBS[case]
    assert reason(token) == expected


def test_af04_whatever_stays_within_the_limits_is_accepted() -> None:
    assert "x" in accept(forge(None, nested(6)))
    assert "x" in accept(forge(None, nested(6)[:-1] + b',"y":[[],[],{}]}'))
    assert "x" in accept(forge(None, body(5000)))
    assert "x" in accept(forge(None, json.dumps(claims(x="[{" * 50)).encode()))  # brackets in text are text


def test_af04_statements_may_be_longer_and_deeper_but_not_endless() -> None:
    assert "x" in accept(forge(None, body(100_000)), limits=STATEMENT)
    assert "x" in accept(forge(None, nested(8)), limits=STATEMENT)
    assert reason(forge(None, nested(9)), limits=STATEMENT) == "depth"
    assert reason(forge(None, body(256 * 1024)), limits=STATEMENT) == "size"
    assert reason(forge(None, b"[" * 150_000), limits=STATEMENT) == "depth"
    assert reason(forge(None, b'{"a":"' + b'\\"' * 90_000), limits=STATEMENT) == "json"


def test_af04_the_limit_is_the_last_size_that_is_read() -> None:
    token = forge()
    exact = Limits(size=len(token), depth=TOKEN.depth)
    assert accept(token, limits=exact) == claims()
    assert reason(token, limits=Limits(size=len(token) - 1, depth=TOKEN.depth)) == "size"


JWE = {
    "five segments": ".".join([segment({"alg": "dir", "enc": "A256GCM"}), "", "AA", "AA", "AA"]),
    "five segments round a token": ".".join(
        [segment({"alg": "RSA-OAEP", "enc": "A256GCM"}), *forge().split("."), "AA"]
    ),
    "four segments": forge() + ".AA",
}


@pytest.mark.parametrize("case", JWE)
def test_af05_encrypted_tokens_are_not_opened(case: str) -> None:
    assert reason(JWE[case]) == "segments"


@pytest.mark.parametrize(
    "changes", [{"enc": "A256GCM"}, {"alg": "dir", "enc": "A256GCM"}, {"epk": {}}, {"iv": ""}]
)
def test_af05_headers_of_encryption_are_refused_on_signed_tokens(changes: dict[str, object]) -> None:
    assert reason(forge(header(**changes))) == "header"


HEAD, BODY, SIGNATURE = forge().split(".")
SPELLINGS = {
    "a line end behind": forge() + "\n",
    "a blank before": " " + forge(),
    "a blank inside": f"{HEAD}. {BODY}.{SIGNATURE}",
    "a dot behind": forge() + ".",
    "a dot before": "." + forge(),
    "padding in the header": f"{HEAD}=.{BODY}.{SIGNATURE}",
    "padding in the payload": f"{HEAD}.{BODY}==.{SIGNATURE}",
    "padding in the signature": f"{HEAD}.{BODY}.{SIGNATURE}==",
    "the other base64": f"{HEAD}.{BODY}.+/{SIGNATURE[2:]}",
    "letters that look alike": forge().replace("e", "\u0435", 1),
    "full width digits": f"{HEAD}.{BODY}.\uff11{SIGNATURE[1:]}",
    "a NUL": f"{HEAD}.{BODY}\0.{SIGNATURE}",
    "percent signs": f"{HEAD}%2e{BODY}.{SIGNATURE}",
    "Bearer before": "Bearer " + forge(),
    "two tokens": f"{forge()},{forge()}",
}


@pytest.mark.parametrize("case", SPELLINGS)
def test_af06_a_token_has_one_spelling(case: str) -> None:
    assert reason(SPELLINGS[case]) == "segments"


def test_af06_spare_bits_are_zero() -> None:
    last = SIGNATURE[-1]  # 64 bytes: the last letter carries four spare bits
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(last) + 1]
    assert reason(f"{HEAD}.{BODY}.{SIGNATURE[:-1]}{other}") == "segments"


def test_af06_every_changed_letter_is_noticed() -> None:
    token = forge()
    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        assert reason(changed) != "accepted", place


def test_af06_every_cut_is_noticed() -> None:
    token = forge()
    assert all(reason(token[:end]) != "accepted" for end in range(len(token)))
    assert all(reason(token[start:]) != "accepted" for start in range(1, len(token)))


LAWFUL = json.dumps(claims()).encode()
PAYLOADS = {
    "a claim twice": (LAWFUL[:-1] + b',"sub":"root"}', "duplicate"),
    "a claim twice, once escaped": (LAWFUL[:-1] + b',"s\\u0075b":"root"}', "duplicate"),
    "a name twice deep inside": (LAWFUL[:-1] + b',"x":{"y":[{"z":1,"z":1}]}}', "duplicate"),
    "a byte order mark": (b"\xef\xbb\xbf" + LAWFUL, "json"),
    "UTF-16": (LAWFUL.decode().encode("utf-16"), "json"),
    "UTF-32": (LAWFUL.decode().encode("utf-32"), "json"),
    "Latin-1": (LAWFUL[:-1] + b',"x":"\xe9"}', "json"),
    "an overlong encoding": (LAWFUL[:-1] + b',"x":"\xc0\x80"}', "json"),
    "half a surrogate pair": (LAWFUL[:-1] + b',"x":"\\uD800"}', "json"),
    "half a surrogate pair as a name": (LAWFUL[:-1] + b',"\\udfff":1}', "json"),
    "NaN": (LAWFUL[:-1] + b',"x":NaN}', "json"),
    "minus infinity": (LAWFUL[:-1] + b',"x":-Infinity}', "json"),
    "a line end inside a string": (LAWFUL[:-1] + b',"x":"\n"}', "json"),
    "junk behind": (LAWFUL + b"x", "json"),
    "two objects": (LAWFUL + LAWFUL, "json"),
    "a comment": (LAWFUL + b"/**/", "json"),
    "single quotes": (LAWFUL.replace(b'"', b"'"), "json"),
    "a comma too many": (LAWFUL[:-1] + b",}", "json"),
    "an array": (b"[" + LAWFUL + b"]", "json"),
    "a string": (b'"x"', "json"),
    "null": (b"null", "json"),
    "bytes": (b"\x00\xff", "json"),
}


@pytest.mark.parametrize("case", PAYLOADS)
def test_af06_payloads_are_strict_json(case: str) -> None:
    payload, expected = PAYLOADS[case]
    assert reason(forge(None, payload)) == expected


def test_af06_a_header_member_stands_once() -> None:
    twice = b'{"alg":"ES256","typ":"JWT","alg":"ES256","kid":"' + key().kid.encode() + b'"}'
    assert reason(forge(twice)) == "duplicate"
    once = b'{ "typ" : "JWT","alg":"ES256", "kid":"' + key().kid.encode() + b'" }'
    assert accept(forge(once)) == claims()


@pytest.mark.parametrize("text", ["漫游", 'a/b\\"[{', "\U0001f600", "é"])
def test_af06_lawful_texts_of_all_kinds_are_accepted(text: str) -> None:
    assert accept(forge(None, claims(x=text)))["x"] == text
    assert accept(forge(None, json.dumps(claims(x=text), ensure_ascii=False).encode()))["x"] == text


def test_peek_tells_what_chooses_a_key_and_judges_nothing_else() -> None:
    seen = peek(forge(None, claims(exp=0, iss="anybody"), signer=key(name="attacker")))
    assert (seen.alg, seen.kid, seen.typ, seen.iss, seen.sub) == (
        "ES256",
        key().kid,
        "JWT",
        "anybody",
        "somebody",
    )
    odd = peek(forge({"alg": "none"}, {"iss": ["x"], "sub": 1}))
    assert (odd.alg, odd.kid, odd.typ, odd.iss, odd.sub) == ("none", None, None, None, None)


def test_peek_refuses_what_the_envelope_refuses() -> None:
    for token, expected in (
        (forge({"typ": "JWT"}), "alg"),
        ("A" * 9000, "size"),
        (forge(header(crit=[])), "crit"),
    ):
        with pytest.raises(JoseError) as caught:
            peek(token)
        assert caught.value.reason == expected
