"""What a fresh clone relies on: locks with hashes and without addresses, the script, the licence."""

import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    """Version by package; every pin must have hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert all("--hash=sha256:" in line for line in lines)
    return {line.split("==")[0]: line.split("==")[1].split()[0] for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host|^-e", text, flags=re.MULTILINE)


def test_the_locks_have_everything_that_the_project_names() -> None:
    runtime, development = (pins(name) for name in LOCKS)
    names = [re.split(r"[<>=!~;\[ ]", line)[0] for line in PROJECT["project"]["dependencies"]]
    assert [name for name in names if name not in runtime] == []
    names = [re.split(r"[<>=!~;\[ ]", line)[0] for line in PROJECT["dependency-groups"]["dev"]]
    assert [name for name in names if name not in development] == []
    assert runtime.items() <= development.items()


def test_the_licence_is_there_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_scripts_can_be_run() -> None:
    for name, shell in (("manyou", "sh"), (".ci/run", "bash")):
        assert os.access(ROOT / name, os.X_OK)
        subprocess.run([shell, "-n", str(ROOT / name)], check=True)


UV = """#!/bin/sh
echo "uv $1 $2" >>"$LOG"
[ "$1" = venv ] || exit 0
for last; do :; done
mkdir -p "$last/bin"
printf '#!/bin/sh\\necho "python $* in $PYTHONPATH"\\n' >"$last/bin/python"
chmod +x "$last/bin/python"
rm -f "$last"/.req*
"""

Call = Callable[..., str]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with tiny locks, on a machine whose uv only writes down what it is asked."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    (folder / "manyou").write_bytes((ROOT / "manyou").read_bytes())
    for name in LOCKS:
        (folder / name).write_text("", encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text(UV, encoding="utf-8")
    for path in (folder / "manyou", tmp_path / "bin" / "uv"):
        path.chmod(0o755)
    return folder


@pytest.fixture
def call(clone: Path, tmp_path: Path) -> Call:
    def run(*words: str) -> str:
        environ = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "LOG": str(tmp_path / "log")}
        (tmp_path / "log").unlink(missing_ok=True)
        done = subprocess.run(
            [clone / "manyou", *words], cwd="/", env=environ, capture_output=True, check=True
        )
        log = tmp_path / "log"
        return done.stdout.decode() + (log.read_text(encoding="utf-8") if log.exists() else "")

    return run


def test_the_script_installs_once_and_hands_over(call: Call, clone: Path) -> None:
    first = call("clients", "add", "--name", "two words")
    assert (
        first
        == f"python -m idp.cli clients add --name two words in {clone}\nuv venv --quiet\nuv pip install\n"
    )
    assert "uv" not in call("serve")


def test_a_lock_that_changes_is_installed_again(call: Call, clone: Path) -> None:
    call("serve")
    (clone / "requirements.lock").write_text("new", encoding="utf-8")
    assert "uv venv" in call("serve")
    assert "uv venv" not in call("serve")


def test_tests_need_more_and_what_they_need_is_enough(call: Call, clone: Path) -> None:
    call("serve")
    assert "uv venv" in call("test")
    for command in ("check", "bench", "fuzz", "serve", "demo"):
        assert "uv venv" not in call(command)
    (clone / "requirements.lock").write_text("new", encoding="utf-8")
    assert "uv venv" not in call("test")
