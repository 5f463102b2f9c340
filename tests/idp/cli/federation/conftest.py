"""Fixtures: an anchor's terminal, in a country whose members answer from memory."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from federation import membership
from idp.cli import main
from idp.cli.federation import room
from idp.outbound import LIMIT, Reply
from tests.federation.country import NOW
from tests.idp.authority.enrolment.office import Members
from tests.idp.cli.conftest import Run

ANCHOR = "https://anchor.example"


@dataclass
class Wire:
    """What `Outbound` does, from memory."""

    members: Members

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int = LIMIT,
        timeout: float | None = None,
    ) -> Reply:
        assert (method, body, timeout or 1) == ("GET", None, timeout or 1)
        assert headers
        return Reply(status=200, headers={}, body=self.members.read(url, limit))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an anchor, made once."""
    folder = tmp_path_factory.mktemp("anchor")
    path = folder / "manyou.toml"
    with pytest.raises(SystemExit) as left:
        main(("init", "--settings", str(path), "--issuer", ANCHOR, "--anchor", "--name", "锚"))
    assert not left.value.code
    return folder


@pytest.fixture
def members(monkeypatch: pytest.MonkeyPatch) -> Members:
    """Whoever may join; a moment in which their keys sign."""
    answering = Members()
    monkeypatch.setattr(room, "open_outbound", lambda _: Wire(answering))
    monkeypatch.setattr(room, "system", lambda: NOW)
    return answering


@pytest.fixture
def anchor(run: Run, founded: Path, tmp_path: Path, members: Members) -> Run:
    """Types a command at the anchor."""
    assert members.asked == []
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture
def asked(tmp_path: Path, members: Members) -> Callable[..., tuple[str, str]]:
    """A file with a member's request, and its checksum."""

    def write(name: str = "gd", **changes: Any) -> tuple[str, str]:
        request = members.asking(name, **{"superior": ANCHOR, **changes})
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(membership.written(request)), encoding="utf-8")
        return str(path), request.checksum

    return write


@pytest.fixture
def joined(anchor: Run, asked: Callable[..., tuple[str, str]]) -> Run:
    """The same terminal, after Guangdong has joined."""
    file, checksum = asked()
    code = anchor(
        "federation", "enrol", "propose", file, "--checksum", checksum, "--by", "wang", "--json"
    ).json["code"]
    assert anchor("federation", "enrol", "approve", code, "--by", "zhao").code == 0
    return anchor


@pytest.fixture
def said(tmp_path: Path) -> Callable[[Any], str]:
    """A file with what an authority would say."""

    def write(content: Any) -> str:
        path = tmp_path / "said.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write
