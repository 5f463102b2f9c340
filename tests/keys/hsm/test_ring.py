"""A ring whose ES256 keys are in a token: made, stored, opened, used, and never replaced by a key in a file."""

import dataclasses
from collections.abc import Sequence

import pytest

from keys.hsm import Token, TokenKey, TokenSettings, TokenUnavailable
from keys.jose import sign
from keys.key import Purpose
from keys.seal import Kek, SealedKey, SealError, seal
from keys.store import open_ring, read_ring, reseal, write_ring
from tests.keys.accept import accept
from tests.keys.forge import ISSUER, NOW, claims
from tests.keys.hsm.softhsm import MODULE, PIN, Slot, forget, softhsm

pytestmark = [pytest.mark.softhsm, softhsm]
KEK, NEW = Kek(bytes(range(32))), Kek(bytes(32))


class Shelf:
    def __init__(self) -> None:
        self.version, self.rows = 0, tuple[SealedKey, ...]()

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        return self.version, self.rows

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        self.version, self.rows = version + 1, tuple(keys)
        return True


@pytest.fixture
def token(slot: Slot) -> Token:
    assert MODULE is not None
    return Token(TokenSettings(module=MODULE, label=slot.label, pin=PIN))


def test_es256_keys_are_in_the_token_and_others_are_sealed(token: Token) -> None:
    shelf = Shelf()
    ring = open_ring(
        shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256", "EdDSA"), now=NOW - 9, token=token
    )
    assert {key.alg: isinstance(key.private, TokenKey) for key in ring.keys} == {
        "ES256": True,
        "EdDSA": False,
    }
    assert accept(sign(ring.signer(NOW), claims(), typ="JWT"), ring.jwks(NOW)) == claims()


def test_after_a_restart_the_ring_opens_without_asking_the_token_and_then_signs(
    token: Token, slot: Slot
) -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW - 9, token=token)
    forget()
    assert MODULE is not None
    again = Token(TokenSettings(module=MODULE, label=slot.label, pin=PIN))
    ring = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, token=again).ring
    assert accept(sign(ring.signer(NOW), claims(), typ="JWT"), ring.jwks(NOW)) == claims()


def test_without_the_token_nothing_signs_and_what_was_signed_is_still_verified(
    token: Token, slot: Slot
) -> None:
    shelf = Shelf()
    ring = open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW - 9, token=token)
    signed = sign(ring.signer(NOW), claims(), typ="JWT")
    forget()
    assert MODULE is not None
    again = Token(TokenSettings(module=MODULE, label=slot.label, pin=PIN))
    with slot.taken_away():
        ring = read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, token=again).ring
        assert accept(signed, ring.jwks(NOW)) == claims()
        with pytest.raises(TokenUnavailable):
            sign(ring.signer(NOW), claims(), typ="JWT")
        with pytest.raises(TokenUnavailable):
            open_ring(Shelf(), KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW, token=again)


def test_settings_that_name_no_token_refuse_its_keys_by_name(token: Token) -> None:
    shelf = Shelf()
    open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW, token=token)
    with pytest.raises(SealError) as caught:
        read_ring(shelf, KEK, purpose="oidc", issuer=ISSUER)
    assert caught.value.reason == "token"


def test_the_database_holds_no_private_half_even_for_who_opens_the_seal(token: Token) -> None:
    from keys.private import pack

    ring = open_ring(Shelf(), KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW, token=token)
    (key,) = ring.keys
    assert isinstance(key.private, TokenKey)
    assert pack(key.private) == b"token\0" + key.private.identity + key.private.public_der()


def test_a_ring_in_a_token_can_be_sealed_anew_and_changed(token: Token) -> None:
    shelf = Shelf()
    before = open_ring(shelf, KEK, purpose="oidc", issuer=ISSUER, algs=("ES256",), now=NOW - 9, token=token)
    assert reseal(shelf, KEK, NEW, purpose="oidc", issuer=ISSUER, token=token) == 1
    stored = read_ring(shelf, NEW, purpose="oidc", issuer=ISSUER, token=token)
    assert stored.ring == before
    gone = dataclasses.replace(before.keys[0], private=None, destroyed_at=NOW)
    assert write_ring(shelf, NEW, stored, dataclasses.replace(before, keys=(gone,)))
    assert read_ring(shelf, NEW, purpose="oidc", issuer=ISSUER).ring.keys == (gone,)
    assert seal(NEW, gone, version=9).sealed
