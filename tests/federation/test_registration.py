"""Explicit registration: the lawful request and answer, and those that differ from them in one thing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from federation import registration
from federation.chain import TrustChain
from federation.registration import Refused
from federation.statement import Statement
from keys.key import SigningKey
from tests.federation.world import ANCHOR, NOW, STRANGER, made
from tests.keys.forge import unchecked

RP, OP, PROVINCE = "http://portal.localhost:8432", "http://gd.localhost:8410", "http://province.localhost"
KEYS: Mapping[str, SigningKey] = {who: made(issuer=who) for who in (RP, OP)}
PARTY: Mapping[str, object] = {"redirect_uris": [f"{RP}/callback"], "scope": "openid"}
POLICY = {"openid_relying_party": {"scope": {"subset_of": ["openid", "profile"]}}}


def statement(iss: str, sub: str, key: SigningKey | None = None, **claims: object) -> Statement:
    return Statement(
        iss=iss,
        sub=sub,
        issued=int(NOW),
        expires=int(NOW) + 600,
        kid="k",
        jwks={"keys": [dict(key.public)] if key else []},
        metadata={},
        authority_hints=(),
        claims=claims,
        token=f"{iss} about {sub}",
    )


def chain(who: str, *, anchor: str = ANCHOR) -> TrustChain:
    return TrustChain(
        statements=(
            statement(who, who, KEYS[who]),
            statement(PROVINCE, who, KEYS[who], metadata_policy=POLICY),
            statement(anchor, PROVINCE),
            statement(anchor, anchor),
        ),
        anchor=anchor,
        expires=int(NOW) + 600,
        resolved={"openid_relying_party": PARTY},
    )


def kept(claims: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in claims.items() if value is not None}


def request(*, key: SigningKey = KEYS[RP], typ: str = "entity-statement+jwt", **changes: Any) -> str:
    claims = {
        "iss": RP,
        "sub": RP,
        "aud": OP,
        "iat": int(NOW),
        "exp": int(NOW) + 60,
        "jwks": {"keys": [dict(KEYS[RP].public)]},
        "authority_hints": [PROVINCE],
        "metadata": {"openid_relying_party": PARTY},
        **changes,
    }
    return unchecked(key, kept(claims), typ=typ)


def check(token: str) -> None:
    registration.check_request(token, chain=chain(RP), provider=OP, now=NOW)


@pytest.mark.spec("OIDF 12.2.2")
def test_a_lawful_request_holds() -> None:
    check(request())
    check(request(authority_hints=["https://other.example", PROVINCE]))
    check(request(crit=["nbf"], nbf=int(NOW)))


REQUESTS: Mapping[str, dict[str, Any]] = {
    "a configuration for everybody": {"aud": None},
    "another provider's": {"aud": "https://evil.example"},
    "another provider's beside ours": {"aud": [OP, "https://evil.example"]},
    "a key that the superior does not state": {"key": STRANGER},
    "another type": {"typ": "JWT"},
    "an answer": {"typ": registration.RESPONSE},
    "another issuer": {"iss": OP},
    "another subject": {"sub": OP},
    "no subject": {"sub": None},
    "expired": {"exp": int(NOW) - 60},
    "without end": {"exp": None},
    "from the future": {"iat": int(NOW) + 60},
    "without a beginning": {"iat": None},
    "no superiors": {"authority_hints": None},
    "another superior": {"authority_hints": [ANCHOR]},
    "superiors that are one text": {"authority_hints": PROVINCE},
    "no metadata": {"metadata": None},
    "metadata of another role": {"metadata": {"openid_provider": {}}},
    "a claim that must be understood and is not": {"crit": ["x"], "x": 1},
}


@pytest.mark.spec("OIDF 12.2.2")
@pytest.mark.parametrize("changes", REQUESTS.values(), ids=REQUESTS)
def test_a_request_that_differs_in_one_thing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        check(request(**changes))


def test_an_anchor_registers_nowhere() -> None:
    alone = TrustChain(statements=(statement(RP, RP, KEYS[RP]),), anchor=RP, expires=1, resolved={})
    with pytest.raises(Refused):
        registration.check_request(request(), chain=alone, provider=OP, now=NOW)
    with pytest.raises(Refused):
        registration.verify_response(answer(), provider=alone, own=chain(RP), now=NOW)


def claims_of(**changes: Any) -> dict[str, object]:
    lawful = registration.response(
        chain(RP), provider=OP, client_id=RP, issued=int(NOW), expires=int(NOW) + 9_000
    )
    return kept({**lawful, **changes})


def answer(*, key: SigningKey = KEYS[OP], typ: str = registration.RESPONSE, **changes: Any) -> str:
    return unchecked(key, claims_of(**changes), typ=typ)


def read(token: str, *, own: TrustChain | None = None) -> registration.Registered:
    return registration.verify_response(token, provider=chain(OP), own=own or chain(RP), now=NOW)


@pytest.mark.spec("OIDF 12.2.3")
def test_an_answer_names_the_anchor_the_superior_and_a_client_id_and_ends_with_the_chain() -> None:
    claims = claims_of()
    assert (claims["iss"], claims["sub"], claims["aud"]) == (OP, RP, RP)
    assert claims["exp"] == int(NOW) + 600
    assert (claims["trust_anchor"], claims["authority_hints"]) == (ANCHOR, [PROVINCE])
    assert claims["metadata"] == {"openid_relying_party": {**PARTY, "client_id": RP}}
    assert claims["jwks"] == chain(RP).configuration.jwks


@pytest.mark.spec("OIDF 12.2.5")
def test_a_lawful_answer_holds() -> None:
    registered = read(answer())
    assert registered.client_id == RP
    assert registered.expires == int(NOW) + 600
    assert read(answer(exp=int(NOW) + 60)).expires == int(NOW) + 60


def with_metadata(**changes: object) -> dict[str, Any]:
    return {"metadata": {"openid_relying_party": kept({**PARTY, "client_id": RP, **changes})}}


ANSWERS: Mapping[str, dict[str, Any]] = {
    "a key that the provider's superior does not state": {"key": STRANGER},
    "the relying party's own key": {"key": KEYS[RP]},
    "another type": {"typ": "entity-statement+jwt"},
    "another issuer": {"iss": RP},
    "another audience": {"aud": "https://evil.example"},
    "another audience besides": {"aud": [RP, "https://evil.example"]},
    "no audience": {"aud": None},
    "another subject": {"sub": OP},
    "expired": {"exp": int(NOW) - 60},
    "without end": {"exp": None},
    "from the future": {"iat": int(NOW) + 60},
    "another anchor": {"trust_anchor": "https://evil.example"},
    "no anchor": {"trust_anchor": None},
    "another superior": {"authority_hints": [ANCHOR]},
    "two superiors": {"authority_hints": [PROVINCE, ANCHOR]},
    "no superior": {"authority_hints": None},
    "no metadata": {"metadata": None},
    "metadata of another role besides": {
        "metadata": {"openid_relying_party": {**PARTY, "client_id": RP}, "openid_provider": {}}
    },
    "no client_id": with_metadata(client_id=None),
    "a client_id that is none": with_metadata(client_id=7),
    "a claim that must be understood and is not": {"crit": ["x"], "x": 1},
    "a scope beyond the policy": with_metadata(scope="openid phone"),
}


@pytest.mark.spec("OIDF 12.2.5")
@pytest.mark.parametrize("changes", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_differs_in_one_thing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read(answer(**changes))


def test_an_answer_may_choose_within_the_policy() -> None:
    assert read(answer(**with_metadata(scope="openid profile"))).client_id == RP


def test_one_is_not_true_where_a_policy_sets_it() -> None:
    policy = {"openid_relying_party": {"frontchannel_logout_session_required": {"value": True}}}
    lawful = chain(RP)
    superior = statement(PROVINCE, RP, KEYS[RP], metadata_policy=policy)
    own = replace(lawful, statements=(lawful.statements[0], superior, *lawful.statements[2:]))
    read(answer(**with_metadata(frontchannel_logout_session_required=True)), own=own)
    with pytest.raises(Refused):
        read(answer(**with_metadata(frontchannel_logout_session_required=1)), own=own)


def test_an_anchor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Refused):
        read(answer(), own=chain(RP, anchor="http://other.localhost"))
