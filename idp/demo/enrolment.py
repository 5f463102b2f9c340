"""Enrolment: owns who is enrolled where on the country's first day, what is said of whom, and who holds which
mark. Does not make keys or settings.

Imports the wiring, as a command does. On later days two people agree on each of these (`manyou federation
enrol`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from federation.authority import Subordinate, Wide
from federation.authority.marks import MarkType
from idp import clock
from idp.authority.marks import Marks
from idp.authority.registry import Registry
from idp.demo import charter
from idp.demo.places import Country, Place
from idp.settings import load
from idp.wiring import open_records
from idp.wiring.authority import open_marks, open_registry, open_stamp
from keys.ledger import Tally

BY = "founding"
_PROVIDER = ("openid_provider", "openid_relying_party", "federation_entity")
_LEAF = ("openid_relying_party", "federation_entity")

# The highest that any identity provider of the country may assert: the nation's register knows nobody better.
_LEVELS = {
    "manyou_identity_levels": {"subset_of": ["RL1", "RL2", "RL3", "RL4"], "essential": True},
    "manyou_authenticator_levels": {"subset_of": ["AL1", "AL2"], "essential": True},
}
# No relying party has a secret in common with anybody, whatever it or its superiors say.
_PARTIES = {"token_endpoint_auth_method": {"value": "private_key_jwt"}}
_LEVELS_BELOW_A_PROVINCE = 3
"""Intermediates that the anchor allows in a chain: a province, a city, a department."""

Keys = Mapping[str, Mapping[str, object]]


def enrol(country: Country, keys: Keys) -> None:
    """Enrol everybody with their superiors, and give the portals their mark.

    Args:
        keys: public federation keys by the name of the place.
    """
    for node in country.superiors:
        with opened(country, node) as (registry, marks):
            if node is country.anchor:
                registry.set_wide(_of_all(), by=BY)
            for place in country.below(node):
                registry.add(_subordinate(country, place, keys[place.name]), by=BY)
            if node is country.anchor:
                _mark(country, marks)


@contextmanager
def opened(country: Country, node: Place) -> Iterator[tuple[Registry, Marks]]:
    """What an authority keeps; what it signs meanwhile is noted, as its keys must outlive that."""
    settings = load(country.settings(node), {})
    records, tally = open_records(settings), Tally()
    try:
        marks = open_marks(settings, records, open_stamp(settings, records, tally, clock.system))
        yield open_registry(settings, records, clock.system), marks
        records.key_facts.note(tally.take(), ())
    finally:
        records.database.close()


def _of_all() -> Wide:
    return Wide(
        metadata_policy={"openid_provider": _LEVELS, "openid_relying_party": _PARTIES},
        constraints={
            "max_path_length": _LEVELS_BELOW_A_PROVINCE,
            "naming_constraints": {"permitted": [".localhost"]},
        },
    )


def _subordinate(country: Country, place: Place, jwks: Mapping[str, object]) -> Subordinate:
    """What the immediate superior says of a place."""
    said: dict[str, Any] = {"entity_id": place.origin, "jwks": jwks}
    if place in country.provinces:
        region = {"openid_provider": {"manyou_region": place.region}}
        return Subordinate(**said, kinds=_PROVIDER, intermediate=True, metadata=region)
    if place is country.hub:
        return Subordinate(**said, kinds=_PROVIDER, constraints={"max_path_length": 0})
    # Below a province nobody signs citizens in: whatever else somebody down there says it is, is dropped.
    only = {"allowed_entity_types": ["openid_relying_party"]}
    if place in country.authorities:
        # Portals of the state's own: the province that signs their people in says so, for all further down.
        implied = {"openid_relying_party": {"manyou_consent": {"value": "implied"}}}
        return Subordinate(
            **said,
            kinds=("federation_entity",),
            intermediate=True,
            constraints=only,
            metadata_policy=implied if place.superior in {one.name for one in country.provinces} else {},
        )
    own = {"openid_relying_party": {"manyou_consent": "implied"}}
    return Subordinate(**said, kinds=_LEAF, metadata=own, constraints=only)


def _mark(country: Country, marks: Marks) -> None:
    """The anchor alone says who is a public-service portal."""
    mark = charter.portal_mark(country)
    marks.define(MarkType(type=mark, issuers=(country.anchor.origin,)), by=BY)
    for portal in country.portals:
        if portal.superior is not None:
            marks.issue(mark, portal.origin, by=BY)
