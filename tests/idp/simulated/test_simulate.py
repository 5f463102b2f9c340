"""The simulated country answers as a lawful one, and its figures are those of the real resolver."""

import json
import random
import time

import pytest

from federation.resolve import Untrusted
from idp.simulated.figures import Bench, Figure
from idp.simulated.nation import Nation, Size
from idp.simulated.site import Site, opened
from idp.wiring.trust import NothingShared, open_fetcher
from tests.idp.cli.conftest import Run, run

__all__ = ["run"]

SMALL = Size(provinces=2, departments=2, portals=3)


@pytest.fixture
def site() -> Site:
    return Site(Nation(size=SMALL, port=1, now=time.time()))


def bench(site: Site) -> Bench:
    return Bench(site=site, fetcher=site, cache=NothingShared, samples=5, chance=random.Random(1))


def test_every_portal_has_a_chain_of_four_levels_under_the_policies_of_all(site: Site) -> None:
    resolver = bench(site).resolver()
    names = {site.nation.portal(number) for number in range(SMALL.leaves)}
    assert len(names) == SMALL.leaves == 12
    for name in names:
        chain = resolver.resolve(site.nation.id_of(name))
        assert len(chain.superiors) == 3
        party = chain.metadata("openid_relying_party")
        assert party is not None
        assert party["scope"] == "openid profile"
        assert party["id_token_signed_response_alg"] == "ES256"


@pytest.mark.parametrize(
    "host", ["s0.d0.p2", "s3.d0.p0", "s0.d2.p0", "p9", "d0", "x0", "s0.p0", "sa.d0.p0", ""]
)
def test_nobody_else_is_in_the_country(site: Site, host: str) -> None:
    with pytest.raises(Untrusted):
        bench(site).resolver().resolve(site.nation.id_of(host))


def test_statements_are_made_only_when_they_are_asked_for() -> None:
    site = Site(Nation(size=Size(), port=1, now=time.time()))
    assert site.nation.size.leaves == 96_000
    resolver = bench(site).resolver()
    resolver.resolve(site.nation.id_of(site.nation.portal(95_999)))
    assert site.asked.total() == 7


def test_over_sockets_every_statement_is_asked_for_once() -> None:
    with opened(SMALL, time.time()) as site, open_fetcher() as fetcher:
        figures = Bench(
            site=site, fetcher=fetcher, cache=NothingShared, samples=5, chance=random.Random(1)
        ).figures()
        said = {figure.what: figure.value for figure in figures}
    assert said["requests of a cold resolve"] == 7
    assert said["requests for one statement"] == 1
    assert said["requests for one statement, 16 threads"] == 1
    assert said["portals in the country"] == 12


def test_a_figure_beyond_its_bound_is_not_held() -> None:
    assert Figure(what="x", value=1, unit="", bound=1).held
    assert not Figure(what="x", value=2, unit="", bound=1).held


def test_the_command_prints_each_figure(run: Run) -> None:
    size = (
        "--provinces",
        "1",
        "--departments",
        "2",
        "--portals",
        "4",
        "--samples",
        "5",
        "--subordinates",
        "30",
    )
    said = run("federation", "simulate", *size)
    assert said.out.splitlines()[0].split()[-1] == "8"
    assert "route=" not in said.out  # the figures, not the log
    data = json.loads(run("federation", "simulate", *size, "--json").out)
    assert {"what", "value", "unit", "bound", "held"} == data[0].keys()
    said_of = {one["what"]: one["value"] for one in data}
    assert said_of["entries in a crawl of changes"] == said_of["subordinates that changed"]
    assert said_of["pages of that crawl"] == 1
