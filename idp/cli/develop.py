"""Develop: owns the commands that work in a clone. Knows nothing of the product."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from idp.cli.failure import Failure

ROOT = Path(__file__).resolve().parents[2]
"""Of the clone."""

PACKAGES = {
    "slapd": "slapd",
    "ldapsearch": "ldap-utils",
    "chromium": "chromium",
    "softhsm2-util": "softhsm2",
}
"""Programs that some tests need, and the Debian package of each."""

FONT = "fonts-noto-cjk"
_CHECKS = (
    ("ruff check", ("ruff", "check", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("mypy", ("mypy",)),
    ("architecture", ("pytest", "-p", "no:cacheprovider", "tests/test_architecture.py")),
)


@click.command()
def check() -> None:
    """Linters, types, architecture test."""
    _in_clone()
    failed = [name for name, arguments in _CHECKS if not _run(name, arguments)]
    if failed:
        raise Failure(f"{', '.join(failed)} failed; the lines above say where")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Everything that the build server runs; ARGUMENTS go to pytest instead."""
    _in_clone()
    if arguments:
        sys.exit(_call(("pytest", *arguments)))
    _install()
    failed = [name for name, command in _CHECKS[:3] if not _run(name, command)]
    if failed:
        click.echo(f"manyou: {', '.join(failed)} failed; the lines above say where", err=True)
    code = _call(("pytest", "-n", "2", "--cov", "--cov-report=term:skip-covered"))  # its summary is last
    sys.exit(1 if code or failed else 0)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """The benchmarks, with their table."""
    _in_clone()
    sys.exit(_call(("tests.bench", *arguments)))


@click.command()
@click.option("--executions", type=click.IntRange(1), default=200_000, help="Inputs to try.")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="Stop after so long.")
@click.option("--seed", type=int, help="Of the dice, for the same changes again.")
@click.option("--coverage", is_flag=True, help="Let atheris steer by coverage.")
def fuzz(executions: int, seconds: float | None, seed: int | None, coverage: bool) -> None:
    """Spoilt tokens, statements and key sets against everything that reads them."""
    _in_clone()
    words = [f"--executions={executions}"]
    words += [f"--seconds={seconds}"] if seconds is not None else []
    words += [f"--seed={seed}"] if seed is not None else []
    sys.exit(_call(("tests.fuzz", *words, *(["--coverage"] if coverage else []))))


def _missing() -> list[str]:
    """Debian packages that some tests would need and that are not here."""
    found = [package for program, package in PACKAGES.items() if not _program(program)]
    return found if _has_font() else [*found, FONT]


def _program(name: str) -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path)


def _has_font() -> bool:
    return any(Path("/usr/share/fonts").glob("**/NotoSansCJK*"))


def _install() -> None:
    """Through apt where it may; else the line to type, and the tests that need it skip with a reason."""
    packages = _missing()
    if not packages:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    apt, root = _program("apt-get"), _as_root()
    if apt is None or root is None:
        click.echo(f"some tests will be skipped; to run them all, type first: sudo {line}", err=True)
        return
    for words in (["update"], line.split()[1:]):
        command = [*root, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-q", *words]
        click.echo(f"… apt-get {words[0]}", err=True)
        if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode:
            click.echo(f"that failed, so some tests will be skipped; type: sudo {line}", err=True)
            return


def _as_root() -> list[str] | None:
    """How to become root without being asked for a password; None where that cannot be."""
    if os.geteuid() == 0:
        return []
    sudo = _program("sudo")
    if sudo is None:
        return None
    asked = subprocess.run([sudo, "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return [sudo, "-n"] if asked.returncode == 0 else None


def _run(name: str, arguments: Sequence[str]) -> bool:
    click.echo(f"== {name}", err=True)
    return _call(arguments) == 0


def _call(arguments: Sequence[str]) -> int:
    sys.stdout.flush()
    command = [sys.executable, "-m", *arguments]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, check=False).returncode


def _in_clone() -> None:
    if not (ROOT / "tests").is_dir() or find_spec("pytest") is None:
        raise Failure("this works in a clone; type ./manyou there, which installs what it needs")
