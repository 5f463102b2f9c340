"""The demo as a person at a terminal starts it: `manyou demo` in a process of its own, with nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from idp.demo import places
from idp.demo.control import order
from idp.demo.ground import held, sockets
from idp.pulse import PROBE_UP

TREE = Path(__file__).parents[2]
STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Door:
    """A portal, and who signs its visitors in."""

    url: str
    issuer: str
    region: str


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody whose password is known."""

    username: str
    password: str
    name: str


class Country:
    """A running demo, as its `demo.json` describes it."""

    def __init__(self, folder: Path, described: Mapping[str, Any]) -> None:
        self.folder = folder
        self.board: str = described["board"]
        self.hub: str = described["hub"]["issuer"]
        self.anchor: str = described["anchor"]["entity_id"]
        self.near, self.far, self.deep = (Door(**portal) for portal in described["portals"][:3])
        self.pids = {process["name"]: process["pid"] for process in described["processes"]}
        self._citizens = described["citizens"]

    @property
    def hosts(self) -> frozenset[str]:
        """Host and port of everything that a browser may ask."""
        urls = (
            self.board,
            self.hub,
            self.anchor,
            self.near.url,
            self.near.issuer,
            self.far.url,
            self.far.issuer,
            self.deep.url,
        )
        return frozenset(urlsplit(url).netloc for url in urls)

    def citizen(self, home: Door, which: int = 0) -> Citizen:
        """One of the people whose account is in that portal's region."""
        found = [who for who in self._citizens if who["home"] == home.region][which]
        return Citizen(found["username"], found["password"], found["name"])

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """While `manyou demo --stop PART` holds."""
        order(self.folder, "stop", part)
        try:
            time.sleep(PROBE_UP + 0.2)  # real processes: a province notices when its probe is asked again
            yield
        finally:
            order(self.folder, "start", part)


@contextmanager
def running(folder: Path, *, first: int | None = None) -> Iterator[Country]:
    """Start the demo in an empty folder on ports nobody uses; stop it with Ctrl-C and look at what is left.

    Args:
        folder: for its state.
        first: the base port to prefer.
    """
    base = free_base(first)
    output = folder.with_suffix(".txt")
    with output.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "idp.cli", "demo", "--port", str(base), "--data", str(folder)],
            cwd=TREE,
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            env={**os.environ, "PYTHONPATH": str(TREE)},
        )
    try:
        yield Country(folder, _described(folder, process, output))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert code == 0, output.read_text()
    assert leftovers(folder, base) == []


def leftovers(folder: Path, base: int) -> list[str]:
    """What a demo that has ended should have taken with it."""
    found = [str(path) for path in (folder / "demo.json", folder / "lock", sockets(folder)) if path.exists()]
    found += ["the lock is held"] if held(folder) else []
    found += [f"process {pid}: {words}" for pid, words in _processes() if str(folder) in words]
    return found + [f"port {port}" for port in places.country(base, folder).ports if not _free(port)]


def free_base(first: int | None = None) -> int:
    """A base port all of whose ports are free."""
    for base in range(first or 12_000 + os.getpid() % 500 * 40, 60_000, 40):
        if all(_free(port) for port in places.country(base, Path()).ports):
            return base
    raise OSError("no ports are free")


def _described(folder: Path, process: "subprocess.Popen[bytes]", output: Path) -> Mapping[str, Any]:
    deadline = time.monotonic() + STARTS_WITHIN
    while not (folder / "demo.json").exists():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.1)
    described: dict[str, Any] = json.loads((folder / "demo.json").read_text("utf-8"))
    return described


def _processes() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((places.LOOPBACK, port))
        except OSError:
            return False
    return True
