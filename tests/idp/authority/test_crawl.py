"""The collection: what is gathered is verified chain by chain, within bounds, once for all processes."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from federation.authority.listing import UnknownPage
from idp.authority import crawl as crawling
from idp.authority.crawl import AGAIN, SELDOM, SOON, Crawl
from idp.authority.gathering import Collected, Gathered, Sought, page
from idp.authority.resolves import Active, Chain
from idp.errors import Unavailable
from idp.shelf import Shelf
from tests.federation.world import ANCHOR
from tests.idp.authority.chains import Known, Made, authority, provider
from tests.idp.authority.place import Moved
from tests.idp.oauth.memory import MemoryStore

GD, ZJ, GZ = "http://gd.localhost", "http://zj.localhost", "http://gz.localhost"


class Country:
    """Who lists whom, and whose chains hold."""

    def __init__(self, clock: Moved) -> None:
        self.clock = clock
        self.store = MemoryStore(clock)
        self.lists: dict[str, list[str]] = {ANCHOR: [GD, ZJ], GD: [GZ]}
        self.down: set[str] = set()
        self.listed: list[str] = []
        self.known = Known(
            Made(
                subject=GD,
                resolved={
                    "openid_provider": {"manyou_region": "440000", "organization_name": "Guangdong"},
                    "federation_entity": {
                        "federation_list_endpoint": "u",
                        "organization_name": "Guangdong",
                        "organization_name#zh": "广东省",
                        "logo_uri": "https://gd.example/logo",
                        "keywords": ["south", "sea"],
                        "contacts": ["ops@gd.example"],
                    },
                },
            ),
            provider(ZJ, manyou_region="330000", display_name="Zhejiang", issuer=ZJ),
            authority(GZ),
        )

    def below(self, superior: str) -> Iterable[str]:
        self.listed.append(superior)
        if superior in self.down:
            raise Unavailable("peer", "does not answer")
        return self.lists.get(superior, [])

    def find(self, name: str) -> Chain | None:
        if name in self.down:
            raise Unavailable("peer", "does not answer")
        return self.known.at_hand(name)

    def crawl(self, every: int = AGAIN) -> Crawl:
        """One process."""
        return Crawl(
            anchors=lambda: [ANCHOR],
            below=self.below,
            find=self.find,
            marks=self.known.marks,
            shelf=Shelf(self.store, "collection", Collected),
            turns=Shelf(self.store, "collection", Collected),
            clock=self.clock,
            every=every,
        )

    def gathered(self) -> Mapping[str, Gathered]:
        crawl = self.crawl()
        crawl.round()
        return {one.entity_id: one for one in crawl.collected().entities}


@pytest.fixture
def country(clock: Moved) -> Country:
    return Country(clock)


def test_every_level_is_gathered(country: Country) -> None:
    found = country.gathered()
    assert set(found) == {GD, ZJ, GZ}
    assert found[GD].region == "440000"
    assert (found[GD].anchor, found[GD].superior, found[GZ].superior) == (ANCHOR, ANCHOR, GD)
    assert found[GD].kinds == ("openid_provider", "federation_entity")
    assert found[GD].infos["federation_entity"] == {
        "display_name": "Guangdong",
        "display_name#zh": "广东省",
        "organization_name": "Guangdong",
        "organization_name#zh": "广东省",
        "logo_uri": "https://gd.example/logo",
        "keywords": ("south", "sea"),
    }
    assert country.listed == [ANCHOR, GD, GZ], "a provider without subordinates is asked for none"


def test_who_is_listed_and_has_no_chain_is_not_gathered(country: Country) -> None:
    country.lists[ANCHOR].append("http://thief.localhost")
    assert "http://thief.localhost" not in country.gathered()


def test_lists_that_loop_are_walked_once(country: Country) -> None:
    country.lists[GZ] = [GD, ANCHOR, GZ]
    assert set(country.gathered()) == {GD, ZJ, GZ}


def test_marks_that_were_verified_are_gathered(country: Country) -> None:
    country.known.active = [Active("https://a.example", "x.y.z", None)]
    assert country.gathered()[ZJ].marks == (("https://a.example", "x.y.z"),)


def test_bounds_hold(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "ENTITIES", 2)
    assert set(country.gathered()) == {GD, ZJ}
    monkeypatch.setattr(crawling, "AUTHORITIES", 1)
    country.clock.pass_(AGAIN)
    country.listed.clear()
    country.gathered()
    assert country.listed == [ANCHOR]


def test_one_process_gathers_for_all(country: Country, clock: Moved) -> None:
    first, second = country.crawl(), country.crawl()
    assert first.round()
    assert not second.round()
    assert second.collected() == first.collected()
    assert len(second.collected().entities) == 3
    clock.pass_(AGAIN)
    assert second.round()


def test_a_node_that_nobody_asks_gathers_seldom(country: Country, clock: Moved) -> None:
    crawl = country.crawl(SELDOM)
    assert crawl.round()
    clock.pass_(AGAIN)
    assert not crawl.round()
    clock.pass_(SELDOM - AGAIN)
    assert crawl.round()


def test_who_is_not_there_is_looked_for_again_soon(country: Country, clock: Moved) -> None:
    country.down = {GD}
    crawl = country.crawl()
    crawl.round()
    assert {one.entity_id for one in crawl.collected().entities} == {ZJ}
    country.down = set()
    clock.pass_(SOON)
    assert crawl.round()
    assert {one.entity_id for one in crawl.collected().entities} == {GD, ZJ, GZ}
    clock.pass_(SOON)
    assert not crawl.round()


GATHERED = Collected(
    updated=5,
    entities=(
        Gathered(
            entity_id=GD,
            anchor=ANCHOR,
            kinds=("openid_provider", "federation_entity"),
            infos={
                "openid_provider": {"display_name": "Guangdong", "display_name#zh": "广东省"},
                "federation_entity": {"logo_uri": "https://gd.example/logo", "keywords": ("south",)},
            },
            marks=(("https://a.example", "x.y.z"),),
            region="440000",
        ),
        Gathered(entity_id=GZ, anchor=ANCHOR, kinds=("federation_entity",)),
        Gathered(entity_id=ZJ, anchor=ANCHOR, kinds=("openid_provider",), infos={"openid_provider": {}}),
    ),
)


def names(**sought: Any) -> list[object]:
    said: Any = page(GATHERED, Sought(**{"anchor": ANCHOR, **sought}), None)
    return [one["entity_id"] for one in said["entities"]]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ({}, [GD, GZ, ZJ]),
        ({"anchor": "http://other.localhost"}, []),
        ({"kinds": ["openid_provider"]}, [GD, ZJ]),
        ({"kinds": ["openid_provider", "federation_entity"]}, [GD, GZ, ZJ]),
        ({"mark_types": ["https://a.example"]}, [GD]),
        ({"mark_types": ["https://a.example", "https://b.example"]}, []),
        ({"query": "GUANG"}, [GD]),
        ({"query": "广东"}, [GD]),
        ({"query": "south"}, [GD]),
        ({"query": "zj.local"}, [ZJ]),
        ({"query": "nobody"}, []),
    ],
)
def test_a_question_is_answered_with_who_fits(sought: dict[str, Any], expected: list[str]) -> None:
    assert names(**sought) == expected


def test_what_is_said_of_each_can_be_chosen() -> None:
    def first(**sought: Any) -> Any:
        said: Any = page(GATHERED, Sought(anchor=ANCHOR, **sought), None)
        return said["entities"][0]

    assert first() == {
        "entity_id": GD,
        "entity_types": ["openid_provider", "federation_entity"],
        "ui_infos": {
            "openid_provider": {"display_name": "Guangdong", "display_name#zh": "广东省"},
            "federation_entity": {"logo_uri": "https://gd.example/logo", "keywords": ("south",)},
        },
        "trust_marks": [{"trust_mark_type": "https://a.example", "trust_mark": "x.y.z"}],
        "manyou_region": "440000",
    }
    assert first(entity_claims=["manyou_region"]) == {"entity_id": GD, "manyou_region": "440000"}
    shown = first(ui_claims=["display_name"], entity_claims=["ui_infos"])["ui_infos"]
    assert shown == {"openid_provider": {"display_name": "Guangdong", "display_name#zh": "广东省"}}
    assert set(first(kinds=["openid_provider"])["ui_infos"]) == {"openid_provider", "federation_entity"}


def test_pages_hold_everybody_once() -> None:
    found: list[str] = []
    from_: str | None = None
    while True:
        said: Any = page(GATHERED, Sought(anchor=ANCHOR, limit=1), from_)
        found += [one["entity_id"] for one in said["entities"]]
        assert said["last_updated"] == 5
        if "next" not in said:
            break
        from_ = said["next"]
    assert found == [GD, GZ, ZJ]
    with pytest.raises(UnknownPage):
        page(GATHERED, Sought(anchor=ANCHOR, query="x"), from_)
