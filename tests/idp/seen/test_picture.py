"""The picture is a tree of everybody at hand, whoever said it, and never more of it than can be looked at."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from federation.authority import Subordinate
from federation.chain import TrustChain
from idp.authority.gathering import Gathered
from idp.seen.picture import CROWD, Branch, Picture, picture
from idp.seen.portrait import Entity, of_chain, of_collection, of_registry
from tests.idp.chains import ANCHOR, CITY, LEVELS, chain, hub, province, statement
from tests.idp.made import GD, HUB, NOW, ZJ

PORTAL = "http://portal.localhost:8432"
OWN = Entity(entity_id=GD, state="passed", name={"zh": "广东省"}, superior=ANCHOR, roles=("provider",))


def entity(entity_id: str, superior: str | None = ANCHOR, /, **changes: Any) -> Entity:
    return Entity(**{"entity_id": entity_id, "state": "passed", "superior": superior, **changes})


def seen(*entities: Entity, most: int = 100, own: Entity = OWN) -> Picture:
    return picture(own, entities, most=most)


def tree(branches: tuple[Branch, ...]) -> Mapping[str, Any]:
    return {one.entity.entity_id: tree(one.below) for one in branches}


def everybody(branches: tuple[Branch, ...]) -> Iterator[Branch]:
    for one in branches:
        yield one
        yield from everybody(one.below)


def one(drawn: Picture, entity_id: str) -> Entity:
    return next(each.entity for each in everybody(drawn.roots) if each.entity.entity_id == entity_id)


ROOT = entity(ANCHOR, None, roles=("anchor",))
TREES: Mapping[str, tuple[tuple[Entity, ...], Mapping[str, Any]]] = {
    "a node that knows nobody stands alone": ((), {GD: {}}),
    "subordinates hang below their superiors, however deep": (
        (entity(PORTAL, CITY), entity(CITY, GD), ROOT),
        {ANCHOR: {GD: {CITY: {PORTAL: {}}}}},
    ),
    "whoever has an unknown superior is a root": (
        (entity(PORTAL, "https://nobody.example"), ROOT),
        {ANCHOR: {GD: {}}, PORTAL: {}},
    ),
    "whoever stands above itself is a root, and what is below it still hangs there": (
        (entity("https://a.example", "https://b.example"), entity("https://b.example", "https://a.example"), entity(PORTAL, "https://b.example"), ROOT),
        {ANCHOR: {GD: {}}, "https://a.example": {}, "https://b.example": {PORTAL: {}}},
    ),
    "whoever names itself as its superior is a root": (
        (entity(PORTAL, PORTAL), ROOT),
        {ANCHOR: {GD: {}}, PORTAL: {}},
    ),
    "the hub comes before regions, regions by their codes, then authorities, then the rest": (
        (
            ROOT,
                        entity("https://1.example", roles=("party",)),
            entity("https://2.example", roles=("authority",)),
            entity(ZJ, roles=("provider",), region="330000"),
            entity(GD, roles=("provider",), region="440000"),
            entity(HUB, roles=("provider",)),
        ),
        {ANCHOR: {HUB: {}, ZJ: {}, GD: {}, "https://2.example": {}, "https://1.example": {}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TREES)
def test_the_tree(case: str) -> None:
    given, expected = TREES[case]
    found = tree(seen(*given).roots)
    assert found == expected
    assert str(found) == str(expected), "the order counts"


SOURCES: Mapping[str, tuple[Entity, Entity, Mapping[str, object]]] = {
    "a suspension in our registry counts more than a chain that still lives": (
        entity(ZJ, state="trusted", until=9, name={"zh": "浙江省"}),
        entity(ZJ, state="suspended"),
        {"state": "suspended", "until": None, "name": {"zh": "浙江省"}},
    ),
    "a chain counts more than our registry": (
        entity(ZJ, state="registered", region="330000", name={"zh": "登记名"}),
        entity(ZJ, state="trusted", until=9, name={"zh": "浙江省"}),
        {"state": "trusted", "until": 9, "name": {"zh": "浙江省"}, "region": "330000"},
    ),
    "our registry counts more than a chain that passes through": (
        entity(ZJ, state="passed"),
        entity(ZJ, state="registered", identity_levels=("RL3",)),
        {"state": "registered", "identity_levels": ("RL3",)},
    ),
    "what one is by several words, it is": (
        entity(ZJ, state="trusted", roles=("provider",)),
        entity(ZJ, state="passed", roles=("authority",)),
        {"roles": ("provider", "authority")},
    ),
}


@pytest.mark.parametrize("case", SOURCES)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_words_about_one_entity(case: str, turned: bool) -> None:
    first, second, expected = SOURCES[case]
    drawn = seen(ROOT, *((second, first) if turned else (first, second)))
    found = one(drawn, ZJ)
    assert {name: getattr(found, name) for name in expected} == expected
    assert len([each for each in everybody(drawn.roots) if each.entity.entity_id == ZJ]) == 1


def test_of_many_the_upper_levels_are_drawn_and_the_rest_is_counted_where_it_hangs() -> None:
    provinces = [entity(f"https://p{n}.example", roles=("provider",)) for n in range(10)]
    portals = [entity(f"https://q{n}.example", "https://p1.example") for n in range(5)]
    drawn = seen(ROOT, *portals, *provinces, most=8)
    assert len(list(everybody(drawn.roots))) == 8
    assert (drawn.roots[0].entity.entity_id, drawn.roots[0].hidden) == (ANCHOR, 4)
    assert [(level.number, len(level.entities), level.drawn) for level in drawn.levels] == [(0, 1, 1), (1, 11, 7), (2, 5, 0)]  # fmt: skip
    below = next(each for each in drawn.roots[0].below if each.entity.entity_id == "https://p1.example")
    assert (below.below, below.hidden) == ((), 5)
    assert drawn.known == 17


def test_of_a_crowd_below_one_superior_some_are_drawn_and_every_provider() -> None:
    crowd = [entity(f"https://q{n:02}.example", roles=("party",)) for n in range(CROWD + 3)]
    provinces = [entity(f"https://p{n}.example", roles=("provider",)) for n in range(CROWD + 3)]
    drawn = seen(ROOT, *crowd, *provinces)
    assert (len(drawn.roots[0].below), drawn.roots[0].hidden) == (1 + CROWD + CROWD + 3, 3)


def test_whoever_looks_is_drawn_in_any_crowd() -> None:
    crowd = [entity(f"https://a{n:02}.example", roles=("authority",)) for n in range(CROWD + 3)]
    own = entity("https://z.example", roles=("authority",))
    drawn = seen(ROOT, *crowd, own=own)
    assert one(drawn, "https://z.example")


def test_a_tower_is_drawn_as_high_as_a_chain_can_be() -> None:
    tower = [entity(f"https://t{n}.example", f"https://t{n - 1}.example" if n else None) for n in range(40)]
    assert [len(level.entities) for level in seen(*tower).levels] == [2] + [1] * 11


def of(given: TrustChain) -> Mapping[str, Entity]:
    return {each.entity_id: each for each in of_chain(given)}


def test_a_chain_shows_its_subject_whole_and_whom_it_passes_by_name() -> None:
    found = of(province())
    assert found[GD] == Entity(
        entity_id=GD,
        state="trusted",
        name={"zh": "广东省", "en": "Guangdong"},
        superior=ANCHOR,
        roles=("provider",),
        region="440000",
        identity_levels=("RL1", "RL2", "RL3"),
        authenticator_levels=("AL1",),
        until=int(NOW) + 3600,
    )
    assert found[ANCHOR] == Entity(entity_id=ANCHOR, state="passed", roles=("anchor",))
    assert found[GD].highest == ("RL3", "AL1")
    assert found[ANCHOR].highest == ()


def test_a_long_chain_shows_everybody_below_whom_they_are() -> None:
    found = of(chain(PORTAL, through=[CITY, GD], resolved={"openid_relying_party": {}}))
    assert {name: each.superior for name, each in found.items()} == {
        PORTAL: CITY,
        CITY: GD,
        GD: ANCHOR,
        ANCHOR: None,
    }
    assert [found[name].roles for name in (PORTAL, CITY, GD)] == [("party",), ("authority",), ("authority",)]


def test_a_region_that_an_entity_gives_itself_is_not_shown() -> None:
    found = of(chain(GD, resolved={"openid_provider": {"manyou_region": "440000", **LEVELS}}))
    assert found[GD].region is None


def test_an_anchor_s_own_chain_is_the_anchor() -> None:
    alone = TrustChain(
        statements=(statement(ANCHOR, ANCHOR),), anchor=ANCHOR, expires=9, resolved={"federation_entity": {}}
    )
    assert list(of_chain(alone)) == [Entity(entity_id=ANCHOR, state="trusted", roles=("anchor",), until=9)]


ROLES: Mapping[str, tuple[Mapping[str, Mapping[str, object]], tuple[str, ...]]] = {
    "a provider that is also a party of others is a provider": ({"openid_provider": {}, "openid_relying_party": {}}, ("provider",)),
    "whoever hands out statements is an authority": ({"openid_provider": {}, "federation_entity": {"federation_fetch_endpoint": "x"}}, ("provider", "authority")),
    "a department": ({"federation_entity": {"federation_fetch_endpoint": "x"}}, ("authority",)),
    "a portal": ({"openid_relying_party": {}}, ("party",)),
    "something else": ({"oauth_resource": {}}, ()),
}  # fmt: skip


@pytest.mark.parametrize("case", ROLES)
def test_the_roles_of(case: str) -> None:
    resolved, expected = ROLES[case]
    assert of(chain(PORTAL, resolved=resolved))[PORTAL].roles == expected


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        ([{"trust_mark_type": "a", "trust_mark": "t"}, {"trust_mark_type": "b"}, {"trust_mark_type": "a"}], ("a", "b")),
        ([{"trust_mark_type": 1}, "a"], ()),
        ("a", ()),
    ],
)  # fmt: skip
def test_marks_are_shown_by_type_once_each(listed: object, shown: tuple[str, ...]) -> None:
    given = chain(GD)
    own = statement(GD, GD, trust_marks=listed)
    marked = TrustChain(statements=(own, *given.statements[1:]), anchor=ANCHOR, expires=9, resolved={})
    assert of(marked)[GD].marks == shown


@pytest.mark.parametrize("name", ["organization_name", "display_name"])
def test_a_name_without_a_language_is_good_for_both(name: str) -> None:
    given = chain(PORTAL, resolved={"openid_relying_party": {}, "federation_entity": {name: "办事"}})
    assert of(given)[PORTAL].name == {"zh": "办事", "en": "办事"}


def test_the_registry_shows_what_was_registered() -> None:
    registered = Subordinate(
        entity_id=GD,
        jwks={"keys": []},
        kinds=("federation_entity", "openid_provider"),
        intermediate=True,
        metadata={"openid_provider": {"manyou_region": "440000"}, "federation_entity": {"organization_name#zh": "广东省"}},
    )  # fmt: skip
    assert of_registry(registered, ANCHOR) == Entity(
        entity_id=GD,
        state="registered",
        name={"zh": "广东省"},
        superior=ANCHOR,
        roles=("provider", "authority"),
        region="440000",
    )
    assert of_registry(Subordinate(entity_id=GD, jwks={}, state="suspended"), ANCHOR).state == "suspended"


def test_what_was_gathered_shows_what_its_chain_was() -> None:
    gathered = Gathered(
        entity_id=GD,
        anchor=ANCHOR,
        superior=ANCHOR,
        kinds=("openid_provider", "federation_entity"),
        infos={"federation_entity": {"organization_name": "Guangdong", "organization_name#zh": "广东省"}},
        marks=(("m", "token"),),
        region="440000",
    )
    assert of_collection(gathered) == Entity(
        entity_id=GD,
        state="passed",
        name={"zh": "广东省", "en": "Guangdong"},
        superior=ANCHOR,
        roles=("provider",),
        region="440000",
        marks=("m",),
    )
    city = of_collection(Gathered(entity_id=CITY, anchor=ANCHOR, kinds=("federation_entity",)))
    assert (city.roles, city.superior) == (("authority",), None)


def test_the_hub_has_no_region_and_the_highest_levels() -> None:
    assert (of(hub())[HUB].region, of(hub())[HUB].highest) == (None, ("RL5", "AL3"))
