"""kill -9 at every statement of a rotation: the database holds the ring from before it or the one from after it."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import event

from idp.records.database import Database
from idp.records.keys import KeyRecords
from keys.ring import KeyRing
from keys.rotation import rotate, turn
from keys.seal import Kek
from keys.store import Stored, read_ring, write_ring
from tests.keys.forge import ISSUER, NOW
from tests.keys.life import Maker, done, facts

KEK = Kek(b"k" * 32)
BEFORE = turn(KeyRing(purpose="oidc", keys=()), facts(), NOW, Maker(), ("ES256",)).ring
AFTER = done(rotate(BEFORE, facts(), NOW + 30, new_key=Maker(now=NOW + 30))).ring


def read(database: Database) -> Stored:
    return read_ring(KeyRecords(database), KEK, purpose="oidc", issuer=ISSUER)


def write(database: Database, ring: KeyRing) -> bool:
    return write_ring(KeyRecords(database), KEK, read(database), ring)


def killed_at(file: Path, statement: int) -> int:
    """Another process saves the rotated ring and is killed before its n-th statement (or its commit); the signal."""
    child = os.fork()
    if child == 0:
        database, seen = Database(f"sqlite:///{file}"), [0]
        stored = read(database)

        def count(*_: object) -> None:
            if seen[0] == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            seen[0] += 1

        event.listen(database.engine, "before_cursor_execute", count)
        event.listen(database.engine, "commit", count)
        write_ring(KeyRecords(database), KEK, stored, AFTER)
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("statement", range(6))
def test_a_killed_rotation_leaves_one_whole_ring(database: Database, statement: int) -> None:
    assert database.file is not None
    write(database, BEFORE)
    died = killed_at(database.file, statement) == signal.SIGKILL
    found = read(database)
    ring = found.ring
    assert (found.version, found.refused) == (1 if died else 2, ())
    assert set(ring.keys) == set((BEFORE if died else AFTER).keys)
    assert ring.signer(NOW + 31) in ring.published(NOW + 31)
    if died:  # the next process does what the dead one wanted
        assert write(database, AFTER)
        assert set(read(database).ring.keys) == set(AFTER.keys)


def test_both_outcomes_are_tried(database: Database) -> None:
    assert database.file is not None
    write(database, BEFORE)
    assert killed_at(database.file, 0) == signal.SIGKILL
    assert killed_at(database.file, 99) == 0
