"""`manyou serve` answers, stops when told, and does not start where it cannot work."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.addresses import Addresses
from idp.errors import Unavailable
from idp.outbound import Outbound
from keys.encoding import b64
from tests.certificates import throwaway
from tests.idp.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[..., subprocess.Popen[bytes]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        port: int = line.getsockname()[1]
        return port


@pytest.fixture
def start(node: Run, tmp_path: Path) -> Iterator[Start]:
    """Starts a node in a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(**environ: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "idp.cli", "serve"],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that the workers can be ended with it
            )
        )
        return started[-1]

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)


def answer(url: str, process: subprocess.Popen[bytes], ca_file: Path | None = None) -> bytes:
    """What the node says once it is up."""
    outbound = Outbound(Addresses(allow=(), inside=True), timeout=5, ca_file=ca_file)
    with contextlib.closing(outbound):
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            try:
                return outbound.get(url)
            except Unavailable:
                time.sleep(0.1)  # a process outside takes the time it takes
    raise AssertionError((process.communicate()[0] if process.poll() is not None else b"no answer").decode())


def lines(output: bytes) -> list[str]:
    return [json.loads(line)["event"] for line in output.decode().splitlines()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_node_serves_until_it_is_told_to_stop(start: Start, number: signal.Signals) -> None:
    port = free_port()
    process = start(MANYOU_HTTP__LISTEN=f"127.0.0.1:{port}", MANYOU_ISSUER="http://gd.localhost:8410")
    ready = json.loads(answer(f"http://gd.localhost:{port}/readyz", process))
    assert ready["parts"] == {"store": "ok", "records": "ok"}
    assert servers_of(process.pid) == 1
    process.send_signal(number)
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 0
    assert lines(output)[0] == "serving"
    assert lines(output)[-1] == "stopped"
    assert servers_of(process.pid) == 0


def servers_of(pid: int) -> int:
    """How many Valkey servers a process has below it."""
    count = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, rest = path.read_text().partition("(")[2].rsplit(")", 1)
            count += name.startswith("valkey") and int(rest.split()[1]) == pid
    return count


def test_a_node_can_speak_tls_itself(start: Start, tmp_path: Path) -> None:
    chain, _context = throwaway(tmp_path, "gd.localhost")
    port = free_port()
    process = start(
        MANYOU_HTTP__LISTEN=f"127.0.0.1:{port}",
        MANYOU_HTTP__CERTIFICATE_FILE=str(chain),
        MANYOU_HTTP__KEY_FILE=str(chain.with_suffix(".key")),
    )
    assert json.loads(answer(f"https://gd.localhost:{port}/livez", process, chain)) == {"status": "ok"}


def test_a_port_that_is_taken_is_said_in_one_line(start: Start, node: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(MANYOU_HTTP__LISTEN=f"127.0.0.1:{taken.getsockname()[1]}")
        output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 1
    assert "write another [http] listen" in output
    assert "Traceback" not in output


REFUSALS = {
    "settings with a problem": ({"MANYOU_HTTP__WORKERS": "0"}, "[http] workers: must be at least 1"),
    "a store that does not answer": ({"MANYOU_STORE__URL": "unix:///nowhere.sock"}, "look at [store] url"),
    "another kek": ({"MANYOU_KEYS__KEK_FILE": "kek"}, "kek_wrong"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_node_that_cannot_work_does_not_start(
    node: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    (tmp_path / "kek").write_bytes(bytes(32))
    (tmp_path / "kek").chmod(0o600)
    environ, said = REFUSALS[case]
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    previous = signal.getsignal(signal.SIGTERM)
    refused = node("serve")
    signal.signal(signal.SIGTERM, previous)
    assert (refused.code, said in refused.err) == (1, True)


def session_of(leader: int) -> list[Path]:
    """The processes of one session, in /proc."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                found.append(folder)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_neither_the_program_nor_a_worker_may_leave_a_core_dump(start: Start) -> None:
    port = free_port()
    process = start(MANYOU_HTTP__LISTEN=f"127.0.0.1:{port}", MANYOU_ISSUER="http://gd.localhost:8410")
    answer(f"http://gd.localhost:{port}/livez", process)
    programs = [
        folder for folder in session_of(process.pid) if b"python" in (folder / "cmdline").read_bytes()
    ]
    assert len(programs) >= 2
    for folder in programs:
        line = next(
            each for each in (folder / "limits").read_text().splitlines() if each.startswith("Max core")
        )
        assert line.split()[4:6] == ["0", "0"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_no_worker_outlives_the_program_that_was_killed(start: Start) -> None:
    port = free_port()
    process = start(MANYOU_HTTP__LISTEN=f"127.0.0.1:{port}", MANYOU_ISSUER="http://gd.localhost:8410")
    answer(f"http://gd.localhost:{port}/livez", process)
    with contextlib.ExitStack() as held:
        workers = [
            held.enter_context(open(os.pidfd_open(int(folder.name)), "rb", buffering=0))
            for folder in session_of(process.pid)
            if b"python" in (folder / "cmdline").read_bytes() and folder.name != str(process.pid)
        ]
        assert workers
        process.kill()
        for worker in workers:
            assert select.select([worker], [], [], 20)[0], "a worker lives on"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_key_of_the_environment_reaches_the_workers_and_not_the_store(start: Start, tmp_path: Path) -> None:
    kek = tmp_path / "data" / "kek"
    secret = b64(kek.read_bytes())
    kek.unlink()
    port = free_port()
    process = start(
        MANYOU_HTTP__LISTEN=f"127.0.0.1:{port}",
        MANYOU_ISSUER="http://gd.localhost:8410",
        MANYOU_KEYS__KEK_ENV="NODE_KEK",
        NODE_KEK=secret,
    )
    assert json.loads(answer(f"http://gd.localhost:{port}/jwks", process))["keys"]
    store = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, rest = stat.read_text().partition("(")[2].rsplit(")", 1)
            if name.startswith("valkey") and int(rest.split()[1]) == process.pid:
                store.append(stat.parent)
    assert store
    assert all(secret.encode() not in (folder / "environ").read_bytes() for folder in store)
