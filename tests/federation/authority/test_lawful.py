"""What may be registered about a subordinate: each rule refuses what breaks it, and lets its lawful twin pass."""

from dataclasses import replace
from typing import Any

import pytest

from federation.authority import Subordinate, Unlawful, Wide, check, check_wide
from federation.authority.lawful import LONGEST
from tests.federation.world import ANCHOR, ENTITY, PINNED, made

ONE = Subordinate(entity_id=ENTITY, jwks=PINNED, kinds=("openid_provider",))
JWK: dict[str, Any] = dict(made().public)


def policy(**operators: object) -> dict[str, Any]:
    return {"openid_provider": {"x": operators}}


LAWFUL: dict[str, Subordinate] = {
    "as it comes": ONE,
    "with metadata": replace(
        ONE, metadata={"openid_provider": {"manyou_region": "440000", "issuer": ENTITY}}
    ),
    "with a resolve endpoint": replace(
        ONE, metadata={"federation_entity": {"federation_resolve_endpoint": "u"}}
    ),
    "with a policy": replace(ONE, metadata_policy=policy(subset_of=["a"], essential=True)),
    "with an operator of others": replace(
        ONE, metadata_policy=policy(regexp="a.*"), metadata_policy_crit=("regexp",)
    ),
    "with constraints": replace(
        ONE,
        constraints={
            "max_path_length": 0,
            "naming_constraints": {"permitted": [".gov.example"], "excluded": ["a.gov.example"]},
            "allowed_entity_types": [],
        },
    ),
    "of the longest name": replace(ONE, entity_id="https://a.example/".ljust(LONGEST, "x")),
}

UNLAWFUL: dict[str, tuple[str, Subordinate]] = {
    "no entity": ("1.2", replace(ONE, entity_id="gd")),
    "a name that is too long": ("1.2", replace(ONE, entity_id="https://a.example/".ljust(LONGEST + 1, "x"))),
    "we ourselves": ("8.1.1", replace(ONE, entity_id=ANCHOR)),
    "no keys": ("3.1.1", replace(ONE, jwks={"keys": []})),
    "no key set": ("3.1.1", replace(ONE, jwks={})),
    "a key set with more": ("3.1.1", replace(ONE, jwks={**PINNED, "x": 1})),
    "a private key": ("3.1.1", replace(ONE, jwks={"keys": [{**JWK, "d": "x"}]})),
    "a key without a kid": ("3.1.1", replace(ONE, jwks={"keys": [{**JWK, "kid": ""}]})),
    "two keys of one kid": ("3.1.1", replace(ONE, jwks={"keys": [JWK, JWK]})),
    "a key that is none": ("3.1.1", replace(ONE, jwks={"keys": [{**JWK, "x": JWK["y"]}]})),
    "a key of no algorithm": ("3.1.1", replace(ONE, jwks={"keys": [{**JWK, "kty": "oct"}]})),
    "a type named twice": ("5.1", replace(ONE, kinds=("openid_provider", "openid_provider"))),
    "null": ("5", replace(ONE, metadata={"openid_provider": {"x": None}})),
    "its fetch endpoint": (
        "8.1",
        replace(ONE, metadata={"federation_entity": {"federation_fetch_endpoint": "u"}}),
    ),
    "its list endpoint": (
        "8.1",
        replace(ONE, metadata={"federation_entity": {"federation_list_endpoint": "u"}}),
    ),
    "its status endpoint": (
        "8.1",
        replace(ONE, metadata={"federation_entity": {"federation_trust_mark_status_endpoint": "u"}}),
    ),
    "protocol keys of a federation entity": (
        "5.1.1",
        replace(ONE, metadata={"federation_entity": {"jwks_uri": "u"}}),
    ),
    "another issuer": ("5.1.3", replace(ONE, metadata={"openid_provider": {"issuer": ANCHOR}})),
    "a policy that contradicts itself": (
        "6.1.3.1.1",
        replace(ONE, metadata_policy=policy(value="a", one_of=["b"])),
    ),
    "a policy of no form": ("6.1.2", replace(ONE, metadata_policy={"openid_provider": {"x": 1}})),  # type: ignore[dict-item]
    "a standard operator as critical": (
        "6.1.3.2",
        replace(ONE, metadata_policy=policy(value=1), metadata_policy_crit=("value",)),
    ),
    "a critical operator that is not used": ("6.1.3.2", replace(ONE, metadata_policy_crit=("regexp",))),
    "a negative length": ("6.2.1", replace(ONE, constraints={"max_path_length": -1})),
    "a length that is true": ("6.2.1", replace(ONE, constraints={"max_path_length": True})),
    "names that are none": ("6.2.2", replace(ONE, constraints={"naming_constraints": {}})),
    "names under another name": (
        "6.2.2",
        replace(ONE, constraints={"naming_constraints": {"permitted_subtrees": ["a"]}}),
    ),
    "a name that is a URL": (
        "6.2.2",
        replace(ONE, constraints={"naming_constraints": {"permitted": ["https://a"]}}),
    ),
    "a name that every verifier refuses": (
        "6.2.2",
        replace(ONE, constraints={"naming_constraints": {"excluded": ["bad-.example"]}}),
    ),
    "a name with an underscore": (
        "6.2.2",
        replace(ONE, constraints={"naming_constraints": {"permitted": ["a_b.example"]}}),
    ),
    "types that are text": ("6.2.3", replace(ONE, constraints={"allowed_entity_types": "openid_provider"})),
    "the type that is always allowed": (
        "6.2.3",
        replace(ONE, constraints={"allowed_entity_types": ["federation_entity"]}),
    ),
    "a constraint that is none": ("6.2", replace(ONE, constraints={"max_depth": 1})),
}


@pytest.mark.parametrize("what", LAWFUL)
def test_what_is_lawful_passes(what: str) -> None:
    check(LAWFUL[what], Wide(), issuer=ANCHOR)


@pytest.mark.parametrize("what", UNLAWFUL)
def test_what_is_unlawful_is_refused_with_its_section(what: str) -> None:
    section, one = UNLAWFUL[what]
    with pytest.raises(Unlawful) as refused:
        check(one, Wide(), issuer=ANCHOR)
    assert refused.value.section == section
    assert f"§{section}" in str(refused.value)


@pytest.mark.parametrize(
    "wide",
    [
        Wide(metadata_policy=policy(value="a", one_of=["b"])),
        Wide(metadata_policy_crit=("regexp",)),
        Wide(constraints={"max_path_length": -1}),
    ],
)
def test_what_is_said_of_all_is_judged_alike(wide: Wide) -> None:
    with pytest.raises(Unlawful):
        check_wide(wide)
    check_wide(Wide(metadata_policy=policy(value="a", one_of=["a"]), constraints={"max_path_length": 1}))


def test_one_is_judged_together_with_what_is_said_of_all() -> None:
    one = replace(ONE, metadata_policy=policy(value="a"))
    check(one, Wide(metadata_policy=policy(value="a")), issuer=ANCHOR)
    with pytest.raises(Unlawful) as refused:
        check(one, Wide(metadata_policy=policy(value="b")), issuer=ANCHOR)
    assert refused.value.section == "6.1.3.1.1"
