"""Opening a ring: made once, found again, agreed on by nodes that start together."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from keys.hsm import Token
from keys.key import Purpose
from keys.private import PrivateKey, unpack
from keys.ring import NoKey
from keys.seal import Kek, SealedKey, SealError, seal
from keys.store import Conflict, open_ring, read_ring, reseal, write_ring
from tests.keys.forge import ISSUER, NOW

KEK = Kek(bytes(range(32)))
NEW = Kek(b"n" * 32)


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


def test_first_keys_serve_on_nodes_whose_clocks_are_behind() -> None:
    algs = ("ES256",)
    ring = open_ring(Shelf(), KEK, purpose="oidc", issuer=ISSUER, algs=algs, now=NOW, drift=60.0)
    assert ring.signer(NOW - 60) == ring.signer(NOW)
    assert ring.published(NOW - 60) == ring.keys
    with pytest.raises(NoKey):
        ring.signer(NOW - 61)


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


def test_a_change_is_written_whole_and_only_over_what_was_read() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    mine, theirs = (read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER) for _ in range(2))
    retired = replace(mine.ring, keys=tuple(replace(key, retired_at=NOW) for key in mine.ring.keys))
    assert write_ring(shelf, KEK, mine, retired)
    assert not write_ring(shelf, KEK, theirs, theirs.ring)
    now = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)
    assert (now.version, now.ring, now.refused) == (mine.version + 1, retired, ())


def test_a_row_that_does_not_open_is_named_and_the_others_serve_and_it_is_kept() -> None:
    shelf = Shelf()
    ring = open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256", "EdDSA"), now=NOW)
    version, (good, bad) = shelf.rings["oidc"]
    broken = replace(bad, sealed=bad.sealed[:-1] + bytes([bad.sealed[-1] ^ 1]))
    shelf.rings["oidc"] = (version, (good, broken))
    stored = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)
    assert [key.kid for key in stored.ring.keys] == [good.kid]
    assert [(row.kid, error.reason) for row, error in stored.refused] == [(bad.kid, "foreign")]
    assert write_ring(shelf, KEK, stored, stored.ring)
    assert shelf.rings["oidc"][1][1] == broken
    assert good.kid in {key.kid for key in ring.keys}


SOUND = {"under another key-encrypting key": "kek_wrong", "with an algorithm that is not here": "mismatch"}


@pytest.mark.parametrize("case", SOUND)
def test_a_sound_row_that_does_not_open_here_is_not_lost_by_a_change(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    ring = open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256", "EdDSA"), now=NOW)
    away = next(key for key in ring.keys if key.alg == "EdDSA")
    if SOUND[case] == "kek_wrong":
        version, rows = shelf.rings["oidc"]
        other = seal(NEW, away, version=version)
        shelf.rings["oidc"] = (version, tuple(other if row.kid == away.kid else row for row in rows))
    before = shelf.rings["oidc"]
    with monkeypatch.context() as here:
        if SOUND[case] == "mismatch":
            here.setattr("keys.seal.unpack", _without_eddsa)
        stored = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)
        assert [(row.kid, error.reason) for row, error in stored.refused] == [(away.kid, SOUND[case])]
        with pytest.raises(SealError, match=f"{SOUND[case]}: {away.kid} does not open here"):
            write_ring(shelf, KEK, stored, stored.ring)
    assert shelf.rings["oidc"] == before
    both = KEK.replacing(NEW)
    mended = read_ring(shelf, both, purpose="oidc", issuer=ISSUER)
    assert write_ring(shelf, KEK, mended, mended.ring)
    assert read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER).ring == mended.ring


def _without_eddsa(data: bytes, alg: str, token: Token | None) -> PrivateKey | None:
    if alg == "EdDSA":
        raise UnsupportedAlgorithm(alg)
    return unpack(data, alg, token)


def test_an_older_row_put_back_by_somebody_who_can_write_the_database_is_refused() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256", "EdDSA"), now=NOW)
    _, (innocent, other) = shelf.rings["oidc"]
    stored = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)
    burned = tuple(
        replace(key, compromised_at=NOW) if key.kid == innocent.kid else key for key in stored.ring.keys
    )
    assert write_ring(shelf, KEK, stored, replace(stored.ring, keys=burned))
    version, rows = shelf.rings["oidc"]
    shelf.rings["oidc"] = (version, (innocent, *(row for row in rows if row.kid == other.kid)))
    seen = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)
    assert [row.kid for row, _ in seen.refused] == [innocent.kid]
    assert innocent.kid not in {key["kid"] for key in seen.ring.jwks(NOW + 1)["keys"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("new", [NEW, Kek(KEK.secret, "sm4-gcm"), Kek(NEW.secret, "sm4-gcm")])
def test_a_ring_is_sealed_anew_while_everybody_can_read_it(new: Kek) -> None:
    shelf = Shelf()
    before = open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256", "RS256"), now=NOW)
    assert reseal(shelf, KEK, new, purpose="oidc", issuer=ISSUER) == 2
    for reader in (new, new.replacing(KEK), KEK.replacing(new)):
        assert read_ring(shelf, reader, purpose="oidc", issuer=ISSUER).ring == before
    version = shelf.rings["oidc"][0]
    assert reseal(shelf, KEK, new, purpose="oidc", issuer=ISSUER) == 0
    assert shelf.rings["oidc"][0] == version


def test_after_sealing_anew_the_old_key_opens_nothing() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    reseal(shelf, KEK, NEW, purpose="oidc", issuer=ISSUER)
    with pytest.raises(SealError, match="kek_wrong"):
        read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)


def test_sealing_anew_changes_nothing_when_a_row_opens_under_neither_key() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)
    before = shelf.rings["oidc"]
    with pytest.raises(SealError, match="kek_wrong"):
        reseal(shelf, Kek(b"x" * 32), NEW, purpose="oidc", issuer=ISSUER)
    assert shelf.rings["oidc"] == before


def test_sealing_anew_gives_way_to_others_and_tries_again() -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW)

    class Busy(Shelf):
        refusals = 2

        def __init__(self) -> None:
            super().__init__()
            self.rings = shelf.rings

        def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
            self.refusals -= 1
            return self.refusals < 0 and super().save(purpose, version, keys)

    assert reseal(Busy(), KEK, NEW, purpose="oidc", issuer=ISSUER) == 1
    late = Busy()
    late.refusals = 100
    with pytest.raises(Conflict):
        reseal(late, NEW, KEK, purpose="oidc", issuer=ISSUER)
