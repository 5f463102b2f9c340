"""Place: a node of its own for the benchmark: real server, real Valkey, SQLite, one client, one citizen."""

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from idp.accounts import Account
from idp.client import Client
from idp.passwords import Passwords
from idp.settings import load
from idp.wiring import open_records
from keys.seal import create_kek

CLIENT, SECRET, USERNAME, PASSWORD = "bench", "bench-secret", "citizen", "correct horse battery staple"
REDIRECT_URI = "http://portal.localhost/callback"
READY_SECONDS = 20


@dataclass(frozen=True)
class Place:
    """A running node.

    Attributes:
        port: where it listens on the loopback address.
        pid: of the process whose descendants do all the work, Valkey included.
    """

    port: int
    pid: int

    @property
    def host(self) -> str:
        return f"bench.localhost:{self.port}"

    def cpu_seconds(self) -> float:
        """CPU that the node and all it has started have used so far, in user and in system."""
        ticks = sum(_ticks(pid) for pid in [self.pid, *_descendants(self.pid)])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(folder: Path, *, threads: int) -> Iterator[Place]:
    """Serve a node until the block ends."""
    port = _free_port()
    settings = _write(folder, port, threads)
    _found(settings)
    command = [sys.executable, "-m", "idp.cli", "serve", "--settings", str(settings)]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.getcwd()})
    try:
        _wait(port)
        yield Place(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _write(folder: Path, port: int, threads: int) -> Path:
    create_kek(folder / "kek")
    path = folder / "manyou.toml"
    path.write_text(
        f'issuer = "http://bench.localhost:{port}"\nregion = "440000"\n'
        'namespace = "http://anchor.localhost"\ndata = "data"\n'
        '[name]\nzh = "量"\nen = "Bench"\n'
        f'[http]\nlisten = "127.0.0.1:{port}"\nworkers = 1\nthreads = {threads}\n'
        '[keys]\nkek_file = "kek"\n[log]\nfile = "log.jsonl"\n[accounts]\nenabled = true\n',
        encoding="utf-8",
    )
    return path


def _found(path: Path) -> None:
    records = open_records(load(path, {}))
    records.clients.add(
        Client(
            client_id=CLIENT,
            name={"zh": "量", "en": "Bench"},
            redirect_uris=(REDIRECT_URI,),
            secret_sha256=hashlib.sha256(SECRET.encode()).hexdigest(),
        )
    )
    phc = Passwords().hash(PASSWORD)
    records.accounts.add(Account(id=secrets.token_hex(8), username=USERNAME, password=phc, name="测试", rl=3))
    records.database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except (URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _descendants(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children += [int(child) for child in task.read_text().split()]
    return [one for child in children for one in (child, *_descendants(child))]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
