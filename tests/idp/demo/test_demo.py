"""The whole thing, with real processes, sockets and signals: what a person and a program may rely on."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from idp.demo.ground import DemoError, free_ports, sockets
from idp.demo.loopback import Unreachable, ask
from idp.demo.places import country

TREE = Path(__file__).parents[3]


@dataclass
class Running:
    """A demo that runs in a process of its own."""

    folder: Path
    base: int
    process: subprocess.Popen[str]
    told: dict[str, Any]


def free_base(folder: Path) -> int:
    """Below the ports that the kernel gives out by itself, and apart from what another worker chooses: a port
    must still be free when the demo comes to use it."""
    worker = int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))) or 0) % 8
    for _ in range(100):
        base = random.randrange(12_000 + 50 * worker, 32_000, 8 * 50)
        try:
            free_ports(country(base, folder))
        except DemoError:
            continue
        return base
    raise AssertionError("no free ports")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "idp.cli", "demo", *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(TREE)}
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=400, env=environ, check=False
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("demo") / "state"
    base = free_base(folder)
    process = subprocess.Popen(
        command("--data", str(folder), "--port", str(base)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TREE)},
    )
    deadline = time.monotonic() + 90
    while not (folder / "demo.json").exists():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield Running(folder, base, process, json.loads((folder / "demo.json").read_text("utf-8")))
    process.kill()
    process.communicate()


def test_the_main_job_is_walked_in_the_running_demo(running: Running) -> None:
    walked = run("--check", "--data", str(running.folder))
    assert walked.returncode == 0, walked.stdout + walked.stderr
    lines = walked.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", f"{n}/{len(lines)}"] for n in range(1, len(lines) + 1)
    ]


def test_the_board_shows_everybody(running: Running) -> None:
    board = ask(running.told["board"], headers={"Accept-Language": "zh-CN"})
    text = board.body.decode()
    assert board.status == 200
    assert all(who["username"] in text and who["name"] in text for who in running.told["citizens"])
    assert all(portal["url"] in text for portal in running.told["portals"])


def test_every_process_is_told_with_its_log(running: Running) -> None:
    told = json.loads((running.folder / "demo.json").read_text("utf-8"))["processes"]
    assert {"anchor", "hub", "gd", "zj", "gz", "gz-civil"} <= {entry["name"] for entry in told}
    for entry in told:
        os.kill(entry["pid"], 0)
        assert Path(entry["log"]).exists()


def test_a_second_demo_is_refused_in_one_line(running: Running, tmp_path: Path) -> None:
    same = run("--data", str(running.folder), "--port", str(running.base))
    other = run("--data", str(tmp_path / "other"), "--port", str(running.base))
    assert (same.returncode, other.returncode) == (1, 1)
    assert "--data" in same.stderr.splitlines()[-1]
    assert "--port" in other.stderr.splitlines()[-1]


def test_a_part_that_is_killed_comes_back(running: Running) -> None:
    before = next(entry["pid"] for entry in running.told["processes"] if entry["name"] == "anchor")
    entity = running.told["anchor"]["entity_id"]
    os.killpg(before, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while True:
        told = json.loads((running.folder / "demo.json").read_text("utf-8"))["processes"]
        after = next((entry["pid"] for entry in told if entry["name"] == "anchor"), before)
        try:
            if after != before and ask(f"{entity}/readyz").status == 200:
                break
        except Unreachable:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_ctrl_c_leaves_nothing_behind(running: Running) -> None:
    pids = [entry["pid"] for entry in json.loads((running.folder / "demo.json").read_text())["processes"]]
    running.process.send_signal(signal.SIGINT)
    said, _ = running.process.communicate(timeout=60)
    assert running.process.returncode == 0, said
    assert "portal" in said
    assert not (running.folder / "demo.json").exists()
    assert not (running.folder / "lock").exists()
    assert not sockets(running.folder).exists()
    free_ports(country(running.base, running.folder))
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
