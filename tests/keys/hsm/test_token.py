"""Keys in a PKCS#11 token: made there, never leaving it; a token that is gone is said to be gone."""

import threading
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.hsm import Token, TokenKey, TokenSettings, TokenUnavailable
from tests.keys.hsm.softhsm import MODULE, PIN, Slot, forget, softhsm

pytestmark = [pytest.mark.softhsm, softhsm]


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(
    slot: Slot,
    *,
    pin: str = PIN,
    label: str | None = None,
    clock: Callable[[], float] | None = None,
    gone: Callable[[str], Exception] = TokenUnavailable,
    wait: float = 5,
) -> Token:
    assert MODULE is not None
    settings = TokenSettings(module=MODULE, label=label or slot.label, pin=pin, wait=wait)
    return Token(settings, gone=gone, clock=clock or Time())


def accepted(key: TokenKey, data: bytes) -> bool:
    signature = key.sign(data)
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        key.public_key().verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def test_a_key_made_in_the_token_signs(slot: Slot) -> None:
    key = opened(slot).generate()
    assert accepted(key, b"data")
    assert isinstance(key.public_key().curve, ec.SECP256R1)


def test_the_key_is_there_after_a_restart(slot: Slot) -> None:
    key = opened(slot).generate()
    forget()
    again = opened(slot).key(key.identity, key.public_key())
    assert accepted(again, b"data")


def test_the_private_half_cannot_be_read(slot: Slot) -> None:
    import pkcs11

    token = opened(slot)
    identity = token.generate().identity

    def attributes(seat: object) -> tuple[bool, bool, bool]:
        key = seat.session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=identity)  # type: ignore[attr-defined]
        with pytest.raises(pkcs11.AttributeSensitive):
            _value = key[pkcs11.Attribute.VALUE]
        at = pkcs11.Attribute
        return key[at.NEVER_EXTRACTABLE], key[at.ALWAYS_SENSITIVE], key[at.LOCAL]

    assert token._session.run(attributes) == (True, True, True)


def test_a_key_that_may_leave_its_token_is_not_used(slot: Slot) -> None:
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    token = opened(slot)

    def plant(seat: object) -> bytes:
        at = pkcs11.Attribute
        with seat.token.open(rw=True) as session:  # type: ignore[attr-defined]
            curve = session.create_domain_parameters(
                pkcs11.KeyType.EC, {at.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
            )
            loose = {at.EXTRACTABLE: True, at.SENSITIVE: False}
            public, _ = curve.generate_keypair(id=b"loose", store=True, private_template=loose)
            return bytes(public[at.EC_POINT])[-65:]

    point = token._session.run(plant)
    key = token.key(b"loose", ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    with pytest.raises(TokenUnavailable, match="KeyUnextractable"):
        key.sign(b"data")


def test_another_key_under_the_same_identifier_is_not_used(slot: Slot) -> None:
    token = opened(slot)
    one, other = token.generate(), token.generate()
    assert accepted(token.key(one.identity, one.public_key()), b"data")
    swapped = token.key(other.identity, one.public_key())
    with pytest.raises(TokenUnavailable, match="KeyTypeInconsistent"):
        swapped.sign(b"data")


def test_a_token_that_is_gone_is_typed_and_works_again_once_it_is_back(slot: Slot) -> None:
    clock = Time()
    token = opened(slot, clock=clock)
    key = token.generate()
    assert accepted(key, b"data")
    clock.now += 10
    with slot.taken_away(), pytest.raises(TokenUnavailable, match="no token"):
        key.sign(b"data")
    clock.now += 10
    assert accepted(key, b"data")


def test_the_caller_chooses_the_error(slot: Slot) -> None:
    class Ours(Exception):
        pass

    with pytest.raises(Ours, match="no token"):
        opened(slot, label="nobody", gone=Ours).generate()


def test_a_token_that_does_not_answer_is_asked_once_a_second(slot: Slot) -> None:
    clock = Time()
    token = opened(slot, label="nobody", clock=clock)
    for said in ("no token", "a moment ago"):
        with pytest.raises(TokenUnavailable, match=said):
            token.ready()
    clock.now += 1
    with pytest.raises(TokenUnavailable, match="no token"):
        token.ready()


def test_a_refused_pin_is_never_tried_again(slot: Slot) -> None:
    forget()
    clock = Time()
    token = opened(slot, pin="000000", clock=clock)
    for said in ("refused the PIN$", "restart", "restart"):
        clock.now += 100
        with pytest.raises(TokenUnavailable, match=said):
            token.ready()


def test_while_somebody_is_inside_the_next_waits_and_is_refused(slot: Slot) -> None:
    token = opened(slot, wait=0.05)
    key = token.generate()
    busy, done = threading.Event(), threading.Event()

    def hold(_seat: object) -> None:
        busy.set()
        done.wait(10)

    other = threading.Thread(target=lambda: token._session.run(hold))
    other.start()
    assert busy.wait(10)
    with pytest.raises(TokenUnavailable, match="busy"):
        key.sign(b"data")
    done.set()
    other.join()
    assert accepted(key, b"data")


def test_threads_that_sign_at_the_same_time_take_turns(slot: Slot) -> None:
    token = opened(slot)
    key = token.generate()
    failures: list[object] = []

    def sign() -> None:
        for number in range(50):
            if not accepted(key, number.to_bytes(2, "big")):
                failures.append(number)

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_destroyed_key_is_gone_and_others_are_not(slot: Slot) -> None:
    token = opened(slot)
    one, other = token.generate(), token.generate()
    assert accepted(one, b"data")
    assert accepted(other, b"data")
    one.destroy()
    one.destroy()
    with pytest.raises(TokenUnavailable):
        one.sign(b"data")
    assert accepted(other, b"data")


def test_the_pin_is_in_no_repr(slot: Slot) -> None:
    assert MODULE is not None
    assert PIN not in repr(TokenSettings(module=MODULE, label="t", pin=PIN))
