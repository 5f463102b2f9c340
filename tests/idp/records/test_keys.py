"""Rings are saved whole, by whoever was first, and nothing in them lies open."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp.records.database import Database
from idp.records.keys import KeyRecords
from idp.records.secrets import Secrets
from idp.records.tables import secrets
from keys.seal import Kek, SealedKey, SealError
from keys.store import open_ring

KEK = Kek(b"k" * 32)


def _key(kid: str, generated: float = 0.0) -> SealedKey:
    return SealedKey(
        kid=kid,
        alg="ES256",
        purpose="oidc",
        issuer="http://gd.localhost",
        public={"kty": "EC"},
        generated=generated,
        published=0.5,
        active_from=1.25,
        retired_at=2.5,
        forget_at=None,
        compromised_at=3.0,
        reason="令牌丢失",
        sealed=b"\x00\xffblob",
    )


@pytest.fixture
def records(database: Database) -> KeyRecords:
    return KeyRecords(database)


def test_a_ring_that_was_never_saved_has_version_0_and_no_keys(records: KeyRecords) -> None:
    assert records.load("oidc") == (0, ())


def test_keys_come_back_equal_oldest_first(records: KeyRecords) -> None:
    keys = (_key("b", 1.0), _key("a", 2.0))
    assert records.save("oidc", 0, keys[::-1])
    assert records.load("oidc") == (1, keys)


def test_saving_replaces_the_whole_ring_and_counts(records: KeyRecords) -> None:
    records.save("oidc", 0, [_key("a")])
    assert records.save("oidc", 1, [_key("b")])
    assert records.load("oidc") == (2, (_key("b"),))


@pytest.mark.parametrize("version", [0, 2, -1])
def test_an_outdated_version_changes_nothing(records: KeyRecords, version: int) -> None:
    records.save("oidc", 0, [_key("a")])
    assert not records.save("oidc", version, [_key("b")])
    assert records.load("oidc") == (1, (_key("a"),))


def test_an_empty_ring_is_a_ring(records: KeyRecords) -> None:
    assert records.save("oidc", 0, ())
    assert records.load("oidc") == (1, ())


def test_rings_of_two_purposes_do_not_meet(records: KeyRecords) -> None:
    records.save("oidc", 0, [_key("a")])
    assert records.load("federation") == (0, ())
    with pytest.raises(ValueError, match="another ring"):
        records.save("federation", 0, [_key("a")])


def test_of_many_that_rotate_at_once_one_does(records: KeyRecords) -> None:
    records.save("oidc", 0, [_key("a")])
    gate = Barrier(20)

    def rotate(number: int) -> bool:
        gate.wait()
        return records.save("oidc", 1, [_key("a"), _key(f"new{number}")])

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(rotate, range(20))).count(True) == 1
    version, keys = records.load("oidc")
    assert (version, len(keys)) == (2, 2)


def test_nodes_that_start_together_have_one_ring(records: KeyRecords) -> None:
    gate = Barrier(8)

    def start(_: int) -> tuple[str, ...]:
        gate.wait()
        ring = open_ring(
            records, KEK, purpose="oidc", issuer="http://gd.localhost", algs=("ES256",), now=1000.0
        )
        return tuple(key.kid for key in ring.keys)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(8)))) == 1


def test_a_secret_is_made_once_and_stays(database: Database) -> None:
    first = Secrets(database, KEK).get_or_create("pairwise")
    assert len(first) == 32
    assert Secrets(database, KEK).get_or_create("pairwise") == first
    assert Secrets(database, KEK).get_or_create("audit") != first


def test_nodes_that_start_together_have_one_secret(database: Database) -> None:
    gate = Barrier(8)

    def start(_: int) -> bytes:
        gate.wait()
        return Secrets(database, KEK).get_or_create("pairwise")

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(8)))) == 1


def test_a_secret_does_not_lie_open_and_does_not_open_elsewhere(database: Database) -> None:
    value = Secrets(database, KEK).get_or_create("pairwise")
    with database.write() as sql:
        assert value not in sql.execute(secrets.select()).one().sealed
        sql.execute(secrets.update().values(name="audit"))
    with pytest.raises(SealError, match="foreign"):
        Secrets(database, KEK).get_or_create("audit")
    with pytest.raises(SealError, match="kek_wrong"):
        Secrets(database, Kek(b"x" * 32)).get_or_create("audit")
