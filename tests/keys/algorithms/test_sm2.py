"""SM2 with SM3 through the system's OpenSSL: the standard's own example, two other implementations, attacks."""

import subprocess
from pathlib import Path

import gmalg
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.algorithms import libcrypto, sm2

# GB/T 32918.5 annex A.2: recommended curve, ID 1234567812345678.
D = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
X = bytes.fromhex("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020")
Y = bytes.fromhex("CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13")
R = bytes.fromhex("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3")
S = bytes.fromhex("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA")
MESSAGE = b"message digest"
ORDER = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
DER = bytes.fromhex("30770201010420") + D + bytes.fromhex("a00a06082a811ccf5501822da14403420004") + X + Y

pytestmark = pytest.mark.skipif(bool(sm2.missing()), reason=sm2.missing() or "-")


@pytest.mark.spec("GB/T 32918.5 A.2")
def test_the_signature_of_the_standard_holds() -> None:
    assert sm2.PublicKey(X, Y).verify(R + S, MESSAGE)


def test_a_private_key_knows_its_public_half_and_signs() -> None:
    key = sm2.PrivateKey(DER)
    assert key.public_key() == sm2.PublicKey(X, Y)
    assert key.public_key().verify(key.sign(MESSAGE), MESSAGE)
    assert sm2.PrivateKey(key.private_der()).public_key() == key.public_key()


def test_another_implementation_accepts_what_we_sign_and_the_other_way_round() -> None:
    other = gmalg.SM2(sk=D, uid=sm2.IDENTITY, pk=b"\x04" + X + Y)
    signature = sm2.PrivateKey(DER).sign(MESSAGE)
    assert other.verify(MESSAGE, signature[:32], signature[32:])
    r, s = other.sign(MESSAGE)
    assert sm2.PublicKey(X, Y).verify(r + s, MESSAGE)


def test_the_command_line_of_openssl_accepts_what_we_sign(tmp_path: Path) -> None:
    key = sm2.PrivateKey.generate()
    signature = key.sign(MESSAGE)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "data").write_bytes(MESSAGE)
    public = key.public_key()
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004") + public.x + public.y
    (tmp_path / "public").write_bytes(spki)
    command = "openssl pkeyutl -verify -pubin -inkey public -keyform DER -in data -rawin -digest sm3 -sigfile signature"
    said = subprocess.run(
        [*command.split(), "-pkeyopt", "distid:1234567812345678"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert b"Verified Successfully" in said.stdout, said


FALSE = {
    "other data": (R + S, MESSAGE + b"."),
    "r changed": (bytes([R[0] ^ 1]) + R[1:] + S, MESSAGE),
    "s changed": (R + S[:-1] + bytes([S[-1] ^ 1]), MESSAGE),
    "r and s swapped": (S + R, MESSAGE),
    "r of zero": (bytes(32) + S, MESSAGE),
    "s of zero": (R + bytes(32), MESSAGE),
    "both of zero": (bytes(64), MESSAGE),
    "s beyond the order": (R + ORDER.to_bytes(32, "big"), MESSAGE),
    "a byte too few": ((R + S)[:-1], MESSAGE),
    "a byte too many": (R + S + b"\0", MESSAGE),
    "nothing": (b"", MESSAGE),
    "DER instead of r and s": (
        encode_dss_signature(int.from_bytes(R, "big"), int.from_bytes(S, "big")),
        MESSAGE,
    ),
}


@pytest.mark.parametrize("case", FALSE)
def test_a_false_signature_is_refused(case: str) -> None:
    signature, data = FALSE[case]
    assert not sm2.PublicKey(X, Y).verify(signature, data)


def test_the_identifier_of_the_signer_is_part_of_what_is_signed() -> None:
    der = encode_dss_signature(int.from_bytes(R, "big"), int.from_bytes(S, "big"))
    handle = libcrypto.load(sm2._PUBLIC + X + Y, private=False)
    assert libcrypto.verify(handle, MESSAGE, der, sm2.IDENTITY)
    assert not libcrypto.verify(handle, MESSAGE, der, b"8765432187654321")


NO_POINTS = {
    "off the curve": (X, Y[:-1] + bytes([Y[-1] ^ 1])),
    "coordinates swapped": (Y, X),
    "the point of zeros": (bytes(32), bytes(32)),
    "short": (X[:-1], Y),
    "long": (X, Y + b"\0"),
}


@pytest.mark.parametrize("case", NO_POINTS)
def test_what_is_no_point_of_the_curve_is_no_key(case: str) -> None:
    with pytest.raises(ValueError, match=r"not an SM2 key|coordinate size"):
        sm2.PublicKey(*NO_POINTS[case])


NO_PRIVATE = {
    "another curve": DER.replace(
        bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107")
    ),
    "cut short": DER[:-1],
    "with something behind it": DER + b"\0",
    "nothing": b"",
}


@pytest.mark.parametrize("case", NO_PRIVATE)
def test_what_is_no_private_key_is_refused(case: str) -> None:
    with pytest.raises(ValueError, match="private SM2 key"):
        sm2.PrivateKey(NO_PRIVATE[case])


def test_a_system_without_openssl_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "_NAMES", ("libcrypto-of-nobody.so",))
    libcrypto.library.cache_clear()
    sm2.missing.cache_clear()
    try:
        assert "install libssl3" in sm2.missing()
    finally:
        libcrypto.library.cache_clear()
        sm2.missing.cache_clear()


def test_a_build_that_lacks_a_function_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    libcrypto.library.cache_clear()
    monkeypatch.setattr(libcrypto, "_FUNCTIONS", (("EVP_of_nobody", None, ()),))
    try:
        with pytest.raises(libcrypto.Missing, match="EVP_of_nobody"):
            libcrypto.library()
    finally:
        libcrypto.library.cache_clear()
