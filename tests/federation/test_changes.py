"""What superiors made of metadata is said as it happened: what, by whom, under which demand."""

from collections.abc import Mapping

import pytest

from federation.chain import TrustChain
from federation.changes import Change, Rule, changes
from federation.statement import Statement

SUB, CITY, ANCHOR = "https://portal.example", "https://city.example", "https://anchor.example"
Said = Mapping[str, object]
OWN: Mapping[str, Mapping[str, object]] = {
    "openid_relying_party": {"scope": "openid profile phone", "client_name": "办事", "flag": True},
    "federation_entity": {"organization_name": "办事"},
}


def statement(iss: str, sub: str, claims: Said) -> Statement:
    metadata = claims.get("metadata", {})
    assert isinstance(metadata, dict)
    return Statement(
        iss=iss,
        sub=sub,
        issued=0,
        expires=9,
        kid="k",
        jwks={"keys": []},
        metadata=metadata,
        authority_hints=(),
        claims=claims,
        token="",
    )


def chain(resolved: Mapping[str, Mapping[str, object]], city: Said, anchor: Said) -> TrustChain:
    statements = (
        statement(SUB, SUB, {"metadata": OWN}),
        statement(CITY, SUB, city),
        statement(ANCHOR, CITY, anchor),
        statement(ANCHOR, ANCHOR, {}),
    )
    return TrustChain(statements=statements, anchor=ANCHOR, expires=9, resolved=resolved)


def policy(**parameters: object) -> Said:
    return {"metadata_policy": {"openid_relying_party": parameters}}


def resolved(**changed: object) -> Mapping[str, Mapping[str, object]]:
    party = {**OWN["openid_relying_party"], **changed}
    return {
        **OWN,
        "openid_relying_party": {name: value for name, value in party.items() if value is not None},
    }


SCOPE = {"subset_of": ["openid", "profile"]}
PARTY = "openid_relying_party"
CASES: Mapping[str, tuple[TrustChain, list[Change]]] = {
    "nothing, when nobody demands anything": (chain(OWN, {}, {}), []),
    "what the immediate superior states over it": (
        chain(
            resolved(client_name="市办事", region="440100"),
            {"metadata": {PARTY: {"client_name": "市办事", "region": "440100"}}},
            {},
        ),
        [
            Change(kind=PARTY, parameter="client_name", before="办事", after="市办事", cause="metadata", by=(CITY,)),
            Change(kind=PARTY, parameter="region", before=None, after="440100", cause="metadata", by=(CITY,)),
        ],
    ),
    "not what is stated about a type that it does not have": (
        chain(OWN, {"metadata": {"openid_provider": {"issuer": SUB}}}, {}),
        [],
    ),
    "a type that somebody above does not allow": (
        chain(
            {"federation_entity": OWN["federation_entity"]},
            {},
            {"constraints": {"allowed_entity_types": ["openid_provider"]}},
        ),
        [Change(kind=PARTY, parameter="", before=None, after=None, cause="constraints", by=(ANCHOR,))],
    ),
    "a policy, by whoever has one about the parameter, the most superior demand first": (
        chain(
            resolved(scope="openid"),
            policy(scope={"subset_of": ["openid"]}),
            policy(scope=SCOPE, client_name={"essential": True}),
        ),
        [
            Change(
                kind=PARTY,
                parameter="scope",
                before="openid profile phone",
                after="openid",
                cause="policy",
                by=(CITY, ANCHOR),
                rules=(
                    Rule(issuer=ANCHOR, operator="subset_of", operand=["openid", "profile"]),
                    Rule(issuer=CITY, operator="subset_of", operand=["openid"]),
                ),
            )
        ],
    ),
    "a policy that gives and one that takes away": (
        chain(resolved(contacts=["a@b"], client_name=None), {}, policy(contacts={"default": ["a@b"]}, client_name={"value": None})),
        [
            Change(
                kind=PARTY,
                parameter="client_name",
                before="办事",
                after=None,
                cause="policy",
                by=(ANCHOR,),
                rules=(Rule(issuer=ANCHOR, operator="value", operand=None),),
            ),
            Change(
                kind=PARTY,
                parameter="contacts",
                before=None,
                after=["a@b"],
                cause="policy",
                by=(ANCHOR,),
                rules=(Rule(issuer=ANCHOR, operator="default", operand=["a@b"]),),
            ),
        ],
    ),
    "true that became 1, which is something else": (
        chain(resolved(flag=1), {}, policy(flag={"value": 1})),
        [
            Change(
                kind=PARTY,
                parameter="flag",
                before=True,
                after=1,
                cause="policy",
                by=(ANCHOR,),
                rules=(Rule(issuer=ANCHOR, operator="value", operand=1),),
            )
        ],
    ),
    "no operator that nobody here applies": (
        chain(resolved(scope="openid"), {}, policy(scope={"except": ["phone"], "value": "openid"})),
        [
            Change(
                kind=PARTY,
                parameter="scope",
                before="openid profile phone",
                after="openid",
                cause="policy",
                by=(ANCHOR,),
                rules=(Rule(issuer=ANCHOR, operator="value", operand="openid"),),
            )
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_changed_is(case: str) -> None:
    given, expected = CASES[case]
    assert list(changes(given)) == expected


def test_an_anchor_has_nobody_above_that_could_change_it() -> None:
    alone = TrustChain(statements=(statement(ANCHOR, ANCHOR, {}),), anchor=ANCHOR, expires=9, resolved=OWN)
    assert changes(alone) == ()
