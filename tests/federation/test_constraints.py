"""Constraints: how many, of what names, in which roles (OIDF §6.2); each statement's by themselves."""

from typing import Any

import pytest

from federation import constraints
from federation.errors import Invalid, Reason

PORTAL, GZ, GD = "https://portal.gz.example", "https://gz.example", "https://gd.example"


def judge(said: Any, *below: str) -> Reason | None:
    """None: the chain below is allowed."""
    try:
        constraints.read({"constraints": said}).check(below or (PORTAL, GZ, GD))
    except Invalid as error:
        return error.reason
    return None


@pytest.mark.spec("OIDF 6.2.1")
def test_intermediates_between_the_issuer_and_the_subject_are_counted() -> None:
    assert judge({"max_path_length": 2}) is None
    assert judge({"max_path_length": 1}) is Reason.MAX_PATH_LENGTH
    assert judge({"max_path_length": 1}, PORTAL, GZ) is None
    assert judge({"max_path_length": 0}, PORTAL, GZ) is Reason.MAX_PATH_LENGTH
    assert judge({"max_path_length": 0}, PORTAL) is None
    assert judge({}) is None


HOSTS: dict[str, tuple[dict[str, list[str]], str, bool]] = {
    "a domain holds what is below it": ({"permitted": [".example"]}, "https://a.b.example", True),
    "a domain does not hold itself": ({"permitted": [".b.example"]}, "https://b.example", False),
    "a domain ends at a dot": ({"permitted": [".b.example"]}, "https://ab.example", False),
    "a host holds itself": ({"permitted": ["b.example"]}, "https://b.example:8443/x", True),
    "a host does not hold what is below it": ({"permitted": ["b.example"]}, "https://a.b.example", False),
    "a host ends where it ends": ({"permitted": ["b.example"]}, "https://b.example.evil.example", False),
    "the case of letters does not matter": ({"permitted": ["B.Example"]}, "https://b.EXAMPLE", True),
    "one of several is enough": ({"permitted": ["a.example", "b.example"]}, "https://b.example", True),
    "nothing permitted is nothing": ({"permitted": []}, "https://b.example", False),
    "what is not excluded is allowed": ({"excluded": ["a.example"]}, "https://b.example", True),
    "what is excluded is not": ({"excluded": ["b.example"]}, "https://b.example", False),
    "an excluded domain excludes all below": ({"excluded": [".example"]}, "https://a.b.example", False),
    "nothing excluded is nothing": ({"excluded": []}, "https://b.example", True),
    "exclusion beats permission": (
        {"permitted": [".example"], "excluded": ["b.example"]},
        "https://b.example",
        False,
    ),
    "the dot of the root hides nothing": ({"excluded": ["b.example"]}, "https://b.example.", False),
    "the path is no name": ({"permitted": ["b.example"]}, "https://evil.example/b.example", False),
    "an address is no name": ({"excluded": ["b.example"]}, "https://192.0.2.1", False),
    "an address of the sixth version is no name": (
        {"excluded": ["b.example"]},
        "https://[2001:db8::1]",
        False,
    ),
    "an escaped letter is no name": ({"excluded": ["b.example"]}, "https://%62.example", False),
    "without constraints an address may be": ({}, "https://192.0.2.1", True),
}


@pytest.mark.spec("OIDF 6.2.2")
@pytest.mark.parametrize("case", HOSTS)
def test_names_are_constrained_by_host(case: str) -> None:
    naming, entity_id, allowed = HOSTS[case]
    expected = None if allowed else Reason.NAMING_CONSTRAINTS
    assert judge({"naming_constraints": naming}, entity_id) is expected


@pytest.mark.spec("OIDF 6.2.2")
def test_every_entity_below_the_issuer_must_have_an_allowed_name() -> None:
    naming = {"naming_constraints": {"permitted": ["portal.gz.example", "gz.example"]}}
    assert judge(naming, PORTAL, GZ) is None
    assert judge(naming, PORTAL, GZ, GD) is Reason.NAMING_CONSTRAINTS
    assert judge(naming, GD, GZ) is Reason.NAMING_CONSTRAINTS


MALFORMED: dict[str, Any] = {
    "an array": [],
    "null": None,
    "a negative length": {"max_path_length": -1},
    "a fraction": {"max_path_length": 1.0},
    "true for one": {"max_path_length": True},
    "a text for a length": {"max_path_length": "1"},
    "a null length": {"max_path_length": None},
    "names that are an array": {"naming_constraints": []},
    "one permitted text": {"naming_constraints": {"permitted": "x.example"}},
    "a permitted number": {"naming_constraints": {"permitted": [1]}},
    "an excluded URL": {"naming_constraints": {"excluded": ["https://x.example"]}},
    "an excluded pattern": {"naming_constraints": {"excluded": ["*.x.example"]}},
    "an excluded nothing": {"naming_constraints": {"excluded": [""]}},
    "a null array": {"naming_constraints": {"excluded": None}},
    "a type that is a text": {"allowed_entity_types": "openid_provider"},
    "a type that is null": {"allowed_entity_types": [None]},
    "the type that is always allowed": {"allowed_entity_types": ["federation_entity"]},
}


@pytest.mark.spec("OIDF 6.2")
@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_constraint_is_refused_not_lifted(case: str) -> None:
    assert judge(MALFORMED[case]) is Reason.CONSTRAINTS


@pytest.mark.spec("OIDF 6.2")
def test_a_constraint_that_nobody_knows_is_ignored_and_its_neighbours_stay() -> None:
    assert judge({"max_tea": -1, "permitted_subtrees": ["x"]}) is None
    assert judge({"max_tea": -1, "max_path_length": 0}) is Reason.MAX_PATH_LENGTH


@pytest.mark.spec("OIDF 6.2.3")
def test_types_that_are_not_allowed_are_taken_away() -> None:
    own = {"federation_entity": {"a": 1}, "openid_provider": {}, "oauth_client": {}}

    def left(**said: Any) -> set[str]:
        return set(constraints.read({"constraints": said}).strip(own))

    assert left() == set(own)
    assert left(allowed_entity_types=["openid_provider", "x"]) == {"federation_entity", "openid_provider"}
    assert left(allowed_entity_types=[]) == {"federation_entity"}
