"""The store when its server misbehaves: it says so at once, in its own words, and comes back by itself."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as Unreachable

from idp.breaker import Breaker
from idp.errors import Unavailable
from idp.store import ValkeyStore
from idp.valkey import Embedded

VERBS: dict[str, Callable[[ValkeyStore], object]] = {
    "get": lambda store: store.get("k"),
    "put": lambda store: store.put("k", b"v", 1),
    "add": lambda store: store.add("k", b"v", 1),
    "take": lambda store: store.take("k"),
    "take into": lambda store: store.take("k", into="i", ttl=1, needs="n"),
    "swap": lambda store: store.swap("k", b"a", b"b", 1),
    "ping": lambda store: store.ping(),
}


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[str]:
    """A server that takes commands and never answers; counts who came."""
    path = tmp_path / "silent.sock"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen(16)
        yield f"unix://{path}"


@pytest.mark.parametrize("verb", VERBS)
def test_a_store_that_is_gone_is_unavailable_for_every_verb(tmp_path: Path, verb: str) -> None:
    store = ValkeyStore(f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(Unavailable) as caught:
        VERBS[verb](store)
    assert caught.value.part == "store"


def test_a_store_that_says_nothing_is_unavailable(silent: str) -> None:
    with pytest.raises(Unavailable, match="store"):
        ValkeyStore(silent, timeout=0.01).get("k")


def test_after_some_failures_a_dead_store_is_not_even_asked_until_it_has_rested(tmp_path: Path) -> None:
    time = [0.0]
    path = tmp_path / "late.sock"
    store = ValkeyStore(f"unix://{path}", breaker=Breaker(limit=3, rest=1.0, now=lambda: time[0]))
    for _ in range(3):
        with pytest.raises(Unavailable):
            store.ping()
    with _server(path):
        with pytest.raises(Unavailable) as caught:
            store.ping()
        assert "not tried" in caught.value.cause
        time[0] = 1.0
        store.ping()
        store.ping()


def test_one_success_forgets_the_failures_before_it() -> None:
    breaker = Breaker(limit=2, rest=1.0, now=lambda: 0.0)
    breaker.failed()
    breaker.worked()
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_after_the_rest_one_caller_tries_and_the_others_wait() -> None:
    time = [0.0]
    breaker = Breaker(limit=1, rest=1.0, now=lambda: time[0])
    breaker.failed()
    time[0] = 1.5
    assert breaker.allows()
    assert not breaker.allows()


def test_a_server_that_was_restarted_is_found_again_without_an_error(tmp_path: Path) -> None:
    path = tmp_path / "valkey.sock"
    store = ValkeyStore(f"unix://{path}")
    with _server(path):
        store.put("k", b"v", 60)
    with _server(path):
        assert store.get("k") is None
        store.put("code", b"grant", 60)
        assert store.take("code", into="spent", ttl=60) == b"grant"


def test_a_full_server_is_unavailable_and_loses_nothing() -> None:
    with Embedded(memory="3mb") as server:
        store = ValkeyStore(server.url)
        store.put("session", b"alive", 60)
        with pytest.raises(Unavailable) as caught:
            _fill(store)
        assert "OutOfMemory" in caught.value.cause
        assert store.get("session") == b"alive"


def test_an_error_of_the_server_tells_nothing_that_was_sent(store: ValkeyStore, valkey_url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        store._do("NONSENSE", "secret-code")
    assert "secret-code" not in caught.value.cause
    assert "secret-code" not in repr(caught.value.__cause__)
    store.ping()


def test_two_prefixes_on_one_server_do_not_meet(valkey_url: str) -> None:
    one, other = ValkeyStore(valkey_url, "one"), ValkeyStore(valkey_url, "other")
    one.put("k", b"mine", 60)
    assert other.get("k") is None


def test_an_answer_that_came_too_late_is_never_given_to_the_next_command(tmp_path: Path) -> None:
    path = tmp_path / "slow.sock"
    hold = threading.Event()

    def serve(door: socket.socket) -> None:
        for answer in (b"late", b"right"):
            line, _ = door.accept()
            with line, contextlib.suppress(OSError):
                while b"GET\r\n" not in (heard := line.recv(4096)):
                    line.sendall(b"+OK\r\n" * heard.count(b"SETINFO"))
                if answer == b"late":
                    hold.wait(5)
                line.sendall(b"$%d\r\n%b\r\n" % (len(answer), answer))

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()
        thread = threading.Thread(target=serve, args=(door,))
        thread.start()
        store = ValkeyStore(f"unix://{path}", timeout=0.2)
        with pytest.raises(Unavailable):
            store.get("first")
        hold.set()
        assert store.get("second") == b"right"
        store.close()
        thread.join()


def test_after_a_fork_the_child_leaves_the_connections_of_its_parent_alone(store: ValkeyStore) -> None:
    store.put("k", b"v", 60)
    store._pid = os.getpid() + 1  # what a child sees
    inherited = list(store._idle)
    assert store.get("k") == b"v"
    assert not set(map(id, inherited)) & set(map(id, store._idle))
    for line in inherited:
        line.disconnect()


def test_behind_a_dead_server_a_burst_does_not_queue_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every connection attempt may last its whole timeout: only as many are made as the breaker needs."""
    store = ValkeyStore(f"unix://{tmp_path}/nobody.sock", breaker=Breaker(limit=3, now=lambda: 0.0))
    dialled: list[None] = []
    hold = threading.Event()
    everybody = threading.Barrier(30)

    class Dead:
        def connect(self) -> None:
            dialled.append(None)
            hold.wait(0.01)
            raise Unreachable("no answer")

    def burst(_: int) -> str:
        everybody.wait()
        try:
            return str(store.get("k"))
        except Unavailable as error:
            return error.part

    monkeypatch.setattr(store._factory, "make_connection", Dead)
    with ThreadPoolExecutor(30) as pool:
        assert set(pool.map(burst, range(30))) == {"store"}
    assert len(dialled) < 15  # three, and whoever came by when nobody was dialling


def test_a_burst_waits_for_connections_rather_than_opening_one_each(store: ValkeyStore) -> None:
    everybody = threading.Barrier(100)

    def burst(_: int) -> None:
        everybody.wait()
        for _each in range(5):
            store.put("k", b"v", 60)

    with ThreadPoolExecutor(100) as pool:
        list(pool.map(burst, range(100)))
    assert len(store._idle) < 100


def _fill(store: ValkeyStore) -> None:
    for number in range(100):
        store.put(f"filler{number}", b"x" * 100_000, 60)


@contextlib.contextmanager
def _server(path: Path) -> Iterator[None]:
    """A real server on exactly this socket."""
    server = Embedded()
    server.start()
    os.link(server.url.removeprefix("unix://"), path)
    try:
        yield
    finally:
        server.stop()
        path.unlink()
