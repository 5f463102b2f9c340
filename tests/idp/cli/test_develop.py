"""`manyou test` and `check` run everything, and say plainly what cannot be installed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from idp.cli import develop
from tests.idp.cli.conftest import Run


class Machine:
    """A machine on which nothing is run, only written down."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, root: bool, programs: Sequence[str]) -> None:
        self.ran: list[list[str]] = []
        self.failing: tuple[str, ...] = ()
        self.programs = set(programs)
        monkeypatch.setattr("subprocess.run", self.run)
        monkeypatch.setattr("shutil.which", self.which)
        monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(develop, "_has_font", lambda: "font" in self.programs)

    def run(self, command: Sequence[str], **_options: object) -> subprocess.CompletedProcess[bytes]:
        self.ran.append(list(command))
        failed = any(word in self.failing for word in command)
        return subprocess.CompletedProcess(command, int(failed))

    def which(self, name: str, path: str | None = None) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def modules(self) -> list[str]:
        return [command[2] for command in self.ran if command[1] == "-m"]


EVERYTHING = (*develop.PACKAGES, "font")


def test_check_runs_linters_types_and_the_architecture_test(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, root=True, programs=EVERYTHING)
    assert run("check").code == 0
    assert machine.modules() == ["ruff", "ruff", "mypy", "pytest"]
    machine.failing = ("mypy",)
    failed = run("check")
    assert (failed.code, "mypy failed" in failed.err) == (1, True)
    assert machine.modules()[4:] == ["ruff", "ruff", "mypy", "pytest"]


def test_test_runs_the_checks_and_then_pytest_last(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, root=True, programs=EVERYTHING)
    assert run("test").code == 0
    assert machine.modules() == ["ruff", "ruff", "mypy", "pytest"]
    assert "--cov" in machine.ran[-1]
    for failing in ("mypy", "pytest"):
        machine.failing = (failing,)
        assert run("test").code == 1
        assert machine.ran[-1][2] == "pytest"


def test_arguments_go_to_pytest_and_to_the_benchmarks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, root=True, programs=())
    assert run("test", "tests/keys", "-x").code == 0
    assert run("bench", "--seconds", "1").code == 0
    assert [command[2:] for command in machine.ran] == [
        ["pytest", "tests/keys", "-x"],
        ["tests.bench", "--seconds", "1"],
    ]


def test_fuzzing_is_told_how_much_and_whose_dice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, root=True, programs=())
    assert run("fuzz").code == 0
    assert run("fuzz", "--executions", "5", "--seconds", "1.5", "--seed", "3", "--coverage").code == 0
    assert [command[2:] for command in machine.ran] == [
        ["tests.fuzz", "--executions=200000"],
        ["tests.fuzz", "--executions=5", "--seconds=1.5", "--seed=3", "--coverage"],
    ]
    machine.failing = ("tests.fuzz",)
    assert run("fuzz").code == 1


def test_what_is_missing_is_installed_by_root(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, root=True, programs=("apt-get", "slapd"))
    run("test")
    update, install = machine.ran[:2]
    assert update[-3:] == ["/usr/bin/apt-get", "-q", "update"]
    others = [package for program, package in develop.PACKAGES.items() if program != "slapd"]
    assert install[install.index("-y") + 2 :] == [*others, develop.FONT]
    assert "sudo" not in install


def test_sudo_is_used_where_it_asks_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, root=False, programs=("apt-get", "sudo"))
    run("test")
    assert machine.ran[0] == ["/usr/bin/sudo", "-n", "true"]
    assert machine.ran[2][:2] == ["/usr/bin/sudo", "-n"]


PACKAGES = " ".join([*develop.PACKAGES.values(), develop.FONT])
LINE = f"type first: sudo apt-get install -y --no-install-recommends {PACKAGES}"


@pytest.mark.parametrize("programs", [("apt-get",), ("apt-get", "sudo"), ()])
def test_where_it_may_not_install_it_says_the_line_and_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, programs: Sequence[str]
) -> None:
    machine = Machine(monkeypatch, root=False, programs=programs)
    machine.failing = ("true",)
    typed = run("test")
    assert (typed.code, LINE in typed.err) == (0, True)
    assert machine.modules() == ["ruff", "ruff", "mypy", "pytest"]


def test_an_install_that_fails_is_told_and_the_tests_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, root=True, programs=("apt-get",))
    machine.failing = ("update",)
    typed = run("test")
    assert (typed.code, "some tests will be skipped" in typed.err) == (0, True)
    assert machine.modules()[-1] == "pytest"


@pytest.mark.parametrize("command", ["test", "check", "bench", "fuzz"])
def test_an_installed_program_has_no_tests(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    monkeypatch.setattr(develop, "ROOT", tmp_path)
    refused = run(command)
    assert (refused.code, "works in a clone" in refused.err) == (1, True)
