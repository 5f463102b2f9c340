"""`manyou keys evidence`: who knows which key, and how surely."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.lookout import Lookout
from idp.settings import load
from idp.wiring import open_records
from keys.evidence import Level
from keys.ledger import Ledger
from tests.idp.cli.conftest import Run
from tests.idp.peer_world import PINNED
from tests.idp.peer_world import jwks as key_set

HUB = "http://hub.localhost:8402"


def test_the_matrix_tells_time_from_fetches_and_fetches_from_proof(
    node: Run, jwks: Callable[[Any], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = f'''
[[peer]]
issuer = "{HUB}"
jwks_file = "{jwks(key_set(PINNED[HUB]))}"
[peer.name]
zh = "枢纽"
en = "Hub"
'''
    file = tmp_path / "manyou.toml"
    file.write_text(file.read_text("utf-8") + peer, "utf-8")
    assert node("keys", "evidence", "--json").json == []

    start = time.time()
    monkeypatch.setattr("idp.clock.time.time", lambda: start + 3 * 86_400)
    by_time = node("keys", "evidence", "--ring", "oidc", "--json").json
    assert {(cell["observer"], cell["level"], cell["times"]) for cell in by_time} == {(HUB, "E0", 0)}

    seen, (first, second) = Lookout(time.time), sorted({str(cell["kid"]) for cell in by_time})
    seen.fetched([first, second])
    seen.fetched([first], (HUB, "peer"))
    seen.note(first, HUB, "peer", Level.E3)
    records = open_records(load(file, {}))
    records.key_facts.note(Ledger(), seen.take())
    records.database.close()

    told = node("keys", "evidence", "--ring", "oidc", "--json").json
    assert {(cell["kid"], cell["observer"], cell["level"]) for cell in told} == {
        (first, "anybody", "E1"),
        (second, "anybody", "E1"),
        (first, HUB, "E2"),
        (first, HUB, "E3"),
        (second, HUB, "E0"),
    }
