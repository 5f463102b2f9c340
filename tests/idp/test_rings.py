"""The rings of a node, as they are right now."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from idp.errors import Unavailable
from idp.rings import FRESH, Rings
from keys.key import Purpose, generate
from keys.seal import Kek, SealedKey
from keys.store import read_ring, write_ring
from tests.idp.made import NOW, ZJ, Clock

KEK = Kek(bytes(range(32)))


class Shelf:
    """Sealed keys in memory, which can stop answering."""

    def __init__(self) -> None:
        self.kept: dict[Purpose, tuple[int, tuple[SealedKey, ...]]] = {}
        self.reads = 0
        self.down = False
        self.hold: threading.Event | None = None

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        self.reads += 1
        if self.hold is not None:
            self.hold.wait(5)
        if self.down:
            raise Unavailable("records")
        return self.kept.get(purpose, (0, ()))

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        if self.kept.get(purpose, (0, ()))[0] != version:
            return False
        self.kept[purpose] = (version + 1, tuple(keys))
        return True


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rings(shelf: Shelf, clock: Clock) -> Rings:
    return Rings(shelf, KEK, issuer=ZJ, clock=clock)


def test_a_new_node_has_keys_for_both_uses_and_never_one_for_the_other(rings: Rings) -> None:
    oidc, federation = rings.oidc(), rings.federation()
    assert (oidc.purpose, federation.purpose) == ("oidc", "federation")
    assert {oidc.signer(NOW, alg).alg for alg in ("ES256", "RS256")} == {"ES256", "RS256"}
    assert not {key.kid for key in oidc.keys} & {key.kid for key in federation.keys}


def test_a_ring_is_believed_for_a_few_seconds(rings: Rings, shelf: Shelf, clock: Clock) -> None:
    rings.federation()
    before = shelf.reads
    clock.now += FRESH - 0.1
    rings.federation()
    assert shelf.reads == before
    clock.now += 0.1
    rings.federation()
    assert shelf.reads > before


def test_what_another_process_announced_is_seen(rings: Rings, shelf: Shelf, clock: Clock) -> None:
    old = rings.federation()
    stored = read_ring(shelf, KEK, purpose="federation", issuer=ZJ)
    fresh = generate(alg="ES256", purpose="federation", issuer=ZJ, now=NOW, active_from=NOW)
    assert write_ring(shelf, KEK, stored, replace(stored.ring, keys=(*stored.ring.keys, fresh)))
    assert rings.federation() is old
    clock.now += FRESH
    assert {key.kid for key in rings.federation().keys} == {key.kid for key in old.keys} | {fresh.kid}


def test_signing_goes_on_while_sql_does_not_answer(rings: Rings, shelf: Shelf, clock: Clock) -> None:
    ring = rings.federation()
    shelf.down = True
    clock.now += FRESH
    assert rings.federation() is ring
    before = shelf.reads
    assert rings.federation() is ring
    assert shelf.reads == before, "not every signature waits for SQL"


def test_without_any_ring_there_is_nothing_to_sign_with(rings: Rings, shelf: Shelf) -> None:
    shelf.down = True
    with pytest.raises(Unavailable):
        rings.oidc()
    shelf.down = False
    assert rings.federation(), "and the next one is not held up by the failure"


def test_one_reads_and_the_others_go_on_with_the_ring_at_hand(
    rings: Rings, shelf: Shelf, clock: Clock
) -> None:
    ring = rings.federation()
    clock.now += FRESH
    shelf.hold, before = threading.Event(), shelf.reads
    reader = threading.Thread(target=rings.federation)
    reader.start()
    while shelf.reads == before:
        pass
    assert rings.federation() is ring
    shelf.hold.set()
    reader.join()
    assert shelf.reads == before + 1


def test_a_clock_that_is_set_back_does_not_keep_an_old_ring(rings: Rings, shelf: Shelf, clock: Clock) -> None:
    rings.federation()
    before = shelf.reads
    clock.now -= 1000
    rings.federation()
    assert shelf.reads > before
