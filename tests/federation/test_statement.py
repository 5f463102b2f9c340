"""Entity configurations: every rule of OIDF §3.2 that applies to one has its error, its attack and its lawful
twin."""

from collections.abc import Mapping

import pytest

from federation.errors import Invalid, Reason
from federation.statement import Statement, verify_configuration
from keys.encoding import b64
from keys.jose import sign
from tests.federation.world import ABSENT, ANCHOR, ENTITY, KEY, NOW, PINNED, SPARE, STRANGER, claims, signed
from tests.keys.forge import unchecked


def check(token: str, entity_id: str = ENTITY, jwks: Mapping[str, object] = PINNED) -> Statement:
    return verify_configuration(token, entity_id=entity_id, jwks=jwks, now=NOW)


def refusal(token: str, entity_id: str = ENTITY, jwks: Mapping[str, object] = PINNED) -> Reason:
    with pytest.raises(Invalid) as caught:
        check(token, entity_id, jwks)
    assert f"OIDF §{caught.value.reason.section}" in str(caught.value)
    return caught.value.reason


@pytest.mark.spec("OIDF 3.2")
def test_a_lawful_configuration_becomes_a_statement() -> None:
    seen = check(signed())
    assert (seen.iss, seen.sub, seen.kid) == (ENTITY, ENTITY, KEY.kid)
    assert (seen.issued, seen.expires) == (int(NOW), int(NOW) + 86_400)
    assert (seen.jwks, seen.authority_hints) == (PINNED, (ANCHOR,))
    assert seen.metadata["openid_provider"] == {"issuer": ENTITY}


BRACE = b64(b"{")
MARK = "https://x.example/mark"


def mark(kind: str = MARK) -> str:
    """Something of the form of a trust mark; who signed it does not matter in a statement."""
    return unchecked(STRANGER, {"trust_mark_type": kind}, typ="trust-mark+jwt")


def headed(head: bytes) -> str:
    """The lawful claims under another header, with a signature that nobody made."""
    return f"{b64(head)}.{signed().split('.')[1]}.AA"


NOT_STATEMENTS: dict[str, tuple[str, Reason]] = {
    "nothing": ("", Reason.FORMAT),
    "a page": ("<html>", Reason.FORMAT),
    "no JSON": (f"{BRACE}.{BRACE}.{BRACE}", Reason.FORMAT),
    "something endless": ("A" * 300_000, Reason.SIZE),
    "a plain JWT": (signed(KEY, "JWT"), Reason.TYP),
    "a trust mark": (signed(KEY, "trust-mark+jwt"), Reason.TYP),
    "another spelling of the type": (signed(KEY, "Entity-Statement+JWT"), Reason.TYP),
    "an unsigned statement": (headed(b'{"alg":"none","kid":"x","typ":"entity-statement+jwt"}'), Reason.ALG),
    "a statement without kid": (headed(b'{"alg":"ES256","typ":"entity-statement+jwt"}'), Reason.KID),
    "a statement with a trust chain in its header": (
        headed(b'{"alg":"ES256","kid":"x","trust_chain":[]}'),
        Reason.FORMAT,
    ),
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", NOT_STATEMENTS)
def test_what_is_no_signed_entity_statement(case: str) -> None:
    token, reason = NOT_STATEMENTS[case]
    assert refusal(token) is reason


@pytest.mark.spec("OIDF 3.2")
def test_the_kid_matches_a_pinned_key_exactly() -> None:
    assert refusal(signed(STRANGER)) is Reason.KID
    assert check(signed(SPARE)).kid == SPARE.kid


@pytest.mark.spec("OIDF 3.2")
def test_the_signature_is_that_of_the_pinned_key() -> None:
    forged = {"keys": [{**STRANGER.public, "kid": KEY.kid}]}
    assert refusal(signed(), jwks=forged) is Reason.SIGNATURE
    assert refusal(signed(), jwks={"keys": [{**KEY.public, "use": "enc"}]}) is Reason.KEY


@pytest.mark.spec("OIDF 3.2")
def test_the_key_that_signed_is_in_the_entitys_own_set() -> None:
    assert refusal(signed(jwks={"keys": [dict(SPARE.public)]})) is Reason.SELF_SIGNED
    assert refusal(signed(jwks={"keys": [{**STRANGER.public, "kid": KEY.kid}]})) is Reason.SELF_SIGNED
    bare = {"kid": KEY.kid, "kty": "EC", "crv": "P-256"}
    assert refusal(signed(jwks={"keys": [bare]})) is Reason.SELF_SIGNED
    assert check(signed(jwks={"keys": [dict(KEY.public)]})).jwks == {"keys": [dict(KEY.public)]}


CHANGES: dict[str, tuple[dict[str, object], Reason]] = {
    "about somebody else": ({"sub": ANCHOR}, Reason.SUB),
    "about nobody": ({"sub": ABSENT}, Reason.SUB),
    "about two": ({"sub": [ENTITY]}, Reason.SUB),
    "by somebody else": ({"iss": ANCHOR}, Reason.ISS),
    "by nobody": ({"iss": ABSENT}, Reason.ISS),
    "by the entity with a slash": ({"iss": ENTITY + "/", "sub": ENTITY + "/"}, Reason.ISS),
    "made at no time": ({"iat": ABSENT}, Reason.IAT),
    "made tomorrow": ({"iat": int(NOW) + 86_400}, Reason.IAT),
    "made at a text": ({"iat": "now"}, Reason.IAT),
    "ending never": ({"exp": ABSENT}, Reason.EXP),
    "ended": ({"exp": int(NOW) - 11}, Reason.EXP),
    "ending at a fraction": ({"exp": NOW + 9.5}, Reason.EXP),
    "not to be used yet": ({"nbf": int(NOW) + 60}, Reason.FORMAT),
    "without keys": ({"jwks": ABSENT}, Reason.JWKS),
    "with keys that are no set": ({"jwks": [dict(KEY.public)]}, Reason.JWKS),
    "with an empty set": ({"jwks": {"keys": []}}, Reason.JWKS),
    "with a text for keys": ({"jwks": {"keys": "x"}}, Reason.JWKS),
    "with a set of texts": ({"jwks": {"keys": ["x"]}}, Reason.JWKS),
    "with a key of no type": ({"jwks": {"keys": [dict(KEY.public), {"kid": "x"}]}}, Reason.JWKS),
    "with a private key": ({"jwks": {"keys": [{**KEY.public, "d": "AA"}]}}, Reason.JWKS),
    "with a shared secret": (
        {"jwks": {"keys": [dict(KEY.public), {"kty": "oct", "kid": "x", "k": "AA"}]}},
        Reason.JWKS,
    ),
    "with a key without kid": ({"jwks": {"keys": [dict(KEY.public), {"kty": "EC"}]}}, Reason.KIDS),
    "with an empty kid": ({"jwks": {"keys": [dict(KEY.public), {"kty": "EC", "kid": ""}]}}, Reason.KIDS),
    "with a kid that is a number": (
        {"jwks": {"keys": [dict(KEY.public), {"kty": "EC", "kid": 1}]}},
        Reason.KIDS,
    ),
    "with one kid for two keys": (
        {"jwks": {"keys": [dict(KEY.public), {**SPARE.public, "kid": KEY.kid}]}},
        Reason.KIDS,
    ),
    "asking for something unknown": ({"crit": ["x"], "x": 1}, Reason.CRIT),
    "asking for nothing": ({"crit": []}, Reason.CRIT_FORM),
    "asking with null": ({"crit": None}, Reason.CRIT_FORM),
    "with constraints": ({"constraints": {"max_path_length": 0}}, Reason.FOREIGN_CLAIM),
    "with a policy": ({"metadata_policy": {}}, Reason.FOREIGN_CLAIM),
    "with critical operators": ({"metadata_policy_crit": ["x"]}, Reason.FOREIGN_CLAIM),
    "with a source endpoint": ({"source_endpoint": "https://x.example"}, Reason.FOREIGN_CLAIM),
    "for an audience": ({"aud": ANCHOR}, Reason.REGISTRATION_CLAIM),
    "with a trust anchor": ({"trust_anchor": ANCHOR}, Reason.REGISTRATION_CLAIM),
    "with an empty array of hints": ({"authority_hints": []}, Reason.AUTHORITY_HINTS),
    "with a hint that is a text": ({"authority_hints": ANCHOR}, Reason.AUTHORITY_HINTS),
    "with a number for hints": ({"authority_hints": 7}, Reason.AUTHORITY_HINTS),
    "with a null hint": ({"authority_hints": None}, Reason.AUTHORITY_HINTS),
    "with a number as hint": ({"authority_hints": [1]}, Reason.AUTHORITY_HINTS),
    "with a plain http hint": ({"authority_hints": ["http://anchor.example"]}, Reason.AUTHORITY_HINTS),
    "with a hint with a query": ({"authority_hints": ["https://anchor.example/?x"]}, Reason.AUTHORITY_HINTS),
    "with one hint twice": ({"authority_hints": [ANCHOR, ANCHOR]}, Reason.AUTHORITY_HINTS),
    "with an empty array of anchors": ({"trust_anchor_hints": []}, Reason.TRUST_ANCHOR_HINTS),
    "with a text as anchors": ({"trust_anchor_hints": ANCHOR}, Reason.TRUST_ANCHOR_HINTS),
    "with marks that are no array": ({"trust_marks": {}}, Reason.TRUST_MARKS),
    "with a mark that is a text": ({"trust_marks": ["x"]}, Reason.TRUST_MARKS),
    "with a mark of no type": ({"trust_marks": [{"trust_mark": "x"}]}, Reason.TRUST_MARKS),
    "with a mark under an old name": ({"trust_marks": [{"id": "x", "trust_mark": "x"}]}, Reason.TRUST_MARKS),
    "with a mark that is no token": (
        {"trust_marks": [{"trust_mark_type": MARK, "trust_mark": "x.y.z"}]},
        Reason.TRUST_MARKS,
    ),
    "with a mark of another type than it says": (
        {"trust_marks": [{"trust_mark_type": MARK, "trust_mark": mark("https://x.example/other")}]},
        Reason.TRUST_MARK_TYPE,
    ),
    "with a text for mark issuers": ({"trust_mark_issuers": {MARK: ANCHOR}}, Reason.TRUST_MARK_ISSUERS),
    "with a mark issuer that is no entity": (
        {"trust_mark_issuers": {MARK: ["x"]}},
        Reason.TRUST_MARK_ISSUERS,
    ),
    "with a mark owner that is a text": ({"trust_mark_owners": {MARK: ANCHOR}}, Reason.TRUST_MARK_OWNERS),
    "with a mark owner of no name": (
        {"trust_mark_owners": {MARK: {"jwks": PINNED}}},
        Reason.TRUST_MARK_OWNERS,
    ),
    "with a mark owner without keys": (
        {"trust_mark_owners": {MARK: {"sub": ANCHOR, "jwks": {"keys": []}}}},
        Reason.TRUST_MARK_OWNERS,
    ),
    "with an endpoint in plain http": (
        {"metadata": {"federation_entity": {"federation_fetch_endpoint": "http://x.example/fetch"}}},
        Reason.ENDPOINT,
    ),
    "with an endpoint with a fragment": (
        {"metadata": {"federation_entity": {"federation_list_endpoint": "https://x.example/list#x"}}},
        Reason.ENDPOINT,
    ),
    "with an endpoint that is a number": (
        {"metadata": {"federation_entity": {"federation_resolve_endpoint": 1}}},
        Reason.ENDPOINT,
    ),
    "asking for a claim twice": ({"crit": ["nbf", "nbf"], "nbf": 1}, Reason.CRIT_FORM),
    "asking for a claim that it has not": ({"crit": ["nbf"]}, Reason.CRIT_FORM),
    "asking for a number": ({"crit": [1]}, Reason.CRIT_FORM),
    "asking for a claim that is understood anyhow": ({"crit": ["jwks"]}, Reason.CRIT_DEFINED),
    "asking for a claim of another statement": (
        {"crit": ["constraints"], "constraints": {}},
        Reason.CRIT_DEFINED,
    ),
    "with mark issuers that are an array": ({"trust_mark_issuers": []}, Reason.TRUST_MARK_ISSUERS),
    "with mark owners that are an array": ({"trust_mark_owners": []}, Reason.TRUST_MARK_OWNERS),
    "with metadata that is an array": ({"metadata": []}, Reason.METADATA),
    "with metadata that is null": ({"metadata": None}, Reason.METADATA),
    "with a role that is null": ({"metadata": {"openid_provider": None}}, Reason.METADATA),
    "with a role that is a text": ({"metadata": {"openid_provider": "x"}}, Reason.METADATA),
    "with a null in metadata": ({"metadata": {"openid_relying_party": {"x": None}}}, Reason.METADATA_NULL),
    "with protocol keys at the federation entity": (
        {"metadata": {"federation_entity": {"jwks": {}}}},
        Reason.FEDERATION_JWKS,
    ),
    "with a key address at the federation entity": (
        {"metadata": {"federation_entity": {"jwks_uri": "x"}}},
        Reason.FEDERATION_JWKS,
    ),
    "as a provider of another issuer": (
        {"metadata": {"openid_provider": {"issuer": ANCHOR}}},
        Reason.OP_ISSUER,
    ),
    "as a provider of no issuer": ({"metadata": {"openid_provider": {}}}, Reason.OP_ISSUER),
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", CHANGES)
def test_a_statement_is_refused(case: str) -> None:
    changes, reason = CHANGES[case]
    assert refusal(signed(KEY, **changes)) is reason


TWINS: dict[str, dict[str, object]] = {
    "made within the leeway": {"iat": int(NOW) + 10},
    "ended within the leeway": {"exp": int(NOW) - 9},
    "with a key of an unknown type beside": {
        "jwks": {"keys": [dict(KEY.public), {"kty": "AKP", "kid": "pq"}]}
    },
    "of a trust anchor, without hints": {"authority_hints": ABSENT},
    "with two hints": {"authority_hints": [ANCHOR, "https://anchor.example"]},
    "with anchors": {"trust_anchor_hints": [ANCHOR]},
    "with a mark": {"trust_marks": [{"trust_mark_type": MARK, "trust_mark": mark()}]},
    "without marks": {"trust_marks": []},
    "with mark issuers": {"trust_mark_issuers": {MARK: [], "y": [ANCHOR]}, "trust_mark_owners": {}},
    "with a mark owner": {"trust_mark_owners": {MARK: {"sub": ANCHOR, "jwks": PINNED, "more": 1}}},
    "asking for a date that is understood": {"crit": ["nbf"], "nbf": int(NOW)},
    "with endpoints": {
        "metadata": {
            "federation_entity": {
                "federation_fetch_endpoint": "https://x.example/fetch?of=us",
                "federation_list_endpoint": "http://x.localhost/list",
            }
        }
    },
    "without metadata": {"metadata": ABSENT},
    "with an empty role": {"metadata": {"federation_entity": {}}},
    "with protocol keys at the relying party": {"metadata": {"openid_relying_party": {"jwks": {"keys": []}}}},
    "with false, zero and nothing in metadata": {
        "metadata": {"openid_relying_party": {"a": False, "b": 0, "c": ""}}
    },
    "with a claim that we do not know": {"x": {"y": None}},
    "that is long": {"metadata": {"openid_relying_party": {"contacts": ["x" * 100] * 1000}}},
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", TWINS)
def test_its_lawful_twin_is_accepted(case: str) -> None:
    assert check(signed(KEY, **TWINS[case])).sub == ENTITY


@pytest.mark.spec("OIDF 1.2")
def test_only_an_entity_can_be_asked_for() -> None:
    assert refusal(signed(), entity_id="http://gd.example") is Reason.ENTITY_ID
    assert refusal(signed(), entity_id=ANCHOR) is Reason.ISS


def test_nothing_but_our_error_leaves_for_any_reason_of_the_envelope() -> None:
    assert refusal(sign(KEY, claims(jti=7), typ="entity-statement+jwt")) is Reason.FORMAT


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_names_its_section_and_says_what_is_wrong(reason: Reason) -> None:
    assert reason.section[0].isdigit()
    assert len(reason.sentence) > 10
