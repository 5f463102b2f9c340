"""The crash at every write: whatever a node was doing when it died, one whole ring is left, and the next node goes on
as if nothing had happened."""

from collections.abc import Callable, Sequence

import pytest

from keys.change import Change, Refused
from keys.emergency import revoke
from keys.key import Purpose
from keys.plan import currents
from keys.ring import KeyRing
from keys.rotation import rollback, rotate, turn
from keys.seal import Kek, SealedKey
from keys.store import Stored, read_ring, write_ring
from tests.keys.forge import ISSUER, NOW
from tests.keys.life import Maker, facts

KEK = Kek(bytes(range(32)))
ES = ("ES256",)


class Died(Exception):
    """The process is gone."""


class FrailShelf:
    """A key store that writes row after row, then the version; the process dies after the n-th write.

    What was written counts when the version is: so databases do it, and `tests/idp/records` kills a real one.
    """

    def __init__(self) -> None:
        self.committed: tuple[int, tuple[SealedKey, ...]] = (0, ())
        self.left = -1  # writes until death; negative: for ever
        self.writes = 0

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        return self.committed

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        if self.committed[0] != version:
            return False
        rows: list[SealedKey] = []
        for key in keys:
            self._write()
            rows.append(key)
        self._write()
        self.committed = (version + 1, tuple(rows))
        self._write()  # committed, but nobody was told
        return True

    def _write(self) -> None:
        if self.left == 0:
            raise Died
        self.left -= 1
        self.writes += 1


def read(shelf: FrailShelf) -> Stored:
    return read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)


Act = Callable[[KeyRing, float, Maker], Change | Refused]

LIFE: tuple[tuple[float, Act], ...] = (
    (0.0, lambda ring, now, maker: turn(ring, facts(), now, maker, ES)),
    (30.0, lambda ring, now, maker: rotate(ring, facts(), now, new_key=maker)),
    (31.0, lambda ring, now, maker: rollback(ring, facts(), now, reason="drill")),
    (70.0, lambda ring, now, maker: rotate(ring, facts(), now, new_key=maker)),
    (110.0, lambda ring, now, maker: turn(ring, facts(), now, maker, ES)),
    (
        120.0,
        lambda ring, now, maker: revoke(
            ring, facts(), now, kid=ring.signer(now).kid, reason="drill", new_key=maker
        ),
    ),
    (400.0, lambda ring, now, maker: turn(ring, facts(), now, maker, ES)),
)


def live(shelf: FrailShelf) -> int:
    """A ring's whole life; a node that dies is followed by another that finds what was saved and does the same.
    Says how often one died."""
    deaths = 0
    for after, act in LIFE:
        now = NOW + after
        goal = shelf.committed[0] + 1
        while shelf.committed[0] < goal:
            stored = read(shelf)
            change = act(stored.ring, now, Maker(now=now))
            assert isinstance(change, Change)
            assert change.events
            try:
                write_ring(shelf, KEK, stored, change.ring)
            except Died:
                deaths += 1
                shelf.left = -1
            whole(shelf, now)
    return deaths


def whole(shelf: FrailShelf, now: float) -> None:
    """One ring, all of it, and its signer is published."""
    stored, ring = read(shelf), read(shelf).ring
    assert stored.refused == ()
    if stored.version == 0:
        assert ring.keys == ()
        return
    assert len(currents(ring, "ES256")) == 1
    assert ring.signer(now) in ring.published(now)
    assert ring.standby("ES256") in ring.published(now)


QUIET = FrailShelf()
live(QUIET)


@pytest.mark.parametrize("write", range(QUIET.writes))
def test_a_node_that_dies_at_a_write_leaves_one_whole_ring(write: int) -> None:
    shelf = FrailShelf()
    shelf.left = write
    assert live(shelf) == 1
    assert shelf.committed[0] == QUIET.committed[0]
    assert len(shelf.committed[1]) == len(QUIET.committed[1])


def test_two_nodes_that_rotate_at_once_make_one_new_key() -> None:
    shelf = FrailShelf()
    write_ring(shelf, KEK, read(shelf), turn(read(shelf).ring, facts(), NOW, Maker(), ES).ring)
    saved = []
    for stored in [read(shelf) for _ in range(50)]:
        change = rotate(stored.ring, facts(), NOW + 30, new_key=Maker(now=NOW + 30))
        assert isinstance(change, Change)
        saved.append(write_ring(shelf, KEK, stored, change.ring))
    assert saved == [True] + [False] * 49
    assert len(read(shelf).ring.keys) == 3
