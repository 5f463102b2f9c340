"""`manyou federation chain` shows a chain hop by hop, and says which rule failed where there is none."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.resolve.sockets import Local, served
from tests.idp.cli.conftest import Run


@pytest.fixture
def country(node: Run, tmp_path: Path) -> Iterator[Local]:
    with served(time.time()) as (country, _):
        pin(tmp_path, country.id_of("anchor"), country.jwks("anchor"))
        yield country


def pin(folder: Path, anchor: str, jwks: object) -> None:
    (folder / "anchor.json").write_text(json.dumps(jwks))
    with (folder / "manyou.toml").open("a") as settings:
        settings.write(f'\n[[trust_anchor]]\nentity_id = "{anchor}"\njwks_file = "anchor.json"\n')


def test_a_chain_is_shown_hop_by_hop(node: Run, country: Local) -> None:
    said = node("federation", "chain", country.id_of("portal"))
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == country.id_of("portal")
    for line, name in zip(lines[1:], ("gz", "gd", "anchor"), strict=False):
        assert f"stated by {country.id_of(name)}" in line
    assert "roles    federation_entity, openid_relying_party" in said.out
    assert "how" not in said.out


def test_why_shows_every_step(node: Run, country: Local) -> None:
    said = node("federation", "chain", country.id_of("portal"), "--why")
    assert said.out.count("from network") == 7
    assert "trusted after 7 requests" in said.out


def test_where_there_is_no_chain_the_rule_is_named(node: Run, country: Local) -> None:
    del country.superiors["gd"]
    said = node("federation", "chain", country.id_of("portal"))
    assert said.code == 1
    assert "OIDF §" in said.out
    assert "untrusted" in said.err


def test_programs_get_all_of_it(node: Run, country: Local) -> None:
    said = json.loads(node("federation", "chain", country.id_of("portal"), "--json").out)
    assert said["verdict"] == "trusted"
    assert said["superiors"] == [country.id_of(name) for name in ("gz", "gd", "anchor")]
    assert len(said["trust_chain"]) == 5
    assert said["metadata"]["openid_relying_party"]["scope"] == "openid"
    assert {step["outcome"] for step in said["steps"]} == {"ok"}


def test_an_anchor_that_is_not_pinned_will_not_do(node: Run, country: Local) -> None:
    said = node("federation", "chain", country.id_of("portal"), "--anchor", "https://other.example")
    assert (said.code, "is not pinned" in said.err) == (1, True)
    assert node("federation", "chain", country.id_of("portal"), "--anchor", country.id_of("anchor")).code == 0


def test_without_an_anchor_nothing_can_be_said(node: Run) -> None:
    said = node("federation", "chain", "https://portal.example")
    assert (said.code, "no trust anchor is pinned" in said.err) == (1, True)


def test_an_address_that_does_not_answer_is_told_apart(node: Run, country: Local) -> None:
    said = node("federation", "chain", "http://nobody.localhost:1")
    assert (said.code, "unreachable" in said.err) == (1, True)
