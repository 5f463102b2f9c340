"""Keys at rest: they open where they belong, and nowhere else, and the refusal has a name."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys.jose import sign
from keys.seal import Kek, SealedKey, SealError, create_kek, read_kek, seal, unseal, unwrap, wrap
from keys.secret import new_secret, open_bytes, pairwise, seal_bytes
from tests.keys.accept import accept
from tests.keys.forge import ISSUER, NOW, claims, key

KEK = Kek(bytes(range(32)))
OTHER = Kek(bytes(32))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(SealError) as caught:
        act()
    return caught.value.reason


@pytest.mark.parametrize("alg", ["ES256", "ES384", "RS256", "PS256", "EdDSA"])
def test_a_sealed_key_opens_and_signs(alg: str) -> None:
    one = dataclasses.replace(key(alg), retired_at=NOW, forget_at=NOW + 1, compromised_at=NOW + 2)
    opened = unseal(KEK, seal(KEK, one))
    assert opened == one
    assert accept(sign(opened, claims(), typ="JWT"), {"keys": [dict(one.public)]}, algs=(alg,)) == claims()


def test_another_key_encrypting_key_is_refused_by_name() -> None:
    assert refusal(lambda: unseal(OTHER, seal(KEK, key()))) == "kek_wrong"


MOVED: dict[str, dict[str, object]] = {
    "of another purpose": {"purpose": "federation"},
    "of another issuer": {"issuer": ISSUER + "x"},
    "of another kid": {"kid": key(name="other").kid},
    "with the blob of another key": {"sealed": seal(KEK, key(name="other")).sealed},
    "with a secret instead": {"sealed": seal_bytes(KEK, key().kid, b"x" * 32)},
}


@pytest.mark.parametrize("case", MOVED)
def test_a_row_that_was_moved_is_refused_by_name(case: str) -> None:
    row = dataclasses.replace(seal(KEK, key()), **MOVED[case])  # type: ignore[arg-type]
    assert refusal(lambda: unseal(KEK, row)) == "foreign"


def test_every_changed_byte_is_noticed() -> None:
    row = seal(KEK, key())
    sealed = row.sealed or b""
    assert sealed
    for place in range(len(sealed)):
        blob = bytearray(sealed)
        blob[place] ^= 1
        changed = dataclasses.replace(row, sealed=bytes(blob))
        assert refusal(lambda row=changed: unseal(KEK, row)) in {"format", "kek_wrong", "foreign"}  # type: ignore[misc]


@pytest.mark.parametrize("blob", [b"", b"MYS1", b"x" * 60, b"MYS1" + KEK.id, b"MYS1" + KEK.id + bytes(11)])
def test_what_was_not_sealed_here_is_refused_by_name(blob: bytes) -> None:
    assert refusal(lambda: unseal(KEK, dataclasses.replace(seal(KEK, key()), sealed=blob))) == "format"


def test_a_blob_that_ends_early_is_refused_by_name() -> None:
    assert refusal(lambda: unwrap(KEK, ("a",), b"MYS1" + KEK.id + bytes(12))) == "foreign"


def test_an_algorithm_that_was_edited_is_refused_by_name() -> None:
    row = dataclasses.replace(seal(KEK, key()), alg="ES384")
    assert refusal(lambda: unseal(KEK, row)) == "mismatch"


X25519 = X25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("der", [b"", b"no key", b"\x30\x00", pytest.param(X25519, id="X25519")])
def test_a_blob_without_a_key_in_it_is_refused_by_name(der: bytes) -> None:
    row = dataclasses.replace(seal(KEK, key()), sealed=wrap(KEK, ("key", "oidc", ISSUER, key().kid), der))
    assert refusal(lambda: unseal(KEK, row)) == "mismatch"


def test_names_keep_their_borders() -> None:
    blob = wrap(KEK, ("a", "bc"), b"x")
    assert unwrap(KEK, ("a", "bc"), blob) == b"x"
    assert refusal(lambda: unwrap(KEK, ("ab", "c"), blob)) == "foreign"


def test_two_seals_of_one_key_differ() -> None:
    assert seal(KEK, key()).sealed != seal(KEK, key()).sealed


def test_nothing_secret_shows() -> None:
    assert "secret" not in repr(KEK)
    assert "sealed" not in repr(seal(KEK, key()))
    assert {field.name for field in dataclasses.fields(SealedKey) if not field.repr} == {"sealed"}


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


def test_a_secret_opens_under_its_name_only() -> None:
    blob = seal_bytes(KEK, "pairwise", b"secret")
    assert open_bytes(KEK, "pairwise", blob) == b"secret"
    assert refusal(lambda: open_bytes(KEK, "other", blob)) == "foreign"
    assert refusal(lambda: open_bytes(OTHER, "pairwise", blob)) == "kek_wrong"
    assert refusal(lambda: open_bytes(KEK, "pairwise", b"secret")) == "format"


def test_a_new_secret_is_long_and_new() -> None:
    assert len(new_secret()) == 32
    assert new_secret() != new_secret()


SECRET = bytes(range(32))


def test_a_pairwise_subject_is_the_same_each_time_and_fits_everywhere() -> None:
    sub = pairwise(SECRET, "portal.example", "account", "wang")
    assert sub == pairwise(SECRET, "portal.example", "account", "wang")
    assert sub == "Py33hGsHTqN9hYLI84BabC6zLpmRcvDwsmR5aU_D4DI"
    assert pairwise(SECRET, "portal.example", "account", "王小明")


def test_a_pairwise_subject_differs_by_secret_sector_source_and_person() -> None:
    parts = ("portal.example", "account", "wang")
    subjects = {pairwise(SECRET, *parts), pairwise(bytes(32), *parts)}
    for place in range(3):
        changed = [*parts]
        changed[place] += "x"
        subjects.add(pairwise(SECRET, *changed))
    subjects.add(pairwise(SECRET, "portal.examplea", "ccount", "wang"))
    assert len(subjects) == 6


@pytest.mark.parametrize("parts", [("a\0b", "c", "d"), ("a", "b\0", "d"), ("a", "b", "\0d")])
def test_a_part_with_nul_in_it_is_refused(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="NUL"):
        pairwise(SECRET, *parts)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="short"):
        pairwise(bytes(31), "a", "b", "c")
