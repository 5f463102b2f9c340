"""`manyou doctor` says of each part whether it is in order, and what to do when it is not."""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from federation.entity import configuration
from idp.cli import examine
from idp.errors import Unavailable
from idp.outbound import Outbound, Reply
from idp.valkey import NoServerError
from keys.key import generate
from keys.ring import KeyRing
from tests.idp.cli.conftest import Run

HUB = "http://hub.localhost:8402"
PEER = f'\n[[peer]]\nissuer = "{HUB}"\njwks_file = "hub.json"\nname = {{ zh = "枢纽", en = "Hub" }}\n'


def ring() -> KeyRing:
    key = generate(alg="ES256", purpose="federation", issuer=HUB, now=0, active_from=0)
    return KeyRing(purpose="federation", keys=(key,))


@pytest.fixture
def findings(node: Run) -> Callable[[], dict[str, dict[str, object]]]:
    """What the doctor found, by part; the exit code must say the same."""

    def look() -> dict[str, dict[str, object]]:
        said = node("doctor", "--json")
        found = said.json["findings"]
        assert said.json["ok"] is all(one["ok"] for one in found)
        assert said.code == (0 if said.json["ok"] else 1)
        assert all(one["do"] for one in found if not one["ok"])
        return {one["part"]: one for one in found}

    return look


Look = Callable[[], dict[str, dict[str, object]]]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A peer in the settings, and what it answers."""
    with (tmp_path / "manyou.toml").open("a", encoding="utf-8") as file:
        file.write(PEER)

    def answers(*, keys: KeyRing, pinned: KeyRing, status: int = 200, date: float | None = None) -> None:
        token = configuration(
            entity_id=HUB,
            ring=keys,
            metadata={},
            authority_hints=["http://a.localhost"],
            now=time.time(),
            lifetime=60,
        )
        (tmp_path / "hub.json").write_text(json.dumps(pinned.jwks(time.time())), encoding="utf-8")
        headers = {"date": formatdate(time.time() if date is None else date)} if date != 0 else {}
        reply = Reply(status=status, headers=headers, body=token.encode())
        real = Outbound.send

        def send(self: Outbound, method: str, url: str, **more: object) -> Reply:
            return reply if url.startswith(HUB) else real(self, method, url, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Outbound, "send", send)

    return answers


def test_a_node_that_was_just_made_is_in_order(findings: Look) -> None:
    assert set(findings()) == {"settings", "data", "kek", "records", "keys", "store"}


def test_people_read_what_to_do(node: Run, tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o755)
    said = node("doctor")
    assert said.code == 1
    assert "problem  data" in said.out
    assert f"→ run: chmod 700 {tmp_path}/data" in said.out


def test_settings_with_problems_are_all_told(node: Run, tmp_path: Path) -> None:
    text = (tmp_path / "manyou.toml").read_text(encoding="utf-8")
    (tmp_path / "manyou.toml").write_text(f'x = 1\nregin = "2"\n{text}', encoding="utf-8")
    said = node("doctor", "--json")
    assert (said.code, [one["part"] for one in said.json["findings"]]) == (1, ["settings", "settings"])
    assert said.json["findings"][1]["do"] == "write region"


def test_a_missing_kek_is_not_made_anew(findings: Look, tmp_path: Path) -> None:
    (tmp_path / "data" / "kek").unlink()
    found = findings()
    assert (found["kek"]["ok"], "copy back" in str(found["kek"]["do"])) == (False, True)
    assert not (tmp_path / "data" / "kek").exists()


def test_a_kek_that_others_can_read_is_a_problem(findings: Look, tmp_path: Path) -> None:
    (tmp_path / "data" / "kek").chmod(0o644)
    assert "kek_mode" in str(findings()["kek"]["says"])


def test_another_kek_is_found_out(findings: Look, tmp_path: Path) -> None:
    (tmp_path / "data" / "kek").write_bytes(os.urandom(32))
    assert "kek_wrong" in str(findings()["keys"]["says"])


def test_keys_of_another_issuer_are_found_out(findings: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANYOU_ISSUER", "http://zj.localhost:8420")
    assert findings()["keys"]["says"] == "the stored keys belong to another issuer"


def test_records_that_are_no_database_are_found_out(findings: Look, tmp_path: Path) -> None:
    for path in (tmp_path / "data").glob("manyou.sqlite*"):
        path.unlink()
    (tmp_path / "data" / "manyou.sqlite").write_bytes(b"no database at all" * 100)
    assert findings()["records"]["ok"] is False


def test_a_ring_without_a_signer_is_found_out(findings: Look, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "manyou.sqlite") as sql:
        (table,) = {
            row[0]
            for row in sql.execute(
                "select name from sqlite_master where sql like '%sealed%kid%' or sql like '%kid%sealed%'"
            )
        }
        sql.execute(f"update {table} set retired_at = 1 where purpose = 'oidc'")
    sql.close()
    found = findings()["keys"]
    assert found["says"]


def test_a_store_elsewhere_is_asked(findings: Look, monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> None:
    monkeypatch.setenv("MANYOU_STORE__URL", "unix:///nowhere/valkey.sock")
    assert findings()["store"]["ok"] is False
    monkeypatch.setenv("MANYOU_STORE__URL", valkey_url)
    assert findings()["store"] == {"part": "store", "ok": True, "says": "answers", "do": ""}


@pytest.mark.parametrize("status", [200, 503])
def test_an_embedded_store_is_asked_of_the_running_node(
    findings: Look, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    asked: list[str] = []

    def send(_self: Outbound, _method: str, url: str, **_more: object) -> Reply:
        asked.append(url)
        return Reply(status=status, headers={}, body=b'{"parts": {"store": "does not answer"}}')

    monkeypatch.setattr(Outbound, "send", send)
    monkeypatch.setenv("MANYOU_HTTP__LISTEN", "0.0.0.0:8410")
    assert findings()["store"]["ok"] is (status == 200)
    assert asked == ["http://127.0.0.1:8410/readyz"]


def test_without_a_server_to_start_it_says_what_to_install(
    findings: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Path:
        raise NoServerError("install valkey-server")

    monkeypatch.setattr(examine, "find_binary", none)
    assert findings()["store"]["do"] == "install valkey-server"


def test_a_directory_that_does_not_answer_is_found_out(findings: Look, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    with (tmp_path / "manyou.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[directory]]\nname = "civil"\nurl = "ldap://127.0.0.1:1"\nbase = "dc=gd"\nbind_dn = "cn=x"\n'
            'bind_password_file = "secret"\nlabel = { zh = "公务员", en = "Civil" }\n'
        )
    assert findings()["directory civil"]["ok"] is False


def test_a_peer_that_answers_with_its_keys_and_our_time_is_in_order(
    node: Run, findings: Look, hub: Callable[..., None]
) -> None:
    keys = ring()
    hub(keys=keys, pinned=keys)
    found = findings()
    assert (found[f"peer {HUB}"]["ok"], found["clock"]["ok"]) == (True, True)
    hub(keys=keys, pinned=keys, date=0)
    assert findings()["clock"]["ok"] is True


def test_a_peer_with_other_keys_is_not_believed(node: Run, findings: Look, hub: Callable[..., None]) -> None:
    hub(keys=ring(), pinned=ring())
    found = findings()[f"peer {HUB}"]
    assert (found["ok"], "federation show" in str(found["do"])) == (False, True)


def test_clocks_that_differ_are_found_out(node: Run, findings: Look, hub: Callable[..., None]) -> None:
    keys = ring()
    hub(keys=keys, pinned=keys, date=time.time() - 3600)
    found = findings()
    assert (found[f"peer {HUB}"]["ok"], found["clock"]["ok"]) == (True, False)
    assert "NTP" in str(found["clock"]["do"])


def test_a_peer_that_is_something_else_is_found_out(
    node: Run, findings: Look, hub: Callable[..., None]
) -> None:
    keys = ring()
    hub(keys=keys, pinned=keys, status=404)
    assert findings()[f"peer {HUB}"]["says"] == "its configuration answers 404"


def test_a_peer_that_does_not_answer_is_found_out(
    node: Run, findings: Look, hub: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ring()
    hub(keys=keys, pinned=keys)

    def nobody(_self: Outbound, _method: str, _url: str, **_more: object) -> Reply:
        raise Unavailable("peer", "ConnectionRefusedError")

    monkeypatch.setattr(Outbound, "send", nobody)
    assert findings()[f"peer {HUB}"]["ok"] is False
