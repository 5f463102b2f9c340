"""A folder with a terminal in it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.cli import main
from tests.idp.cli.terminal import Typed

Run = Callable[..., Typed]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `manyou init` leaves it; its keys take long to make, so they are made once."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "manyou.toml"
    words = ("--issuer", "http://gd.localhost:8410", "--region", "440000", "--name", "广东省")
    with pytest.raises(SystemExit) as left:
        main(("init", "--settings", str(path), *words))
    assert not left.value.code
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MANYOU_SETTINGS", raising=False)

    def type_in(*words: str) -> Typed:
        with pytest.raises(SystemExit) as left:
            main(words)
        out, err = capsys.readouterr()
        return Typed(code=int(left.value.code or 0), out=out, err=err)

    return type_in


@pytest.fixture
def node(run: Run, made: Path, tmp_path: Path) -> Run:
    """The same, where a node was made already."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture
def audit(tmp_path: Path) -> Callable[[], list[str]]:
    """The events that were written down, newest last."""

    def read() -> list[str]:
        from idp.settings import load
        from idp.wiring import open_records

        records = open_records(load(tmp_path / "manyou.toml", {}))
        events = [chained.entry.event for chained in records.audit_records.tail()]
        records.database.close()
        return list(events)

    return read


@pytest.fixture
def jwks(tmp_path: Path) -> Callable[[Any], str]:
    """A file with a key set."""

    def write(content: Any) -> str:
        path = tmp_path / "jwks.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write
