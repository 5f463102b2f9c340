"""Opening a ring: made once, found again, agreed on by nodes that start together."""

from collections.abc import Sequence

import pytest

from keys.key import Purpose
from keys.seal import Kek, SealedKey, SealError
from keys.store import open_ring
from tests.keys.forge import ISSUER, NOW

KEK = Kek(bytes(range(32)))


class Shelf:
    """A key store in memory; `rival` saves first, once."""

    def __init__(self, rival: tuple[SealedKey, ...] = ()) -> None:
        self.rings: dict[str, tuple[int, tuple[SealedKey, ...]]] = {}
        self.rival = rival

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        return self.rings.get(purpose, (0, ()))

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        if self.rival:
            self.rings[purpose], self.rival = (1, self.rival), ()
        if self.load(purpose)[0] != version:
            return False
        self.rings[purpose] = (version + 1, tuple(keys))
        return True


def test_the_first_keys_of_a_ring_are_active_at_once() -> None:
    ring = open_ring(Shelf(), KEK, purpose="oidc", issuer=ISSUER, algs=("ES256", "EdDSA"), now=NOW)
    assert {ring.signer(NOW, alg).alg for alg in ("ES256", "EdDSA")} == {"ES256", "EdDSA"}
    assert len(ring.published(NOW)) == 2


def test_a_ring_is_found_again() -> None:
    shelf = Shelf()
    first = open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    assert open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW + 9) == first
    assert open_ring(shelf, KEK, purpose="federation", issuer=ISSUER, algs=("ES256",), now=NOW) != first


def test_nodes_that_start_together_agree_on_the_ring_of_the_first() -> None:
    winner = Shelf()
    first = open_ring(winner, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    late = Shelf(rival=winner.load("oidc")[1])
    assert open_ring(late, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW) == first


def test_a_ring_of_another_issuer_is_refused() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    with pytest.raises(ValueError, match="another issuer"):
        open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER + "x", algs=("ES256",), now=NOW)


def test_a_ring_sealed_under_another_key_does_not_open_and_is_not_replaced() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    before = shelf.load("oidc")
    with pytest.raises(SealError, match="kek_wrong"):
        open_ring(shelf, Kek(bytes(32)), purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    assert shelf.load("oidc") == before
