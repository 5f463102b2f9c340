"""Keys at rest: they open where they belong, and nowhere else, and the refusal has a name."""

import dataclasses
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys.jose import sign
from keys.private import pack
from keys.seal import Kek, SealedKey, SealError, _names, seal, unseal, unwrap, wrap
from keys.secret import new_secret, open_bytes, pairwise, seal_bytes
from tests.keys.accept import accept
from tests.keys.forge import ISSUER, NOW, claims, key

KEK = Kek(bytes(range(32)))
OTHER = Kek(bytes(32))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(SealError) as caught:
        act()
    return caught.value.reason


@pytest.mark.parametrize("alg", ["ES256", "ES384", "RS256", "PS256", "EdDSA", "ML-DSA-65"])
def test_a_sealed_key_opens_and_signs(alg: str) -> None:
    one = dataclasses.replace(key(alg), retired_at=NOW, forget_at=NOW + 1, compromised_at=NOW + 2)
    opened = unseal(KEK, seal(KEK, one, version=1), version=1)
    assert opened == one
    assert accept(sign(opened, claims(), typ="JWT"), {"keys": [dict(one.public)]}, algs=(alg,)) == claims()


def test_another_key_encrypting_key_is_refused_by_name() -> None:
    assert refusal(lambda: unseal(OTHER, seal(KEK, key(), version=1), version=1)) == "kek_wrong"


MOVED: dict[str, dict[str, object]] = {
    "of another purpose": {"purpose": "federation"},
    "of another issuer": {"issuer": ISSUER + "x"},
    "of another kid": {"kid": key(name="other").kid},
    "with the blob of another key": {"sealed": seal(KEK, key(name="other"), version=1).sealed},
    "with a secret instead": {"sealed": seal_bytes(KEK, key().kid, b"x" * 32)},
}


@pytest.mark.parametrize("case", MOVED)
def test_a_row_that_was_moved_is_refused_by_name(case: str) -> None:
    row = dataclasses.replace(seal(KEK, key(), version=1), **MOVED[case])  # type: ignore[arg-type]
    assert refusal(lambda: unseal(KEK, row, version=1)) == "foreign"


def test_every_changed_byte_is_noticed() -> None:
    row = seal(KEK, key(), version=1)
    sealed = row.sealed or b""
    assert sealed
    for place in range(len(sealed)):
        blob = bytearray(sealed)
        blob[place] ^= 1
        changed = dataclasses.replace(row, sealed=bytes(blob))
        assert refusal(lambda row=changed: unseal(KEK, row, version=1)) in {"format", "kek_wrong", "foreign"}  # type: ignore[misc]


@pytest.mark.parametrize("blob", [b"", b"MYS1", b"x" * 60, b"MYS1" + KEK.id, b"MYS1" + KEK.id + bytes(11)])
def test_what_was_not_sealed_here_is_refused_by_name(blob: bytes) -> None:
    assert (
        refusal(lambda: unseal(KEK, dataclasses.replace(seal(KEK, key(), version=1), sealed=blob), version=1))
        == "format"
    )


def test_a_blob_that_ends_early_is_refused_by_name() -> None:
    assert refusal(lambda: unwrap(KEK, ("a",), b"MYS1" + KEK.id + bytes(12))) == "foreign"


EDITED: dict[str, dict[str, object]] = {
    "another algorithm": {"alg": "ES384"},
    "another public half": {"public": dict(key(name="other").public)},
    "made earlier": {"generated": NOW - 1},
    "published earlier": {"published": NOW - 2000},
    "active earlier": {"active_from": NOW - 2000},
    "never active": {"active_from": None},
    "not retired": {"retired_at": None},
    "retired later": {"retired_at": NOW + 1},
    "kept longer": {"forget_at": NOW + 10_000},
    "kept for ever": {"forget_at": None},
    "not compromised": {"compromised_at": None},
    "compromised later": {"compromised_at": NOW + 10_000},
    "destroyed": {"destroyed_at": NOW},
    "another reason": {"reason": "superseded"},
}
ENDED = dataclasses.replace(
    key(), retired_at=NOW, forget_at=NOW + 100, compromised_at=NOW + 2, reason="leaked"
)


@pytest.mark.parametrize("case", EDITED)
def test_a_row_that_was_edited_in_the_database_is_refused_by_name(case: str) -> None:
    row = seal(KEK, ENDED, version=1)
    assert unseal(KEK, row, version=1) == ENDED
    changed = dataclasses.replace(row, **EDITED[case])  # type: ignore[arg-type]
    assert refusal(lambda: unseal(KEK, changed, version=1)) == "foreign"


def test_a_row_from_before_a_revocation_cannot_be_put_back() -> None:
    before = seal(KEK, key(), version=1)
    assert unseal(KEK, before, version=1).compromised_at is None
    assert refusal(lambda: unseal(KEK, before, version=2)) == "foreign"


def test_the_seal_of_a_destroyed_key_cannot_be_edited_or_put_back_either() -> None:
    gone = dataclasses.replace(ENDED, private=None, destroyed_at=NOW + 9)
    row = seal(KEK, gone, version=3)
    assert unseal(KEK, row, version=3) == gone
    changed = dataclasses.replace(row, compromised_at=None)
    assert refusal(lambda: unseal(KEK, changed, version=3)) == "foreign"
    assert refusal(lambda: unseal(KEK, row, version=4)) == "foreign"


def test_numbers_that_come_back_from_sql_as_floats_are_the_same_numbers() -> None:
    row = seal(KEK, dataclasses.replace(key(), retired_at=1_900_000_000), version=1)
    assert unseal(KEK, dataclasses.replace(row, retired_at=1_900_000_000.0), version=1).retired_at


X25519 = X25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("data", [b"no key", b"\x30\x00", pytest.param(X25519, id="X25519")])
def test_a_blob_without_a_key_in_it_is_refused_by_name(data: bytes) -> None:
    row = seal(KEK, key(), version=1)
    row = dataclasses.replace(row, sealed=wrap(KEK, _names(row, 1), data))
    assert refusal(lambda: unseal(KEK, row, version=1)) == "mismatch"


def test_a_blob_with_another_key_in_it_is_refused_by_name() -> None:
    row = seal(KEK, key(), version=1)
    row = dataclasses.replace(row, sealed=wrap(KEK, _names(row, 1), pack(key(name="other").private)))
    assert refusal(lambda: unseal(KEK, row, version=1)) == "mismatch"


def test_names_keep_their_borders() -> None:
    blob = wrap(KEK, ("a", "bc"), b"x")
    assert unwrap(KEK, ("a", "bc"), blob) == b"x"
    assert refusal(lambda: unwrap(KEK, ("ab", "c"), blob)) == "foreign"


def test_two_seals_of_one_key_differ() -> None:
    assert seal(KEK, key(), version=1).sealed != seal(KEK, key(), version=1).sealed


def test_nothing_secret_shows() -> None:
    assert "secret" not in repr(KEK)
    assert "sealed" not in repr(seal(KEK, key(), version=1))
    assert {field.name for field in dataclasses.fields(SealedKey) if not field.repr} == {"sealed"}


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
