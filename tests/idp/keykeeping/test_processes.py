"""Real processes: killed at every write of a rotation, rotating all at once, and with a full disk."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event

from idp.errors import Unavailable
from idp.keykeeping.office import Declined
from keys.plan import currents
from tests.idp.keykeeping.house import House, Process, lifetimes

WAIT = lifetimes("oidc").wait


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A node whose standby may sign."""
    made = House(tmp_path)
    one = made.process()
    made.rounds()
    made.pass_(WAIT + 2)
    one.database.close()
    yield made
    made.close()


def child(work: Callable[[], None]) -> int:
    """Do it in a process of its own; returns how that ended, as `os.waitpid` says."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def killed_at(house: House, number: int, act: Callable[[Process], object]) -> bool:
    """Kill a process at its n-th statement or commit; False: it had finished before."""

    def work() -> None:
        process = house.process()
        process.rings.look("oidc")
        left = [number]

        def count(*_: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(process.database.engine, "before_cursor_execute", count)
        event.listen(process.database.engine, "commit", count)
        with suppress(Declined):  # the one before was killed after its change was whole
            act(process)

    status = child(work)
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("what", ["a person rotates", "the wheel turns", "a key is revoked"])
def test_a_process_that_is_killed_at_any_write_leaves_a_whole_ring(house: House, what: str) -> None:
    signing = house.processes[0].signer()
    if what == "the wheel turns":
        house.clock.now += lifetimes("oidc").period
    acts: dict[str, Callable[[Process], object]] = {
        "a person rotates": lambda process: process.office().rotate("oidc", None),
        "the wheel turns": lambda process: process.keeper.round(),
        "a key is revoked": lambda process: process.office().revoke(signing, "copied"),
    }
    number = 1
    while killed_at(house, number, acts[what]):
        look_whole(house)
        number += 1
    assert number > 10, "there were writes to be killed at"
    after = look_whole(house)
    assert after.signer() != signing


def look_whole(house: House) -> Process:
    """Start a process on what is left: it serves one ring, and signs with a key that is published."""
    process = house.process()
    held = process.rings.look("oidc")
    assert not held.stored.refused
    assert len(currents(held.ring, "ES256")) == 1
    assert process.signer() in process.served()
    told = {
        str(one.entry.details.get("kid"))
        for one in process.audit.tail(100)
        if one.entry.event == "key.activated"
    }
    since = [
        key.kid for key in held.ring.keys if key.active_from and key.generated != held.ring.keys[0].generated
    ]
    assert set(since) <= told, "a key that signs was told of"
    assert process.audit.verify() == ()
    process.database.close()
    return process


def test_of_many_who_rotate_at_the_same_moment_one_does(house: House) -> None:
    gate, go = os.pipe()

    def work() -> None:
        process = house.process()
        office = process.office()
        process.rings.look("oidc")
        os.close(go)
        os.read(gate, 1)
        try:
            office.rotate("oidc", None)
        except (Declined, Unavailable):
            os._exit(3)

    pids = []
    for _ in range(8):
        pid = os.fork()
        if pid == 0:
            try:
                work()
            except BaseException:
                os._exit(1)
            os._exit(0)
        pids.append(pid)
    os.close(gate)
    os.close(go)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids)
    assert codes == [0, 3, 3, 3, 3, 3, 3, 3]
    ring = look_whole(house).rings.oidc()
    assert len([key for key in ring.keys if key.active_from]) == 2


def test_a_full_disk_changes_nothing_and_signing_goes_on(house: House) -> None:
    process = house.process()
    before = process.signer()
    with process.database.engine.connect() as sql:
        pages = sql.exec_driver_sql("PRAGMA page_count").scalar()
    event.listen(
        process.database.engine,
        "begin",
        lambda sql: sql.exec_driver_sql(f"PRAGMA max_page_count={pages}"),
    )
    fill(process)
    with pytest.raises(Unavailable):
        process.office().rotate("oidc", None)
    assert process.signer() == before
    assert process.rings.look("oidc").stored.version == 2


def fill(process: Process) -> None:
    """Write until nothing more can be written."""
    with suppress(Unavailable):
        for _ in range(200):
            process.log.record("client.removed", filler="x" * 500)
        raise AssertionError("the disk is not full")
