"""What an authority below the anchor may try, or a thief of its keys: it vouches for what is below it, within what the
anchor lets it, and for nothing else."""

from typing import Any

import pytest

from federation.resolve import Untrusted
from idp.trusting.homes import region_of
from tests.country.chained import ChainedWorld
from tests.country.member import Member, authority
from tests.country.world import ANCHOR, GD, HUB, ZJ

SC, SC_IDP = "http://sc.localhost:8440", "http://idp-sc.localhost:8441"
LEVELS: dict[str, Any] = {
    "manyou_identity_levels": ["RL1", "RL5"],
    "manyou_authenticator_levels": ["AL1", "AL3"],
}


def province(chained: ChainedWorld, **terms: Any) -> tuple[Member, Member]:
    """A province that runs no program of ours, and an identity provider that it has taken in by itself."""
    sc = authority(chained, SC, above=ANCHOR)
    sc.enrolled(ANCHOR, intermediate=True, **terms)
    kinds = {"openid_provider": {"issuer": SC_IDP, **LEVELS}}
    provider = Member(chained, SC_IDP, above=[SC], kinds=kinds)
    sc.takes_in(provider)
    return sc, provider


def resolved(chained: ChainedWorld, entity: str, at: str = HUB) -> Any:
    trusting = chained.nodes[at].trusting
    assert trusting is not None
    return trusting.resolver.resolve(entity)


def broken(chained: ChainedWorld, entity: str, at: str = HUB) -> str:
    with pytest.raises(Untrusted) as refused:
        resolved(chained, entity, at)
    return str(refused.value)


def region(code: str) -> dict[str, Any]:
    return {"openid_provider": {"manyou_region": code}}


def policy(code: str) -> dict[str, Any]:
    return {"openid_provider": {"manyou_region": {"value": code}}}


@pytest.mark.parametrize(
    "said", [{"metadata": region("510000")}, {"metadata_policy": policy("510000")}, {}], ids=str
)
def test_no_authority_but_the_anchor_makes_anybody_the_home_of_a_region(
    chained: ChainedWorld, said: dict[str, Any]
) -> None:
    sc, provider = province(chained)
    provider.claims["metadata"]["openid_provider"]["manyou_region"] = "510000"
    sc.takes_in(provider, **said)
    chain = resolved(chained, SC_IDP)
    assert chain.metadata("openid_provider")["manyou_region"] == "510000"
    assert region_of(chain) is None
    gathered(chained)
    assert {one.issuer for one in chained.nodes[HUB].peers.regions()} == {GD, ZJ}


def test_a_provider_below_a_province_is_a_home_when_the_anchor_says_so(chained: ChainedWorld) -> None:
    province(chained, metadata_policy=policy("510000"))
    assert region_of(resolved(chained, SC_IDP)) == "510000"
    gathered(chained)
    assert {one.issuer for one in chained.nodes[HUB].peers.regions()} == {GD, ZJ, SC_IDP}


def gathered(chained: ChainedWorld) -> None:
    """The anchor has looked at who is below it, and the hub has read that."""
    resolving = chained.nodes[ANCHOR].federation.resolving
    assert resolving is not None
    chained.advance(300)
    assert resolving.crawl.round()
    chained.advance(60)
    chained.nodes[HUB].peers.visit()


WIDER: dict[str, dict[str, Any]] = {
    "all of them as a set": {
        "metadata_policy": {"openid_provider": {"manyou_identity_levels": {"superset_of": ["RL5"]}}}
    },
    "one more": {"metadata_policy": {"openid_provider": {"manyou_identity_levels": {"add": ["RL5"]}}}},
    "a list of its own": {
        "metadata_policy": {"openid_provider": {"manyou_identity_levels": {"value": ["RL5"]}}}
    },
}


@pytest.mark.spec("OIDF 6.1.3")
@pytest.mark.parametrize("case", WIDER)
def test_no_authority_widens_the_levels_that_the_anchor_lets_it(chained: ChainedWorld, case: str) -> None:
    narrow = {"openid_provider": {"manyou_identity_levels": {"subset_of": ["RL1", "RL2"]}}}
    sc, provider = province(chained, metadata_policy=narrow)
    sc.takes_in(provider, **WIDER[case])
    why = broken(chained, SC_IDP)
    assert "manyou_identity_levels" in why
    assert "§6.1.3" in why


@pytest.mark.parametrize(
    "said", [{}, {"metadata": {"openid_provider": {"manyou_identity_levels": ["RL1", "RL5"]}}}]
)
def test_levels_are_what_the_anchor_leaves_whoever_states_them(
    chained: ChainedWorld, said: dict[str, Any]
) -> None:
    narrow = {"openid_provider": {"manyou_identity_levels": {"subset_of": ["RL1", "RL2"]}}}
    sc, provider = province(chained, metadata_policy=narrow)
    sc.takes_in(provider, **said)
    assert resolved(chained, SC_IDP).metadata("openid_provider")["manyou_identity_levels"] == ["RL1"]


CONSTRAINED: dict[str, tuple[dict[str, Any], bool]] = {
    "no authority below it, where none is": ({"max_path_length": 1}, True),
    "nobody below it": ({"max_path_length": 0}, False),
    "names elsewhere": ({"naming_constraints": {"permitted": [".gov.example"]}}, False),
    "names that are excluded": ({"naming_constraints": {"excluded": ["idp-sc.localhost"]}}, False),
    "its own names": ({"naming_constraints": {"permitted": ["sc.localhost", "idp-sc.localhost"]}}, True),
}


@pytest.mark.spec("OIDF 6.2")
@pytest.mark.parametrize("case", CONSTRAINED)
def test_the_anchor_constrains_whom_a_province_takes_in(chained: ChainedWorld, case: str) -> None:
    constraints, lawful = CONSTRAINED[case]
    province(chained, constraints=constraints)
    if lawful:
        assert resolved(chained, SC_IDP)
    else:
        assert next(iter(constraints)) in broken(chained, SC_IDP)


LIES: dict[str, dict[str, Any]] = {
    "about somebody else": {"sub": GD},
    "by somebody else": {"iss": ANCHOR},
    "asking for what nobody understands": {"crit": ["x"], "x": 1},
    "with an operator that must be understood": {
        "metadata_policy": {"openid_provider": {"issuer": {"regexp": "x"}}},
        "metadata_policy_crit": ["regexp"],
    },
    "of another type": {"typ": "trust-mark+jwt"},
    "that has expired": {"exp": 1_799_999_980},
    "of tomorrow": {"iat": 1_800_000_060},
    "without keys": {"jwks": None},
    "with a name that it may not set": {"authority_hints": [ANCHOR]},
    "with an endpoint that only the entity itself may state": {
        "metadata": {"federation_entity": {"federation_fetch_endpoint": f"{SC}/f"}}
    },
    "with another's issuer": {"metadata": {"openid_provider": {"issuer": GD}}},
}


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("case", LIES)
def test_a_statement_that_differs_in_one_thing_makes_nobody_known(chained: ChainedWorld, case: str) -> None:
    sc, provider = province(chained)
    assert resolved(chained, SC_IDP)
    sc.takes_in(provider, **LIES[case])
    broken(chained, SC_IDP, at=ZJ)


def test_the_keys_of_a_provider_are_those_that_its_superior_certifies(chained: ChainedWorld) -> None:
    sc, provider = province(chained)
    sc.takes_in(provider, jwks=sc.jwks)
    assert "kid" in broken(chained, SC_IDP)


def test_nobody_is_taken_in_who_did_not_ask_for_it(chained: ChainedWorld) -> None:
    sc, provider = province(chained)
    provider.claims["authority_hints"] = [GD]
    broken(chained, SC_IDP)
    assert sc.asked == []


def test_a_chain_that_loops_ends(chained: ChainedWorld) -> None:
    sc, _ = province(chained)
    sc.claims["authority_hints"] = [SC_IDP]
    assert "leads back" in broken(chained, SC_IDP)
