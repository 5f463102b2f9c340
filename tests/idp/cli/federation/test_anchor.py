"""`manyou federation anchor` shows what is pinned, and pins another key only when two channels agree."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.outbound import Outbound, Reply
from keys.key import SigningKey, generate
from tests.idp.cli.conftest import Run
from tests.keys.forge import unchecked

ANCHOR = "http://anchor.localhost:8401"
OTHER = "http://ministry.localhost:8499"
TABLE = f'\n[[trust_anchor]]\nentity_id = "{ANCHOR}"\njwks_file = "anchor.json"\n'


def key() -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=ANCHOR, now=0, active_from=0)


OLD, NEW, THIEF = key(), key(), key()


def jwks(*several: SigningKey) -> dict[str, object]:
    return {"keys": [dict(one.public) for one in several]}


@pytest.fixture
def anchor(node: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """A node that pinned an anchor, which lists these keys; another server shows what it is told to."""
    with (tmp_path / "manyou.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    (tmp_path / "anchor.json").write_text(json.dumps(jwks(OLD)))

    def lists(*listed: SigningKey, signer: SigningKey = OLD, elsewhere: object = None) -> Run:
        def send(self: Outbound, method: str, url: str, **more: object) -> Reply:
            now = int(time.time())
            claims = {"iss": ANCHOR, "sub": ANCHOR, "iat": now, "exp": now + 60, "jwks": jwks(*listed)}
            own = unchecked(signer, claims, typ="entity-statement+jwt").encode()
            body = json.dumps(elsewhere).encode() if url.startswith(OTHER) else own
            return Reply(status=200, headers={}, body=body)

        monkeypatch.setattr(Outbound, "send", send)
        return node

    return lists


Lists = Callable[..., Run]


def pinned(folder: Path) -> set[str]:
    return {one["kid"] for one in json.loads((folder / "anchor.json").read_text())["keys"]}


def test_show_prints_thumbprints_and_what_differs(anchor: Lists) -> None:
    run = anchor(OLD, NEW)
    said = run("federation", "anchor", "show")
    assert said.code == 0
    assert OLD.kid in said.out
    assert "manyou federation anchor adopt" in said.out
    (found,) = run("federation", "anchor", "show", "--json").json
    assert found["keys"] == {OLD.kid: OLD.kid}
    assert NEW.kid in found["state"]


def test_a_key_is_adopted_that_two_channels_list(
    anchor: Lists, tmp_path: Path, jwks_file: Callable[..., str], audit: Callable[[], list[str]]
) -> None:
    run = anchor(OLD, NEW)
    said = run("federation", "anchor", "adopt", ANCHOR, "--from", jwks_file(OLD, NEW), "--json")
    assert (said.code, said.json["added"]) == (0, [NEW.kid])
    assert pinned(tmp_path) == {OLD.kid, NEW.kid}
    assert audit()[-1] == "anchor.adopted"
    again = run("federation", "anchor", "adopt", ANCHOR, "--from", jwks_file(OLD, NEW))
    assert "nothing to do" in again.out


@pytest.fixture
def jwks_file(tmp_path: Path) -> Callable[..., str]:
    """The second channel, as a file that somebody brought."""

    def write(*several: SigningKey) -> str:
        path = tmp_path / "second.json"
        path.write_text(json.dumps({"entity_id": ANCHOR, "jwks": jwks(*several)}))
        return str(path)

    return write


def test_a_second_channel_can_be_another_server(anchor: Lists, tmp_path: Path) -> None:
    run = anchor(OLD, NEW, elsewhere=jwks(OLD, NEW))
    assert run("federation", "anchor", "adopt", ANCHOR, "--from", f"{OTHER}/anchor.json").code == 0
    assert pinned(tmp_path) == {OLD.kid, NEW.kid}


def test_the_anchors_own_host_is_no_second_channel(anchor: Lists, tmp_path: Path) -> None:
    run = anchor(OLD, THIEF)
    said = run("federation", "anchor", "adopt", ANCHOR, "--from", f"{ANCHOR}/keys.json")
    assert said.code == 1
    assert "own host" in said.err
    assert pinned(tmp_path) == {OLD.kid}


def test_an_old_key_goes_when_that_is_asked_for(
    anchor: Lists, tmp_path: Path, jwks_file: Callable[..., str]
) -> None:
    (tmp_path / "anchor.json").write_text(json.dumps(jwks(OLD, NEW)))
    run = anchor(NEW, signer=NEW)
    kept = run("federation", "anchor", "adopt", ANCHOR, "--from", jwks_file(NEW))
    assert "--drop-old" in kept.out
    assert pinned(tmp_path) == {OLD.kid, NEW.kid}
    assert run("federation", "anchor", "adopt", ANCHOR, "--from", jwks_file(NEW), "--drop-old").code == 0
    assert pinned(tmp_path) == {NEW.kid}


REFUSED: dict[str, tuple[tuple[SigningKey, ...], SigningKey, tuple[SigningKey, ...], str]] = {
    "whose word alone lists a key": ((OLD, THIEF), OLD, (OLD,), "do not agree"),
    "whose word lacks a key": ((OLD,), OLD, (OLD, THIEF), "do not agree"),
    "whom no pinned key signs for": ((THIEF,), THIEF, (THIEF,), "no pinned key signs"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_adopted_of_an_anchor(
    case: str, anchor: Lists, tmp_path: Path, jwks_file: Callable[..., str], audit: Callable[[], list[str]]
) -> None:
    listed, signer, second, why = REFUSED[case]
    said = anchor(*listed, signer=signer)(
        "federation", "anchor", "adopt", ANCHOR, "--from", jwks_file(*second), "--drop-old"
    )
    assert said.code == 1
    assert why in said.err
    assert pinned(tmp_path) == {OLD.kid}
    assert "anchor.adopted" not in audit()


def test_an_anchor_that_is_not_pinned_is_not_adopted(anchor: Lists, jwks_file: Callable[..., str]) -> None:
    said = anchor(OLD)("federation", "anchor", "adopt", OTHER, "--from", jwks_file(OLD))
    assert (said.code, "not pinned" in said.err) == (1, True)
    gone = anchor(OLD)("federation", "anchor", "adopt", ANCHOR, "--from", "nowhere.json")
    assert (gone.code, "cannot be read" in gone.err) == (1, True)


def test_the_doctor_says_that_an_anchor_lists_another_key(anchor: Lists) -> None:
    findings = anchor(OLD, NEW)("doctor", "--json").json["findings"]
    (found,) = [one for one in findings if one["part"] == f"anchor {ANCHOR}"]
    assert (found["ok"], "adopt" in found["do"]) == (False, True)
    findings = anchor(OLD)("doctor", "--json").json["findings"]
    assert [one["ok"] for one in findings if one["part"] == f"anchor {ANCHOR}"] == [True]
    findings = anchor(THIEF, signer=THIEF)("doctor", "--json").json["findings"]
    assert [one["ok"] for one in findings if one["part"] == f"anchor {ANCHOR}"] == [False]
