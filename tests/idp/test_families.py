"""Refresh tokens over a real store: however many use one at once, at however many nodes, one family goes on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from idp.families import Families, Renewed
from idp.grant import Grants, gid
from idp.store import ValkeyStore
from tests.idp.oauth.memory import NOW, MemoryEndings
from tests.idp.oauth.place import SESSION
from tests.idp.test_grant import GRANT

THREADS = 32


@pytest.fixture
def nodes(store: ValkeyStore, valkey_url: str) -> Iterator[tuple[ValkeyStore, ValkeyStore]]:
    """Two nodes over one store."""
    store.put(SESSION, b"alive", 600)
    other = ValkeyStore(valkey_url, store._prefix.rstrip(":"), timeout=5)
    yield store, other
    other.close()


def families(store: ValkeyStore, endings: MemoryEndings, grace: int = 10) -> tuple[Grants, Families]:
    grants = Grants(store, key=b"k" * 32, code_lifetime=60, token_lifetime=600, refresh_idle=600)
    return grants, Families(grants, grace=grace, endings=endings, clock=lambda: NOW)


def first(grants: Grants) -> tuple[str, str]:
    """A refresh token that was just handed out, and its grant."""
    code = grants.give(replace(GRANT, session_expiry=int(NOW) + 600), refreshable=True)
    assert grants.take(code, "portal", refreshable=True)
    return grants.first(code, "portal"), gid(code, "portal")


def together(rooms: list[Families], token: str, witness: str) -> list[Renewed | None]:
    barrier = Barrier(THREADS)

    def use(number: int) -> Renewed | None:
        barrier.wait()
        return rooms[number % len(rooms)].renew(token, client_id="portal", scopes=(), witness=witness)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(use, range(THREADS)))


def test_the_same_request_from_many_threads_and_two_nodes_makes_one_generation(
    nodes: tuple[ValkeyStore, ValkeyStore],
) -> None:
    endings = MemoryEndings()
    grants, here = families(nodes[0], endings)
    _, there = families(nodes[1], endings)
    token, name = first(grants)
    used = together([here, there], token, witness="the portal's secret")
    assert len({one.token for one in used if one is not None}) == 1
    assert None not in used
    assert endings.written == []
    kept = grants.redeemed(name)
    assert kept is not None
    assert kept.line is not None
    assert kept.line.spent_at == NOW


def test_without_proof_one_of_many_wins_and_the_family_ends(nodes: tuple[ValkeyStore, ValkeyStore]) -> None:
    endings = MemoryEndings()
    grants, here = families(nodes[0], endings)
    _, there = families(nodes[1], endings)
    token, name = first(grants)
    used = together([here, there], token, witness="")
    won = [one for one in used if one is not None]
    assert len(won) <= 1
    assert endings.written
    assert grants.redeemed(name) is None


def test_a_use_and_a_revocation_at_once_end_it(nodes: tuple[ValkeyStore, ValkeyStore]) -> None:
    endings = MemoryEndings()
    grants, here = families(nodes[0], endings)
    _, there = families(nodes[1], endings)
    for _ in range(20):
        token, name = first(grants)
        with ThreadPoolExecutor(2) as pool:
            used = pool.submit(here.renew, token, client_id="portal", scopes=(), witness="w")
            pool.submit(there.end, name, client_id="portal").result()
        following = used.result()
        for each in (token, following.token if following else token):
            assert here.renew(each, client_id="portal", scopes=(), witness="w") is None
        assert grants.find(name) is None
