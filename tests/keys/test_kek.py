"""Key-encrypting keys: from a file, the environment or a passphrase, in two ways of sealing, and replaced."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from keys.encoding import b64, unb64
from keys.kek import (
    Kek,
    SealError,
    Sealing,
    create_kek,
    create_stretching,
    read_kek,
    stretch_kek,
    take_kek,
    unwrap,
    wrap,
)

SECRET = bytes(range(32))
NAMES = ("key", "one")
WAYS: tuple[Sealing, ...] = ("aes-256-gcm", "sm4-gcm")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(SealError) as caught:
        act()
    return caught.value.reason


def test_a_key_file_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    made = create_kek(path)
    assert (path.stat().st_mode & 0o777, path.stat().st_size) == (0o600, 32)
    assert read_kek(path) == made
    with pytest.raises(FileExistsError):
        create_kek(path)
    assert read_kek(path) == made


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_file_of_another_size_is_refused_by_name(tmp_path: Path, size: int) -> None:
    path = tmp_path / "kek"
    path.write_bytes(bytes(size))
    path.chmod(0o600)
    assert refusal(lambda: read_kek(path)) == "kek_size"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_file_open_to_others_is_refused_by_name(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kek"
    create_kek(path)
    path.chmod(mode)
    assert refusal(lambda: read_kek(path)) == "kek_mode"


def test_a_key_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    assert refusal(lambda: read_kek(tmp_path / "kek")) == "kek_missing"
    assert refusal(lambda: read_kek(tmp_path)) in {"kek_missing", "kek_mode"}


def unopened(kek: Kek, blob: bytes) -> str:
    return refusal(lambda: unwrap(kek, NAMES, blob))


@pytest.mark.parametrize("way", WAYS)
def test_what_is_sealed_opens_and_says_itself_how_it_was_sealed(way: Sealing) -> None:
    blob = wrap(Kek(SECRET, way), NAMES, b"data")
    for other in WAYS:
        assert unwrap(Kek(SECRET, other), NAMES, blob) == b"data"
    assert Kek(SECRET, way).sealed_here(blob)
    assert not any(Kek(SECRET, other).sealed_here(blob) for other in WAYS if other != way)
    assert not Kek(bytes(32), way).sealed_here(blob)


@pytest.mark.parametrize("way", WAYS)
def test_every_changed_byte_and_every_other_name_is_noticed(way: Sealing) -> None:
    kek = Kek(SECRET, way)
    blob = wrap(kek, NAMES, b"data")
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        assert unopened(kek, bytes(changed)) in {"format", "kek_wrong", "foreign"}
    assert refusal(lambda: unwrap(kek, ("key", "two"), blob)) == "foreign"
    assert {unopened(kek, blob[:length]) for length in range(24, len(blob))} == {"foreign"}


def test_one_way_of_sealing_cannot_pass_for_the_other() -> None:
    blob = wrap(Kek(SECRET, "sm4-gcm"), NAMES, b"data")
    assert refusal(lambda: unwrap(Kek(SECRET), NAMES, b"MYS1" + blob[4:])) == "foreign"


def test_sm4_gcm_is_the_one_of_the_specification() -> None:
    """RFC 8998 appendix A.1."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key, nonce = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
    plain = b"".join(bytes([each]) * 8 for each in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    sealed = cipher.update(plain) + cipher.finalize()
    assert sealed.hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735")
    assert cipher.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_while_a_key_is_replaced_both_open_and_the_new_one_seals() -> None:
    old, new = Kek(bytes(32)), Kek(SECRET)
    both = new.replacing(old)
    assert unwrap(both, NAMES, wrap(old, NAMES, b"data")) == b"data"
    assert unwrap(new, NAMES, wrap(both, NAMES, b"data")) == b"data"
    assert refusal(lambda: unwrap(new, NAMES, wrap(old, NAMES, b"data"))) == "kek_wrong"
    assert refusal(lambda: unwrap(old, NAMES, wrap(both, NAMES, b"data"))) == "kek_wrong"


def test_a_key_of_the_environment_is_taken_out_of_it() -> None:
    environ = {"NODE_KEK": b64(SECRET), "PATH": "/bin"}
    assert take_kek(environ, "NODE_KEK") == Kek(SECRET)
    assert environ == {"PATH": "/bin"}
    assert refusal(lambda: take_kek(environ, "NODE_KEK")) == "kek_missing"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "kek_format"),
        ("not base64url!", "kek_format"),
        (b64(SECRET) + "=", "kek_format"),
        (b64(SECRET[:31]), "kek_size"),
        (b64(SECRET + b"x"), "kek_size"),
    ],
)
def test_a_key_of_the_environment_that_is_none_is_refused_without_being_repeated(
    text: str, reason: str
) -> None:
    with pytest.raises(SealError) as caught:
        take_kek({"NODE_KEK": text}, "NODE_KEK")
    assert caught.value.reason == reason
    assert not text or text not in str(caught.value)


def test_a_passphrase_is_stretched_with_the_salt_and_cost_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    create_stretching(path)
    said = json.loads(path.read_bytes())
    kek = stretch_kek("correct horse 电池", path)
    plain = Argon2id(salt=unb64(said["salt"]), length=32, iterations=3, lanes=4, memory_cost=65536)
    assert kek.secret == plain.derive("correct horse 电池".encode())
    assert stretch_kek("correct horse", path) != kek
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_stretching(path)


def test_a_wrong_passphrase_shows_when_something_is_opened(tmp_path: Path) -> None:
    create_stretching(tmp_path / "kek.json")
    blob = wrap(stretch_kek("right", tmp_path / "kek.json"), NAMES, b"data")
    assert refusal(lambda: unwrap(stretch_kek("wrong", tmp_path / "kek.json"), NAMES, blob)) == "kek_wrong"


COSTS: dict[str, str | dict[str, object]] = {
    "not JSON": "x",
    "a list": "[]",
    "another kind": {"kdf": "scrypt"},
    "hardly any memory": {"memory": 8},
    "all the memory there is": {"memory": 2**40},
    "no iterations": {"iterations": 0},
    "endless iterations": {"iterations": 10**9},
    "no lanes": {"lanes": 0},
    "a cost that is text": {"memory": "65536"},
    "a salt that is none": {"salt": "!"},
    "a salt that is a number": {"salt": 7},
    "a short salt": {"salt": "AA"},
}


@pytest.mark.parametrize("case", COSTS)
def test_a_file_without_a_lawful_salt_and_cost_is_refused_by_name(tmp_path: Path, case: str) -> None:
    path = tmp_path / "kek.json"
    create_stretching(path)
    wrong = COSTS[case]
    said = json.loads(path.read_bytes())
    path.write_text(wrong if isinstance(wrong, str) else json.dumps({**said, **wrong}))
    assert refusal(lambda: stretch_kek("x", path)) == "kek_format"


def test_no_key_shows_in_a_repr() -> None:
    assert "secret" not in repr(Kek(SECRET).replacing(Kek(bytes(32))))
