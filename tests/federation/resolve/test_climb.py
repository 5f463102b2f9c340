"""Climbing finds the way to a pinned anchor, asks for each document once, and stops at its budgets."""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from federation.errors import Reason
from federation.resolve import Limits, Page, Report, Unreachable, Untrusted
from tests.federation.country import Country
from tests.federation.resolve.world import TYPE, World


@pytest.fixture
def world() -> World:
    return World()


def refusal(world: World, name: str = "portal") -> Report:
    with pytest.raises(Untrusted) as caught:
        world.resolver.resolve(world.id(name))
    return caught.value.report


def silence(world: World, name: str = "portal") -> Report:
    with pytest.raises(Unreachable) as caught:
        world.resolver.resolve(world.id(name))
    return caught.value.report


def tall(levels: int) -> Country:
    """A line of so many superiors above `leaf`, the anchor among them."""
    names = [f"i{number}" for number in range(levels - 1)]
    line = ["leaf", *names, "anchor"]
    return Country(dict(pairwise(line)), kinds={})


def forked(hints: Mapping[str, tuple[str, ...]], **terms: Limits) -> World:
    """A federation in which entities have several superiors."""
    names = set(hints) | {one for above in hints.values() for one in above}
    world = World(Country(dict.fromkeys(names - {"anchor"}, "anchor"), kinds={}), **terms)
    world.net.hints = dict(hints)
    for name in names:
        own = {"federation_fetch_endpoint": f"{world.id(name)}/federation/fetch"}
        world.net.changes[(name, name)] = {"metadata": {"federation_entity": own}}
    return world


def test_a_portal_of_four_levels_is_resolved_with_one_fetch_of_each_statement(world: World) -> None:
    chain = world.resolver.resolve(world.id("portal"))
    assert chain.superiors == tuple(map(world.id, ("gz", "gd", "anchor")))
    assert set(world.net.asked.values()) == {1}
    assert sum(world.net.asked.values()) == 7


def test_the_anchor_itself_is_a_chain_of_one(world: World) -> None:
    assert world.resolver.resolve(world.id("anchor")).superiors == ()


def test_an_anchor_is_believed_by_its_pinned_keys_alone(world: World) -> None:
    stranger = Country(kinds={})
    world.net.answers[("anchor", "anchor")] = stranger.configuration("anchor")
    world.net.answers[("anchor", "gd")] = stranger.statement("anchor", "gd")
    assert "anchor" in refusal(world).reason


def test_a_way_that_ends_at_somebody_elses_anchor_is_not_one(world: World) -> None:
    world.anchors = {world.id("other"): world.country.jwks("anchor")}
    report = refusal(world)
    assert "is not a trust anchor here" in report.reason
    assert report.section == "10.1"
    assert ("anchor", "gd") not in world.net.asked  # no statement is asked for that cannot help


def test_nobody_is_asked_where_no_anchor_is_pinned(world: World) -> None:
    world.anchors = {}
    refusal(world)
    assert world.net.asked == {}


@pytest.mark.parametrize(
    "name",
    [
        "http://169.254.169.254/latest",
        "http://portal.example",
        "file:///etc/passwd",
        "https://u:p@portal.example",
        "https://portal.example?x=1",
        "javascript:alert(1)",
        "",
        "https://portal.example/#a",
    ],
)
def test_nothing_is_fetched_for_what_is_not_an_entity_identifier(world: World, name: str) -> None:
    with pytest.raises(Untrusted) as caught:
        world.resolver.resolve(name)
    assert caught.value.report.section == Reason.ENTITY_ID.section
    assert world.net.urls == []


@pytest.mark.parametrize("endpoint", ["http://10.0.0.1/fetch", "gopher://x", "https://u@gz.example/f", 7, ""])
def test_an_endpoint_that_is_not_https_is_not_asked(world: World, endpoint: object) -> None:
    own = {"federation_fetch_endpoint": endpoint}
    world.net.changes[("gz", "gz")] = {"metadata": {"federation_entity": own}}
    assert refusal(world).section == "5.1.1"
    assert ("gz", "portal") not in world.net.asked


def test_a_superior_without_a_fetch_endpoint_is_none(world: World) -> None:
    world.net.changes[("gz", "gz")] = {"metadata": {"federation_entity": {}}}
    assert refusal(world).section == "8.1"


def test_an_endpoint_may_have_a_query_of_its_own(world: World) -> None:
    own = {"federation_fetch_endpoint": f"{world.id('gz')}/f?x=1"}
    world.net.changes[("gz", "gz")] = {"metadata": {"federation_entity": own}}
    world.resolver.resolve(world.id("portal"))
    assert f"{world.id('gz')}/f?x=1&sub=https%3A%2F%2Fportal.example" in world.net.urls


def test_a_loop_of_hints_is_cut_and_the_other_hint_leads_on() -> None:
    world = forked({"leaf": ("a",), "a": ("b", "anchor"), "b": ("a",)})
    assert world.resolver.resolve(world.id("leaf")).superiors == (world.id("a"), world.id("anchor"))


def test_a_loop_of_hints_alone_ends_and_is_told() -> None:
    world = forked({"leaf": ("a",), "a": ("b",), "b": ("a", "leaf")})
    world.anchors = {world.id("anchor"): world.country.jwks("a")}
    report = refusal(world, "leaf")
    assert "leads back" in report.reason
    assert max(world.net.asked.values()) == 1


def test_depth_is_a_budget_that_is_reported_when_it_is_hit() -> None:
    assert World(tall(8), Limits(depth=8)).resolver.resolve("https://leaf.example")
    report = refusal(World(tall(9), Limits(depth=8)), "leaf")
    assert report.budgets == ("depth",)


@pytest.mark.parametrize(("count", "budget"), [(5_000, "hints"), (10_000, "statement_bytes")])
def test_thousands_of_hints_cost_what_ten_cost(count: int, budget: str) -> None:
    world = World(Country({"leaf": "anchor"}, kinds={}))
    hints = [f"https://h{number}.example" for number in range(count)]
    world.net.changes[("leaf", "leaf")] = {"authority_hints": hints}
    report = refusal(world, "leaf")
    assert report.budgets == (budget,)
    assert report.fetches <= 1 + Limits().hints


def test_a_hint_that_is_an_anchor_is_tried_first_wherever_it_stands() -> None:
    world = World(Country({"leaf": "anchor"}, kinds={}))
    hints = [f"https://h{number}.example" for number in range(500)] + [world.id("anchor")]
    world.net.changes[("leaf", "leaf")] = {"authority_hints": hints}
    assert world.resolver.resolve(world.id("leaf")).anchor == world.id("anchor")


def test_fetches_are_a_budget() -> None:
    world = forked({"leaf": ("a", "b", "c", "d"), **dict.fromkeys("abcd", ("x",))}, limits=Limits(fetches=3))
    report = refusal(world, "leaf")
    assert report.budgets == ("fetches",)
    assert sum(world.net.asked.values()) == 3
    assert World(limits=Limits(fetches=7)).resolver.resolve("https://portal.example")


def test_bytes_of_a_walk_are_a_budget() -> None:
    report = refusal(World(limits=Limits(total_bytes=2_000)))
    assert report.budgets == ("total_bytes",)
    assert World(limits=Limits(total_bytes=20_000)).resolver.resolve("https://portal.example")


def test_time_is_a_budget_and_running_out_of_it_is_no_verdict(world: World) -> None:
    def slow() -> Page:
        world.timer.now += 4
        return Page(200, TYPE, world.net.token("gz", "gz").encode())

    world.limits = Limits(seconds=3)
    world.resolver = world.another()
    world.net.answers[("gz", "gz")] = slow
    assert silence(world).budgets == ("seconds",)


def test_a_mesh_of_authorities_costs_no_more_ways_than_the_budget() -> None:
    names = [f"m{number}" for number in range(12)]
    hints = {name: tuple(one for one in names if one != name) for name in names}
    world = forked({"leaf": tuple(names), **hints}, limits=Limits(hints=12))
    report = refusal(world, "leaf")
    assert "paths" in report.budgets
    assert [step.budget for step in report.steps].count("paths") == 1, "nobody is asked any more"
    assert len(report.steps) < 2 * Limits().paths + 50


def test_an_unknown_portal_is_a_definite_no(world: World) -> None:
    world.net.answers[("gz", "portal")] = Page(404, "application/json", b'{"error":"not_found"}')
    report = refusal(world)
    assert report.section == "8.1.2"
    assert "statement of https://gz.example about https://portal.example" in report.reason


@pytest.mark.parametrize("status", [500, 502, 503, 429, 403, 401])
def test_an_error_of_the_superior_is_no_verdict(world: World, status: int) -> None:
    world.net.answers[("gz", "portal")] = Page(status, "application/json", b"{}")
    report = silence(world)
    assert (report.code, report.section) == ("temporarily_unavailable", "10.5")
    assert report.retry_after > 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(world: World, status: int) -> None:
    world.net.answers[("gz", "gz")] = Page(status, TYPE, b"")
    assert "redirects are not followed" in refusal(world).reason


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/jwt",
        "text/html",
        "application/entity-statement+jwt; charset=utf-8",
        "application/json",
    ],
)
def test_a_statement_of_another_content_type_is_refused(world: World, kind: str) -> None:
    world.net.answers[("gz", "gz")] = Page(200, kind, world.net.token("gz", "gz").encode())
    assert "application/entity-statement+jwt" in refusal(world).reason


def test_a_content_type_is_compared_without_regard_to_case(world: World) -> None:
    world.net.answers[("gz", "gz")] = Page(
        200, "Application/Entity-Statement+JWT", world.net.token("gz", "gz").encode()
    )
    assert world.resolver.resolve(world.id("portal"))


def test_a_statement_about_somebody_else_is_refused(world: World) -> None:
    world.country.superiors["bank"] = "gz"
    world.country.rings["bank"] = Country({"bank": "anchor"}, kinds={}).rings["bank"]
    world.net.answers[("gz", "portal")] = world.country.statement("gz", "bank")
    assert Reason.SUB.sentence in refusal(world).reason


def test_a_configuration_is_no_answer_of_a_fetch_endpoint(world: World) -> None:
    world.net.answers[("gz", "portal")] = world.net.token("gz", "gz")
    assert refusal(world).section == "3.2"


def test_a_statement_that_has_expired_in_the_middle_ends_the_way(world: World) -> None:
    world.net.changes[("gd", "gz")] = {"exp": int(world.clock()) - 11}
    assert Reason.EXP.sentence in refusal(world).reason


def test_garbage_is_refused_and_not_raised(world: World) -> None:
    for body in (b"", b"\xff\xfe", b"a.b.c", b"{}", b"." * 5000):
        world.net.answers[("gz", "gz")] = Page(200, TYPE, body)
        world.resolver = world.another()
        world.cache.values.clear()
        assert refusal(world).verdict == "untrusted"


def test_an_issuer_that_the_subject_does_not_name_is_never_asked(world: World) -> None:
    world.country.superiors["portal"] = "gd"
    world.resolver.resolve(world.id("portal"))
    assert ("gz", "portal") not in world.net.asked


def test_the_shortest_chain_is_chosen() -> None:
    world = forked({"leaf": ("a", "c"), "a": ("b",), "b": ("anchor",), "c": ("anchor",)})
    assert world.resolver.resolve(world.id("leaf")).superiors == (world.id("c"), world.id("anchor"))


def test_among_equals_the_chain_that_lasts_longest_is_chosen() -> None:
    world = forked({"leaf": ("a", "b"), "a": ("anchor",), "b": ("anchor",)})
    world.net.changes[("a", "leaf")] = {"exp": int(world.clock()) + 100}
    world.net.changes[("b", "leaf")] = {"exp": int(world.clock()) + 200}
    assert world.resolver.resolve(world.id("leaf")).superiors[0] == world.id("b")


@pytest.mark.parametrize("hints", [("a", "b"), ("b", "a")])
def test_among_twins_the_choice_does_not_depend_on_the_order_of_hints(hints: tuple[str, ...]) -> None:
    world = forked({"leaf": hints, "a": ("anchor",), "b": ("anchor",)})
    assert world.resolver.resolve(world.id("leaf")).superiors[0] == world.id("a")


def test_where_the_first_chain_is_broken_another_is_tried() -> None:
    world = forked({"leaf": ("c", "a"), "a": ("b",), "b": ("anchor",), "c": ("anchor",)})
    world.net.changes[("anchor", "c")] = {
        "constraints": {"naming_constraints": {"excluded": ["leaf.example"]}}
    }
    assert world.resolver.resolve(world.id("leaf")).superiors[0] == world.id("a")


def test_where_one_superior_is_silent_another_serves() -> None:
    world = forked({"leaf": ("c", "a"), "a": ("anchor",), "c": ("anchor",)})
    world.net.down.add("c")
    assert world.resolver.resolve(world.id("leaf")).superiors[0] == world.id("a")


def test_where_one_superior_is_silent_and_another_says_no_nobody_can_say() -> None:
    world = forked({"leaf": ("c", "a"), "a": ("anchor",), "c": ("anchor",)})
    world.net.down.add("c")
    world.net.answers[("a", "leaf")] = Page(404, "", b"")
    assert silence(world, "leaf").verdict == "unreachable"


def test_only_the_anchors_that_will_do_are_climbed_to() -> None:
    world = World()
    world.anchors[world.id("gd")] = world.country.jwks("gd")
    leaf = world.id("portal")
    assert world.resolver.resolve(leaf).anchor == world.id("gd")
    assert world.resolver.resolve(leaf, anchors={world.id("anchor")}).anchor == world.id("anchor")
