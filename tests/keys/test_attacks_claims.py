"""The envelope against AF07: registered claims that are wrong, missing or of another type."""

import pytest

from keys.jose import half_hash
from tests.keys.accept import accept, reason
from tests.keys.forge import AUDIENCE, ISSUER, NOW, claims, forge, without

FAR = int(NOW) + 10_000
TYPES: dict[str, object] = {
    "null": None,
    "a list": [],
    "a list in a list": [[AUDIENCE]],
    "an object": {"x": 1},
    "true": True,
    "empty": "",
    "a number": 17,
}
TEXTS: dict[str, object] = {
    "a prefix": "http://gd.localhost:841",
    "with a slash": ISSUER + "/",
    "in capitals": ISSUER.upper(),
    "with a blank": ISSUER + " ",
    "with a NUL": ISSUER + "\0",
    "in a list": [ISSUER],
}
AUDIENCES: dict[str, object] = {
    "a prefix": AUDIENCE[:-1],
    "a longer one": AUDIENCE + ".evil.example",
    "with a slash": AUDIENCE + "/",
    "in capitals": AUDIENCE.upper(),
    "somebody else's too": [AUDIENCE, "https://evil.example"],
    "a number among them": [AUDIENCE, 1],
    "null among them": [AUDIENCE, None],
    "the issuer": ISSUER,
    "separated by blanks": f"{AUDIENCE} https://evil.example",
}
DATES: dict[str, object] = {
    "a string": str(int(NOW)),
    "a fraction": NOW + 0.5,
    "a float": float(FAR),
    "negative": -1,
    "beyond the year 9999": 253_402_300_800,
    "huge": 2**80,
    "in milliseconds": int(NOW) * 1000,
    "a date": "2027-01-15T08:00:00Z",
}
WRONG = (
    [("iss", case, value) for case, value in {**TYPES, **TEXTS}.items()]
    + [("aud", case, value) for case, value in {**TYPES, **AUDIENCES}.items()]
    + [(name, case, value) for name in ("sub", "jti") for case, value in TYPES.items()]
    + [(name, case, value) for name in ("exp", "iat", "nbf") for case, value in {**TYPES, **DATES}.items()]
)
# Dates that are well-formed numbers, and wrong only as `exp` (17) or lawful where they are past.
LAWFUL = {("iat", "a number"), ("nbf", "a number")}


@pytest.mark.parametrize(("name", "case", "value"), [one for one in WRONG if one[:2] not in LAWFUL])
def test_af07_a_wrong_claim_is_refused_by_its_name(name: str, case: str, value: object) -> None:
    assert reason(forge(None, claims(**{name: value}))) == name


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "nbf"])
def test_af07_what_is_not_a_finite_number_is_not_json(name: str, number: bytes) -> None:
    assert reason(forge(None, b'{"' + name.encode() + b'":' + number + b"}")) == "json"


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat"])
def test_af07_a_missing_claim_is_refused_by_its_name(name: str) -> None:
    assert reason(forge(None, without(name))) == name


@pytest.mark.parametrize("name", ["sub", "nbf", "jti"])
def test_af07_claims_that_nobody_required_may_be_missing(name: str) -> None:
    assert accept(forge(None, without(name))) == without(name)
    assert reason(forge(None, without(name)), require=("exp", "iat", name)) == name


def test_af07_a_token_without_an_end_is_accepted_only_where_the_caller_says_so() -> None:
    assert accept(forge(None, without("exp")), require=("iat",)) == without("exp")
    assert reason(forge(None, without("exp"))) == "exp"


@pytest.mark.parametrize("value", [None, "missing"])
def test_af07_a_required_claim_without_a_code_is_refused_as_claims(value: object) -> None:
    body = claims() if value == "missing" else claims(nonce=None)
    assert reason(forge(None, body), require=("exp", "nonce")) == "claims"
    assert accept(forge(None, claims(nonce="n")), require=("exp", "nonce"))["nonce"] == "n"


MOMENTS: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "it ends within the leeway": ({"exp": int(NOW) - 9}, {}, "accepted"),
    "it ended at the leeway": ({"exp": int(NOW) - 10}, {}, "exp"),
    "it ends now, and clocks agree": ({"exp": int(NOW)}, {"leeway": 0}, "exp"),
    "it ends in a second, and clocks agree": ({"exp": int(NOW) + 1}, {"leeway": 0}, "accepted"),
    "it was made within the leeway": ({"iat": int(NOW) + 10}, {}, "accepted"),
    "it was made beyond the leeway": ({"iat": int(NOW) + 11}, {}, "iat"),
    "it was made in the first second of 1970": ({"iat": 0}, {}, "accepted"),
    "it begins within the leeway": ({"nbf": int(NOW) + 10}, {}, "accepted"),
    "it begins beyond the leeway": ({"nbf": int(NOW) + 11}, {}, "nbf"),
    "a hint may have ended": ({"exp": 17}, {"expired_ok": True}, "accepted"),
    "a hint that ended still needs a date": ({"exp": "17"}, {"expired_ok": True}, "exp"),
    "a hint is not from the future": ({"exp": 17, "iat": FAR}, {"expired_ok": True}, "iat"),
}


@pytest.mark.parametrize("case", MOMENTS)
def test_af07_dates_hold_at_the_moment(case: str) -> None:
    changes, options, expected = MOMENTS[case]
    assert reason(forge(None, claims(**changes)), None, **options) == expected


def test_af07_a_single_audience_may_stand_in_a_list() -> None:
    assert accept(forge(None, claims(aud=[AUDIENCE])))["aud"] == [AUDIENCE]


def test_af07_with_several_audiences_each_one_named_must_be_among_them() -> None:
    two = (AUDIENCE, AUDIENCE + "/token")
    for aud in (AUDIENCE, AUDIENCE + "/token", list(two)):
        assert accept(forge(None, claims(aud=aud)), audience=two)["aud"] == aud
    assert reason(forge(None, claims(aud=[AUDIENCE, "https://evil.example"])), audience=two) == "aud"


def test_af07_an_audience_is_left_alone_only_where_the_caller_says_so() -> None:
    assert accept(forge(None, claims(aud="anybody")), audience=None)["aud"] == "anybody"
    assert reason(forge(None, claims(aud="anybody"))) == "aud"


@pytest.mark.spec("OIDC Core A.3")
def test_at_hash_is_that_of_the_specification() -> None:
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.spec("OIDC Core A.4")
def test_c_hash_is_that_of_the_specification() -> None:
    code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
    assert half_hash(code, "RS256") == "LDktKdoQak3Pk0cnXxCltA"


@pytest.mark.parametrize(("alg", "length"), [("ES256", 22), ("PS256", 22), ("ES384", 32), ("EdDSA", 43)])
def test_half_hashes_follow_the_algorithm_of_the_token(alg: str, length: int) -> None:
    assert len(half_hash("token", alg)) == length
    assert half_hash("token", alg) != half_hash("other", alg)
