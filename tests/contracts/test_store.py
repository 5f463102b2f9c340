"""What everybody may rely on in a store, as sentences, over a unix socket and over TCP."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp.store import Store, ValkeyStore

_NUMBERS = itertools.count()


@pytest.fixture(params=["valkey_url", "valkey_tcp_url"])
def shared(request: pytest.FixtureRequest) -> Iterator[Store]:
    made = ValkeyStore(request.getfixturevalue(request.param), f"contract{next(_NUMBERS)}", timeout=5)
    yield made
    made.close()


def test_what_was_put_is_got(shared: Store) -> None:
    shared.put("k", b"\x00\r\n\xff", 60)
    assert shared.get("k") == b"\x00\r\n\xff"


def test_an_empty_value_is_a_value(shared: Store) -> None:
    shared.put("k", b"", 60)
    assert shared.get("k") == b""
    assert shared.take("k") == b""


def test_what_was_never_put_is_not_there(shared: Store) -> None:
    assert shared.get("k") is None
    assert shared.take("k") is None


def test_put_writes_over_what_was_there(shared: Store) -> None:
    shared.put("k", b"old", 60)
    shared.put("k", b"new", 60)
    assert shared.get("k") == b"new"


def test_add_refuses_a_second_writer_and_keeps_the_first(shared: Store) -> None:
    assert shared.add("k", b"first", 60)
    assert not shared.add("k", b"second", 60)
    assert shared.get("k") == b"first"


@pytest.mark.parametrize("ttl", [0, -1])
def test_nothing_lives_for_ever(shared: Store, ttl: int) -> None:
    shared.put("old", b"v", 60)
    for write in (
        lambda: shared.put("k", b"", ttl),
        lambda: shared.add("k", b"", ttl),
        lambda: shared.take("old", into="k", ttl=ttl),
        lambda: shared.swap("old", b"v", b"w", ttl),
    ):
        with pytest.raises(ValueError):
            write()
    assert shared.get("k") is None
    assert shared.get("old") == b"v"


def test_take_is_once_only(shared: Store) -> None:
    shared.put("k", b"v", 60)
    assert shared.take("k") == b"v"
    assert shared.take("k") is None
    assert shared.get("k") is None


def test_take_into_moves_the_value(shared: Store) -> None:
    shared.put("code", b"grant", 60)
    assert shared.take("code", into="spent", ttl=60) == b"grant"
    assert shared.get("code") is None
    assert shared.get("spent") == b"grant"


def test_take_into_moves_nothing_when_there_is_nothing(shared: Store) -> None:
    shared.put("spent", b"earlier", 60)
    assert shared.take("code", into="spent", ttl=60) is None
    assert shared.get("spent") == b"earlier"


def test_take_gives_the_value_while_what_it_needs_is_there(shared: Store) -> None:
    shared.put("session", b"", 60)
    shared.put("code", b"grant", 60)
    assert shared.take("code", needs="session") == b"grant"
    assert shared.get("session") == b""


def test_take_without_what_it_needs_gives_nothing_and_spends_the_value(shared: Store) -> None:
    shared.put("code", b"grant", 60)
    assert shared.take("code", into="spent", ttl=60, needs="session") is None
    assert shared.get("code") is None
    assert shared.get("spent") is None


def test_take_with_all_of_it_moves_and_gives(shared: Store) -> None:
    shared.put("session", b"", 60)
    shared.put("code", b"grant", 60)
    assert shared.take("code", into="spent", ttl=60, needs="session") == b"grant"
    assert shared.get("spent") == b"grant"


def test_swap_replaces_what_was_expected(shared: Store) -> None:
    shared.put("k", b"old", 60)
    assert shared.swap("k", b"old", b"new", 60)
    assert shared.get("k") == b"new"


def test_swap_loses_politely(shared: Store) -> None:
    shared.put("k", b"other", 60)
    assert not shared.swap("k", b"old", b"new", 60)
    assert shared.get("k") == b"other"


def test_swap_makes_nothing_out_of_nothing(shared: Store) -> None:
    assert not shared.swap("k", b"", b"new", 60)
    assert shared.get("k") is None


def test_swap_for_nothing_removes(shared: Store) -> None:
    shared.put("k", b"old", 60)
    assert not shared.swap("k", b"other", None, 0)
    assert shared.swap("k", b"old", None, 0)
    assert shared.get("k") is None


def test_a_live_store_answers(shared: Store) -> None:
    shared.ping()


@pytest.mark.parametrize("extra", [{}, {"into": "spent", "ttl": 60}], ids=["plain", "into"])
def test_of_two_hundred_that_take_one_value_one_has_it(shared: Store, extra: dict[str, object]) -> None:
    shared.put("code", b"grant", 60)
    assert _at_once(200, lambda _: shared.take("code", **extra)).count(b"grant") == 1  # type: ignore[arg-type]


def test_of_two_hundred_that_add_one_value_one_was_first(shared: Store) -> None:
    assert _at_once(200, lambda number: shared.add("jti", b"%d" % number, 60)).count(True) == 1


def test_of_two_hundred_that_swap_one_value_one_did(shared: Store) -> None:
    shared.put("k", b"old", 60)
    assert _at_once(200, lambda number: shared.swap("k", b"old", b"%d" % number, 60)).count(True) == 1


def _at_once(count: int, act: object) -> list[object]:
    gate = Barrier(count)

    def one(number: int) -> object:
        gate.wait()
        return act(number)  # type: ignore[operator]

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))
