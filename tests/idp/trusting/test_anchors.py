"""Which keys of anchors are pinned: those of the files, as they are now, and never less because a file is half
written."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.trusting.anchors import Anchors, Unreadable, parse_keys, read_keys
from keys.key import SigningKey, generate

ANCHOR = "https://anchor.example.cn"


@dataclass(frozen=True, slots=True)
class Pin:
    entity_id: str
    jwks_file: Path


def key() -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=ANCHOR, now=0.0, active_from=0.0)


def jwks(*several: SigningKey) -> dict[str, object]:
    return {"keys": [dict(one.public) for one in several]}


def write(path: Path, value: Mapping[str, object] | str) -> None:
    """As an editor does: another file takes the name."""
    fresh = path.with_suffix(".new")
    fresh.write_text(value if isinstance(value, str) else json.dumps(value))
    os.replace(fresh, path)


def opened(path: Path) -> Anchors:
    return Anchors([Pin(ANCHOR, path)])


def test_the_keys_of_the_file_are_pinned(tmp_path: Path) -> None:
    write(tmp_path / "anchor.json", said := jwks(key()))
    assert opened(tmp_path / "anchor.json").pinned() == {ANCHOR: said}


def test_a_key_is_adopted_by_writing_it_into_the_file(tmp_path: Path) -> None:
    old, new = key(), key()
    write(tmp_path / "anchor.json", jwks(old))
    anchors = opened(tmp_path / "anchor.json")
    anchors.pinned()
    write(tmp_path / "anchor.json", jwks(old, new))
    assert anchors.pinned() == {ANCHOR: jwks(old, new)}
    write(tmp_path / "anchor.json", jwks(new))
    assert anchors.pinned() == {ANCHOR: jwks(new)}


SPOILED = {
    "half written": '{"keys": [{"kty": "E',
    "without keys": '{"keys": []}',
    "with a name twice": '{"keys": [], "keys": []}',
    "with something else": "[]",
    "with more than keys": json.dumps({"entity_id": ANCHOR, "jwks": jwks(key())}),
    "with too much": '{"keys": [], "more": "' + 300_000 * "x" + '"}',
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_a_file_that_cannot_be_used_takes_no_key_away(spoiled: str, tmp_path: Path) -> None:
    write(tmp_path / "anchor.json", said := jwks(key()))
    anchors = opened(tmp_path / "anchor.json")
    anchors.pinned()
    write(tmp_path / "anchor.json", spoiled)
    assert anchors.pinned() == {ANCHOR: said}
    write(tmp_path / "anchor.json", better := jwks(key()))
    assert anchors.pinned() == {ANCHOR: better}


def test_a_file_that_is_gone_takes_no_key_away(tmp_path: Path) -> None:
    write(tmp_path / "anchor.json", said := jwks(key()))
    anchors = opened(tmp_path / "anchor.json")
    anchors.pinned()
    (tmp_path / "anchor.json").unlink()
    assert anchors.pinned() == {ANCHOR: said}


def test_an_anchor_whose_file_never_could_be_read_is_not_pinned(tmp_path: Path) -> None:
    assert opened(tmp_path / "anchor.json").pinned() == {}
    with pytest.raises(Unreadable, match=r"anchor\.json"):
        read_keys(tmp_path / "anchor.json")


def test_a_private_key_is_no_key_to_pin() -> None:
    private = {**key().public, "d": "AAAA"}
    with pytest.raises(Unreadable, match="not public"):
        parse_keys(json.dumps({"keys": [private]}).encode())
