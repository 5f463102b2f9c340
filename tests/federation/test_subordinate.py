"""Subordinate statements, and configurations that only their own keys vouch for: every rule of OIDF §3.2 with its
error and its lawful twin."""

from typing import Any

import pytest

from federation.errors import Invalid, Reason
from federation.statement import Statement, verify_self_signed, verify_subordinate
from keys.key import SigningKey
from tests.federation.country import ABSENT, NOW, Country
from tests.keys.forge import forge, segment

COUNTRY = Country()
GD, GZ = COUNTRY.id_of("gd"), COUNTRY.id_of("gz")
OP = "openid_provider"


def check(token: str, **terms: Any) -> Statement:
    lawful = {"issuer": GD, "subject": GZ, "jwks": COUNTRY.jwks("gd"), "now": NOW}
    return verify_subordinate(token, **{**lawful, **terms})


def stated(key: SigningKey | None = None, typ: str = "entity-statement+jwt", **changes: Any) -> str:
    return COUNTRY.statement("gd", "gz", key=key, typ=typ, **changes)


def refusal(token: str, **terms: Any) -> Reason:
    with pytest.raises(Invalid) as caught:
        check(token, **terms)
    return caught.value.reason


@pytest.mark.spec("OIDF 3.2")
def test_a_lawful_statement_says_what_the_superior_stated() -> None:
    token = stated(metadata={OP: {"issuer": GZ}}, constraints={"max_path_length": 1})
    seen = check(token)
    assert (seen.iss, seen.sub, seen.token) == (GD, GZ, token)
    assert seen.jwks == COUNTRY.jwks("gz")
    assert seen.claims["constraints"] == {"max_path_length": 1}
    assert seen.metadata == {OP: {"issuer": GZ}}
    assert seen.authority_hints == ()


@pytest.mark.spec("OIDF 3.2")
def test_the_signature_is_the_superiors_and_the_type_is_exact() -> None:
    assert refusal(stated(COUNTRY.key("gz"))) is Reason.KID
    assert refusal(stated(COUNTRY.key("gz"), jwks=COUNTRY.jwks("gz"))) is Reason.KID
    renamed = {"keys": [{**COUNTRY.key("gz").public, "kid": COUNTRY.key("gd").kid}]}
    assert refusal(stated(), jwks=renamed) is Reason.SIGNATURE
    assert refusal(stated(typ="explicit-registration-response+jwt")) is Reason.TYP
    assert refusal(stated(typ="Entity-Statement+jwt")) is Reason.TYP
    head, _, rest = stated().partition(".")
    assert refusal(f"{segment({'alg': 'ES256', 'typ': 'entity-statement+jwt'})}.{rest}") is Reason.KID
    assert head


@pytest.mark.spec("OIDF 4.3")
@pytest.mark.parametrize("name", ["trust_chain", "peer_trust_chain"])
def test_no_chain_stands_in_the_header_of_a_statement(name: str) -> None:
    key = COUNTRY.key("gd")
    head = {"alg": "ES256", "kid": key.kid, "typ": "entity-statement+jwt"}
    body = COUNTRY.claims("gd", "gz")
    assert refusal(forge({**head, name: ["x"]}, body, signer=key)) is Reason.FORMAT
    assert check(forge(head, body, signer=key)).sub == GZ


def test_names_that_stand_twice_are_refused() -> None:
    key = COUNTRY.key("gd")
    head = {"alg": "ES256", "kid": key.kid, "typ": "entity-statement+jwt"}
    twice = f'{{"sub":"{GZ}","sub":"{GZ}"}}'.encode()
    assert refusal(forge(head, twice, signer=key)) is Reason.FORMAT


POLICY = "metadata_policy"
CHANGES: dict[str, tuple[dict[str, Any], Reason]] = {
    "by somebody else": ({"iss": COUNTRY.id_of("anchor")}, Reason.ISS),
    "about somebody else": ({"sub": COUNTRY.id_of("portal")}, Reason.SUB),
    "about nobody": ({"sub": ABSENT}, Reason.SUB),
    "made at no time": ({"iat": ABSENT}, Reason.IAT),
    "made tomorrow": ({"iat": int(NOW) + 86_400}, Reason.IAT),
    "made true": ({"iat": True}, Reason.IAT),
    "ending never": ({"exp": ABSENT}, Reason.EXP),
    "ended": ({"exp": int(NOW) - 11}, Reason.EXP),
    "without keys": ({"jwks": ABSENT}, Reason.JWKS),
    "with a private key": ({"jwks": {"keys": [{**COUNTRY.key("gz").public, "d": "AA"}]}}, Reason.JWKS),
    "with one kid for two keys": ({"jwks": {"keys": [dict(COUNTRY.key("gz").public)] * 2}}, Reason.KIDS),
    "asking for something unknown": ({"crit": ["x"], "x": 1}, Reason.CRIT),
    "asking for nothing": ({"crit": []}, Reason.CRIT_FORM),
    "with hints": ({"authority_hints": [GD]}, Reason.FOREIGN_CLAIM_SUBORDINATE),
    "with anchors": ({"trust_anchor_hints": [GD]}, Reason.FOREIGN_CLAIM_SUBORDINATE),
    "with marks": ({"trust_marks": []}, Reason.FOREIGN_CLAIM_SUBORDINATE),
    "with mark issuers": ({"trust_mark_issuers": {}}, Reason.FOREIGN_CLAIM_SUBORDINATE),
    "with mark owners": ({"trust_mark_owners": {}}, Reason.FOREIGN_CLAIM_SUBORDINATE),
    "for an audience": ({"aud": GZ}, Reason.REGISTRATION_CLAIM),
    "with a trust anchor": ({"trust_anchor": GD}, Reason.REGISTRATION_CLAIM),
    "with metadata that is an array": ({"metadata": []}, Reason.METADATA),
    "with a null in metadata": ({"metadata": {OP: {"x": None}}}, Reason.METADATA_NULL),
    "with protocol keys at the federation entity": (
        {"metadata": {"federation_entity": {"jwks_uri": "https://x.example"}}},
        Reason.FEDERATION_JWKS,
    ),
    "with an endpoint in plain http": (
        {"metadata": {"federation_entity": {"federation_resolve_endpoint": "http://x.example"}}},
        Reason.ENDPOINT,
    ),
    **{
        f"with the {name} endpoint of its subordinate": (
            {"metadata": {"federation_entity": {f"federation_{name}_endpoint": "https://x.example"}}},
            Reason.SUPERIOR_ENDPOINT,
        )
        for name in ("fetch", "list", "trust_mark_status")
    },
    "with a policy that is an array": ({POLICY: []}, Reason.METADATA_POLICY),
    "with a policy of one level": ({POLICY: {OP: []}}, Reason.METADATA_POLICY),
    "with a policy of two levels": ({POLICY: {OP: {"scope": "x"}}}, Reason.METADATA_POLICY),
    "with no critical operators": ({"metadata_policy_crit": []}, Reason.METADATA_POLICY_CRIT),
    "with a text as critical operators": ({"metadata_policy_crit": "x"}, Reason.METADATA_POLICY_CRIT),
    "with a number as critical operator": ({"metadata_policy_crit": [1]}, Reason.METADATA_POLICY_CRIT),
    "with a standard operator as critical": ({"metadata_policy_crit": ["add"]}, Reason.METADATA_POLICY_CRIT),
    "with a source that is a number": ({"source_endpoint": 1}, Reason.SOURCE_ENDPOINT),
    "with a source in plain http": ({"source_endpoint": "http://gd.example"}, Reason.SOURCE_ENDPOINT),
    "with a source with a fragment": ({"source_endpoint": "https://gd.example/#x"}, Reason.SOURCE_ENDPOINT),
    "with constraints that are an array": ({"constraints": []}, Reason.CONSTRAINTS),
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", CHANGES)
def test_a_statement_is_refused(case: str) -> None:
    changes, reason = CHANGES[case]
    assert refusal(stated(**changes)) is reason


TWINS: dict[str, dict[str, Any]] = {
    "made within the leeway": {"iat": int(NOW) + 10},
    "ended within the leeway": {"exp": int(NOW) - 9},
    "with an endpoint that a superior may state": {
        "metadata": {"federation_entity": {"federation_resolve_endpoint": "https://gz.example/resolve"}}
    },
    "with a policy": {POLICY: {OP: {"scope": {"default": "openid"}}}},
    "with operators that nobody knows": {POLICY: {OP: {"scope": {"regexp": "."}}}},
    "with critical operators of an extension": {"metadata_policy_crit": ["regexp"]},
    "with a source": {"source_endpoint": "https://gd.example/fetch"},
    "with constraints that nobody knows": {"constraints": {"max_tea": -1}},
    "with a claim that we do not know": {"x": {"y": None}},
    "asking for a date that is understood": {"crit": ["nbf"], "nbf": int(NOW)},
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", TWINS)
def test_its_lawful_twin_is_accepted(case: str) -> None:
    assert check(stated(**TWINS[case])).sub == GZ


@pytest.mark.spec("OIDF 3.1.3")
def test_nobody_is_their_own_subordinate() -> None:
    own = COUNTRY.configuration("gd")
    assert refusal(own, issuer=GD, subject=GD) is Reason.NOT_SUBORDINATE
    assert refusal(stated(), issuer="http://gd.example") is Reason.ENTITY_ID
    assert refusal(stated(), subject="gz") is Reason.ENTITY_ID


@pytest.mark.spec("OIDF 3.2")
def test_a_configuration_can_be_read_by_its_own_keys_alone() -> None:
    seen = verify_self_signed(COUNTRY.configuration("gz"), entity_id=GZ, now=NOW)
    assert seen.authority_hints == (GD,)


SELF_SIGNED: dict[str, tuple[str, Reason]] = {
    "no token": ("", Reason.FORMAT),
    "something endless": ("A" * 300_000, Reason.SIZE),
    "without keys": (COUNTRY.configuration("gz", jwks=ABSENT), Reason.JWKS),
    "signed by another": (COUNTRY.configuration("gz", key=COUNTRY.key("gd")), Reason.KID),
    "of another entity": (COUNTRY.configuration("gd"), Reason.ISS),
    "past": (COUNTRY.configuration("gz", exp=int(NOW) - 11), Reason.EXP),
    "with a shared secret": (
        COUNTRY.configuration("gz", jwks={"keys": [{"kty": "oct", "kid": COUNTRY.key("gz").kid, "k": "A"}]}),
        Reason.KEY,
    ),
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", SELF_SIGNED)
def test_what_does_not_even_vouch_for_itself_is_refused(case: str) -> None:
    token, reason = SELF_SIGNED[case]
    with pytest.raises(Invalid) as caught:
        verify_self_signed(token, entity_id=GZ, now=NOW)
    assert caught.value.reason is reason
