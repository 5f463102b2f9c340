"""One real Valkey for a whole test session, and a store of its own for each test."""

import itertools
import socket
import subprocess
from collections.abc import Iterator

import pytest

from idp.store import ValkeyStore
from idp.valkey import Embedded, find_binary

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A server on a unix socket."""
    with Embedded() as server:
        yield server.url


@pytest.fixture(scope="session")
def valkey_tcp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("valkey")
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(
        [str(find_binary()), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert server.stdout is not None
    for line in server.stdout:
        if b"Ready to accept connections" in line:
            break
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()
    server.stdout.close()


@pytest.fixture
def store(valkey_url: str) -> Iterator[ValkeyStore]:
    """An empty store: its prefix is nobody else's."""
    made = ValkeyStore(valkey_url, f"test{next(_NUMBERS)}")
    yield made
    made.close()
