"""What a whole chain makes of its subject's metadata: the immediate superior's word, then the types that are
allowed, then the policies of all (OIDF §6.1.4, §6.2.3)."""

from collections.abc import Mapping
from typing import Any

import pytest

from federation.chain import Broken
from federation.errors import Reason
from federation.policy import InvalidMetadata, InvalidPolicy
from tests.federation.country import Country

RP, OP, OWN = "openid_relying_party", "openid_provider", "federation_entity"
DEEP = {"gd": "anchor", "gz": "gd", "civil": "gz", "portal": "civil"}
Changes = Mapping[tuple[str, str], Mapping[str, Any]]


def country(**kinds: Mapping[str, Any]) -> Country:
    """Four levels above a portal with this metadata."""
    return Country(DEEP, kinds={"portal": kinds})


def policies(*of: Mapping[str, Any], kind: str = RP) -> dict[tuple[str, str], dict[str, Any]]:
    """A policy for each superior, the anchor first."""
    pairs = [("anchor", "gd"), ("gd", "gz"), ("gz", "civil"), ("civil", "portal")]
    return {pair: {"metadata_policy": {kind: one}} for pair, one in zip(pairs, of, strict=False)}


def resolved(changes: Changes, kind: str = RP, **metadata: Any) -> Mapping[str, Any] | None:
    return country(**{kind: metadata}).verified(changes=changes).metadata(kind)


def refusal(changes: Changes, **kinds: Mapping[str, Any]) -> Broken:
    with pytest.raises(Broken) as caught:
        country(**kinds).verified(changes=changes)
    return caught.value


@pytest.mark.spec("OIDF 6.1.4.1")
def test_policies_of_four_levels_narrow_each_other() -> None:
    narrowing = policies(
        {"contacts": {"subset_of": ["a", "b", "c", "d"]}},
        {"contacts": {"subset_of": ["a", "b", "c"]}},
        {"contacts": {"subset_of": ["b", "c", "e"]}},
        {"contacts": {"add": ["c"]}},
    )
    assert resolved(narrowing, contacts=["a", "b"]) == {"contacts": ["b", "c"]}


@pytest.mark.spec("OIDF 6.1.4.1")
def test_a_level_that_says_nothing_passes_on_what_is_above() -> None:
    silent = policies({"scope": {"subset_of": ["openid", "profile"]}}, {}, {}, {})
    assert resolved(silent, scope="openid email") == {"scope": "openid"}
    assert resolved({}, scope="openid email") == {"scope": "openid email"}


@pytest.mark.spec("OIDF 6.1.3.1.5")
def test_sets_that_share_nothing_leave_nothing() -> None:
    apart = policies({"contacts": {"subset_of": ["a"]}}, {}, {"contacts": {"subset_of": ["b"]}})
    assert resolved(apart, contacts=["a", "b"]) == {"contacts": []}
    assert resolved(apart) == {}


@pytest.mark.spec("OIDF 6.1.3.1.4")
def test_choices_that_share_nothing_break_the_chain_even_far_apart() -> None:
    apart = policies(
        {"application_type": {"one_of": ["web"]}}, {}, {}, {"application_type": {"one_of": ["native"]}}
    )
    found = refusal(apart, **{RP: {"application_type": "web"}})
    assert isinstance(found.reason, InvalidPolicy)
    assert found.code == "invalid_trust_chain"


@pytest.mark.spec("OIDF 6.1.4.1")
def test_lawful_policies_that_merge_into_an_unlawful_one_break_the_chain() -> None:
    unlawful = policies({"contacts": {"subset_of": ["a", "b"]}}, {}, {"contacts": {"add": ["c"]}})
    assert isinstance(refusal(unlawful, **{RP: {"contacts": ["a"]}}).reason, InvalidPolicy)


@pytest.mark.spec("OIDF 6.1.3.2")
def test_an_operator_that_nobody_knows_takes_nothing_with_it() -> None:
    """Dropping the whole policy beside an unknown operator would lift it."""
    odd = policies({"scope": {"regexp": "^o", "subset_of": ["openid"]}})
    assert resolved(odd, scope="openid email") == {"scope": "openid"}


@pytest.mark.spec("OIDF 6.1.3.2")
@pytest.mark.parametrize("pair", [("anchor", "gd"), ("gd", "gz"), ("gz", "civil"), ("civil", "portal")])
def test_a_critical_operator_that_nobody_knows_breaks_the_chain_wherever_it_stands(
    pair: tuple[str, str],
) -> None:
    found = refusal({pair: {"metadata_policy_crit": ["regexp"]}}, **{RP: {}})
    assert isinstance(found.reason, InvalidPolicy)
    assert found.section == "6.1.3.2"


@pytest.mark.spec("OIDF 6.1.2")
def test_parameters_and_types_that_nobody_defined_have_policies_too() -> None:
    custom = policies(
        {"tea": {"one_of": ["green", "black"]}}, {"tea": {"default": "green"}}, kind="tea_house"
    )
    assert resolved(custom, "tea_house") == {"tea": "green"}
    assert resolved(custom, "tea_house", tea="black") == {"tea": "black"}
    assert isinstance(refusal(custom, tea_house={"tea": "milk"}).reason, InvalidMetadata)
    assert resolved(custom, RP, tea="milk") == {"tea": "milk"}


@pytest.mark.spec("OIDF 3.1.1")
def test_only_the_immediate_superior_states_metadata() -> None:
    changes: dict[tuple[str, str], Any] = {
        ("civil", "portal"): {"metadata": {RP: {"client_name": "by civil"}}},
        ("gz", "civil"): {"metadata": {RP: {"client_name": "by gz"}}},
        ("anchor", "gd"): {"metadata": {RP: {"contacts": ["a"]}}},
    }
    assert resolved(changes, client_name="own", scope="openid") == {
        "client_name": "by civil",
        "scope": "openid",
    }


@pytest.mark.spec("OIDF 3.1.1")
def test_a_superior_makes_no_entity_type() -> None:
    changes = {("civil", "portal"): {"metadata": {OP: {"issuer": "https://portal.example"}, RP: {"a": 1}}}}
    chain = country(**{RP: {}}).verified(changes=changes)
    assert chain.metadata(OP) is None
    assert chain.metadata(RP) == {"a": 1}


@pytest.mark.spec("OIDF 6.1.4.2")
def test_what_the_superior_states_is_under_the_policies() -> None:
    changes: dict[tuple[str, str], Any] = policies({"scope": {"subset_of": ["openid"]}})
    changes[("civil", "portal")] = {"metadata": {RP: {"scope": "openid email"}}}
    assert resolved(changes) == {"scope": "openid"}


@pytest.mark.spec("OIDF 6.2.3")
def test_a_type_that_one_superior_does_not_allow_is_taken_away_before_the_policies() -> None:
    changes: dict[tuple[str, str], Any] = {("gd", "gz"): {"constraints": {"allowed_entity_types": [OP]}}}
    demanding = {"metadata_policy": {RP: {"contacts": {"essential": True}}}}
    chain = country(**{RP: {}}).verified(changes={**changes, ("anchor", "gd"): demanding})
    assert set(chain.resolved) == {OWN}
    both = {**changes, ("anchor", "gd"): {"constraints": {"allowed_entity_types": [RP]}}}
    assert set(country(**{RP: {}}).verified(changes=both).resolved) == {OWN}


@pytest.mark.spec("OIDF 6.2.3")
def test_stated_metadata_of_a_type_that_is_not_allowed_goes_too() -> None:
    changes: dict[tuple[str, str], Any] = {
        ("civil", "portal"): {"metadata": {RP: {"a": 1}}, "constraints": {"allowed_entity_types": []}}
    }
    assert set(country(**{RP: {}}).verified(changes=changes).resolved) == {OWN}


MIX_UPS: dict[str, tuple[dict[tuple[str, str], Any], Reason]] = {
    "an issuer that a policy sets": (
        policies({"issuer": {"value": "https://other.example"}}, kind=OP),
        Reason.OP_ISSUER,
    ),
    "an issuer that the superior states": (
        {("civil", "portal"): {"metadata": {OP: {"issuer": "https://other.example"}}}},
        Reason.OP_ISSUER,
    ),
    "an issuer that a policy removes": (policies({"issuer": {"value": None}}, kind=OP), Reason.OP_ISSUER),
    "an endpoint that a policy sets": (
        policies({"federation_resolve_endpoint": {"value": "http://x.example"}}, kind=OWN),
        Reason.ENDPOINT,
    ),
    "protocol keys that a policy sets": (
        policies({"jwks_uri": {"value": "https://x.example"}}, kind=OWN),
        Reason.FEDERATION_JWKS,
    ),
}


@pytest.mark.spec("OIDF 5.1.3")
@pytest.mark.parametrize("case", MIX_UPS)
def test_no_superior_makes_an_entity_pass_for_another(case: str) -> None:
    changes, reason = MIX_UPS[case]
    found = refusal(changes, **{OP: {"issuer": "https://portal.example"}})
    assert (found.reason, found.code, found.hop) == (reason, "invalid_metadata", 0)


@pytest.mark.spec("OIDF 5.1.3")
def test_a_policy_that_confirms_the_issuer_changes_nothing() -> None:
    confirming = policies({"issuer": {"value": "https://portal.example"}}, kind=OP)
    kept = resolved(confirming, OP, issuer="https://portal.example")
    assert kept == {"issuer": "https://portal.example"}
