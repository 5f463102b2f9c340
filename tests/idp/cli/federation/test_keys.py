"""`manyou federation keys` shows which keys of subordinates wait, and lets people end the wait either way."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.authority import Subordinate, Unlawful
from federation.keychange import Candidate
from idp.authority.keyrows import Watched
from idp.authority.registry import Registry
from idp.authority.rows import Conflict
from idp.records.keywatch import KeyWatchRecords
from idp.settings import load
from idp.wiring import Records, open_records
from idp.wiring.authority import open_registry
from keys.key import SigningKey, generate
from tests.idp.cli.conftest import Run

GD = "http://gd.example.localhost:8499"


def key() -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=GD, now=0, active_from=0)


OLD, STANDBY, NEW = key(), key(), key()


def jwks(*several: SigningKey) -> dict[str, object]:
    return {"keys": [dict(one.public) for one in several]}


@pytest.fixture
def anchor(node: Run, tmp_path: Path) -> Iterator[Records]:
    """An authority with a subordinate, one of whose keys waits."""
    with (tmp_path / "manyou.toml").open("a", encoding="utf-8") as file:
        file.write("\n[authority]\nhold_down = 3600\n")
    settings = load(tmp_path / "manyou.toml", {})
    records = open_records(settings)
    one = Subordinate(entity_id=GD, jwks=jwks(OLD, STANDBY))
    open_registry(settings, records, time.time).add(one, by="test")
    waits = Candidate(keys=(dict(NEW.public),), since=time.time(), proven=True)
    rows = KeyWatchRecords(records.database, records.audit_records)
    assert rows.save(
        Watched(entity_id=GD, candidate=waits, missing={STANDBY.kid: 1.0}, trouble="it is late"), entries=()
    )
    yield records
    records.database.close()


def test_list_says_what_waits_until_when_and_what_is_wrong(node: Run, anchor: Records) -> None:
    said = node("federation", "keys", "list")
    for text in (GD, f"certified  {OLD.kid}", f"waiting    {NEW.kid}", "not listed since", "it is late"):
        assert text in said.out
    (found,) = node("federation", "keys", "list", "--json").json
    assert found["waiting"]["kids"] == [NEW.kid]
    assert found["waiting"]["until"] == found["waiting"]["since"] + 3600
    assert set(found["certified"]) == {OLD.kid, STANDBY.kid}


def test_a_person_approves(node: Run, anchor: Records) -> None:
    done = node("federation", "keys", "approve", GD, NEW.kid, "--reason", "asked", "--by", "li.wei", "--json")
    assert (done.code, done.json["approved"]) == (0, [NEW.kid])
    (found,) = node("federation", "keys", "list", "--json").json
    assert found["waiting"]["approved_by"] == "li.wei"
    assert node("federation", "keys", "approve", GD, "another", "--reason", "asked").code == 1


def test_a_person_refuses_for_ever(node: Run, anchor: Records) -> None:
    done = node("federation", "keys", "refuse", GD, STANDBY.kid, "--reason", "stolen", "--json")
    assert (done.code, done.json["refused"]) == (0, STANDBY.kid)
    (found,) = node("federation", "keys", "list", "--json").json
    assert found["certified"] == [OLD.kid]
    last = node("federation", "keys", "refuse", GD, OLD.kid, "--reason", "stolen")
    assert (last.code, "last certified key" in last.err) == (1, True)


@pytest.mark.parametrize("why", [Conflict("somebody else has changed it"), Unlawful("3.1.1", "not so")])
def test_a_refusal_that_stops_half_way_says_why_and_can_be_made_again(
    node: Run, anchor: Records, monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise why

    asked = ("federation", "keys", "refuse", GD, STANDBY.kid, "--reason", "stolen")
    with monkeypatch.context() as broken:
        broken.setattr(Registry, "change", stop)
        said = node(*asked)
        assert (said.code, str(why) in said.err) == (1, True)
    assert node(*asked).code == 0
    (found,) = node("federation", "keys", "list", "--json").json
    assert found["certified"] == [OLD.kid]


def test_a_node_without_subordinates_says_so(node: Run) -> None:
    said = node("federation", "keys", "list")
    assert (said.code, "[authority]" in said.err) == (1, True)
