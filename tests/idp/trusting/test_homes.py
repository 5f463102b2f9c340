"""Which regions the federation has: the anchor's word alone makes an entity somebody's home."""

import pytest

from federation.chain import TrustChain
from idp.errors import Unavailable
from idp.trusting.homes import AGAIN, PAUSE, Homes, name_of, region_of
from tests.idp.chains import CITY, Known, chain, province
from tests.idp.made import GD, HUB, NOW, ZJ, Clock

CLAIMED = {"openid_provider": {"manyou_region": "440000"}}
GIVEN = {"metadata": {"openid_provider": {"manyou_region": "440000"}}}
POLICY = {"metadata_policy": {"openid_provider": {"manyou_region": {"value": "440000"}}}}
OTHER = {"metadata_policy": {"openid_provider": {"manyou_region": {"value": "330000"}}}}

REGIONS: dict[str, tuple[TrustChain, str | None]] = {
    "stated by the anchor about the province": (chain(GD, resolved=CLAIMED, word=GIVEN), "440000"),
    "demanded by the anchor's policy": (chain(GD, resolved=CLAIMED, word=POLICY), "440000"),
    "demanded by the anchor's policy, of a city too": (
        chain(CITY, through=[GD], resolved=CLAIMED, word=POLICY),
        "440000",
    ),
    "claimed by the entity alone": (chain(GD, resolved=CLAIMED), None),
    "stated by the anchor about somebody above": (
        chain(CITY, through=[GD], resolved=CLAIMED, word=GIVEN),
        None,
    ),
    "another one than the anchor's": (chain(GD, resolved=CLAIMED, word=OTHER), None),
    "none": (chain(GD, resolved={"openid_provider": {}}, word=GIVEN), None),
    "of an entity that is no provider": (chain(GD, resolved={}, word=GIVEN), None),
}


@pytest.mark.parametrize("case", REGIONS)
def test_a_region_is_the_anchors_word(case: str) -> None:
    known, region = REGIONS[case]
    assert region_of(known) == region


def test_an_anchor_is_nobodys_home() -> None:
    assert region_of(chain("http://anchor.localhost:8401")) is None


def test_a_name_is_what_the_chain_left_of_it() -> None:
    assert name_of(province()) == {"zh": "广东省", "en": "Guangdong"}
    assert name_of(chain(GD)) == {"zh": GD, "en": GD}


class Country:
    def __init__(self) -> None:
        self.clock = Clock()
        self.trust = Known()
        self.trust.found = {GD: province(), ZJ: province(ZJ, "330000")}
        self.listed: list[str] | None = [GD, ZJ]
        self.reads = 0
        self.homes = Homes(own=HUB, trust=self.trust, collections=self.read, clock=self.clock)

    def read(self) -> list[str]:
        self.reads += 1
        if self.listed is None:
            raise Unavailable("peer", "the anchor is silent")
        return self.listed


@pytest.fixture
def country() -> Country:
    return Country()


def test_the_regions_are_those_of_the_collection_to_whom_a_chain_leads(country: Country) -> None:
    assert {one.region: one.issuer for one in country.homes.known().values()} == {"440000": GD, "330000": ZJ}
    assert country.reads == 1


def test_an_entity_of_the_collection_without_a_chain_is_no_region(country: Country) -> None:
    country.trust.found[ZJ] = None
    assert list(country.homes.known()) == [GD]


def test_a_node_is_not_a_region_of_its_own_list(country: Country) -> None:
    country.listed = [HUB, GD]
    country.trust.found[HUB] = province(HUB, "110000")
    assert list(country.homes.known()) == [GD]


def test_two_homes_of_one_region_are_the_first_alone(country: Country) -> None:
    country.trust.found[ZJ] = province(ZJ, "440000")
    assert list(country.homes.known()) == [GD]


def test_a_province_that_comes_is_seen_at_the_next_look(country: Country) -> None:
    country.listed = [GD]
    country.homes.known()
    country.listed = [GD, ZJ]
    country.homes.visit()
    assert list(country.homes.known()) == [GD]
    country.clock.now = NOW + AGAIN
    country.homes.visit()
    assert list(country.homes.known()) == [GD, ZJ]


def test_a_province_that_is_silent_for_a_while_keeps_its_place(country: Country) -> None:
    country.homes.known()
    del country.trust.found[ZJ]
    country.clock.now = NOW + AGAIN
    country.homes.visit()
    assert list(country.homes.known()) == [GD, ZJ]


@pytest.mark.parametrize("refused", [True, False])
def test_a_listed_province_to_whom_no_chain_leads_yet_is_looked_for_again_soon(
    country: Country, refused: bool
) -> None:
    kept = country.trust.found.pop(ZJ)
    if refused:
        country.trust.found[ZJ] = None
    assert list(country.homes.known()) == [GD]
    country.trust.found[ZJ] = kept
    country.homes.visit()
    assert list(country.homes.known()) == [GD]
    country.clock.now = NOW + PAUSE
    country.homes.visit()
    assert list(country.homes.known()) == [GD, ZJ]
    country.clock.now = NOW + 2 * PAUSE
    country.homes.visit()
    assert country.reads == 2


def test_a_province_that_is_suspended_loses_it(country: Country) -> None:
    country.homes.known()
    country.homes.forget(ZJ)
    assert list(country.homes.known()) == [GD]


def test_a_collection_that_cannot_be_read_is_not_asked_again_at_once(country: Country) -> None:
    country.listed = None
    assert country.homes.known() == {}
    assert country.homes.known() == {}
    assert country.reads == 1
    country.listed = [GD]
    country.clock.now = NOW + PAUSE
    assert list(country.homes.known()) == [GD]


def test_the_regions_stay_when_the_anchor_falls_silent(country: Country) -> None:
    country.homes.known()
    country.listed = None
    country.clock.now = NOW + AGAIN
    country.homes.visit()
    assert list(country.homes.known()) == [GD, ZJ]
