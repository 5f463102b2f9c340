"""Both rings turn by themselves, with many processes, and whatever is lost meanwhile."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.errors import Unavailable
from idp.keykeeping.leader import LEASE
from idp.keykeeping.office import Declined
from idp.superiors import View
from keys.evidence import Level
from tests.idp.keykeeping.house import DELAY, HUB, SKEW, House, lifetimes

ANCHOR = "http://anchor.localhost:8401"
WAIT = lifetimes("oidc").wait
FAREWELL = lifetimes("oidc").farewell


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def test_a_new_ring_signs_at_once_and_soon_publishes_a_standby(house: House) -> None:
    one = house.process()
    first = one.signer()
    house.rounds()
    assert one.signer() == first
    assert len(one.served()) == 2


def test_a_whole_rotation_goes_by_itself_when_the_schedule_says_so(house: House) -> None:
    one, two = house.process(), house.process()
    house.rounds()
    first = one.signer()
    house.pass_(lifetimes("oidc").period + 4, step=60)
    house.pass_(10)
    assert one.signer() == two.signer() != first
    assert first in one.served(), "what it signed is alive"
    house.pass_(FAREWELL + 4)
    assert first not in one.served() | two.served()
    events = [one.entry.event for one in one.audit.tail(50)]
    assert {"key.generated", "key.published", "key.activated", "key.retired", "key.forgotten"} <= set(events)


def test_a_person_rotates_as_soon_as_the_gates_are_open_and_not_before(house: House) -> None:
    one = house.process()
    house.rounds()
    house.rounds()
    first = one.signer()
    with pytest.raises(Declined, match="waiting for copies of the old key set"):
        one.office().rotate("oidc", None)
    house.pass_(WAIT + 2)
    assert one.office().rotate("oidc", None).events
    assert one.signer() != first


def test_a_process_that_has_not_read_the_key_keeps_it_from_signing(house: House) -> None:
    one, two = house.process(), house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    stuck = two.keeper._said["oidc"]
    behind = type(stuck)(name="p1", acknowledged=frozenset(), signing=stuck.signing, heartbeat=house.clock())
    one.facts.beat("oidc", behind, 1)
    with pytest.raises(Declined, match="waiting for replica p1 to serve the key"):
        one.office().rotate("oidc", None)
    house.pass_(DELAY + SKEW + 2, one)
    assert one.office().rotate("oidc", None), "one that fell silent does not count any more"


def test_a_process_that_cannot_read_its_ring_neither_signs_nor_publishes_once_the_others_stop_counting_it(
    house: House,
) -> None:
    one, two = house.process(), house.process()
    house.rounds()
    kid = two.signer()
    two.database.close()
    two.rings._store = _Lost()  # type: ignore[assignment]
    house.clock.now += DELAY - 1
    assert two.signer() == kid
    house.clock.now += 1
    with pytest.raises(Unavailable):
        two.signer()
    with pytest.raises(Unavailable):
        two.served()
    assert one.signer() == kid


class _Lost:
    def load(self, _purpose: str) -> None:
        raise Unavailable("records")


def test_of_two_people_who_rotate_at_once_one_is_told_and_one_key_is_new(house: House) -> None:
    one, two = house.process(), house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    late = two.office()
    held = two.rings.look("oidc")
    real = two.rings.look
    answers = iter([held, held])
    two.rings.look = lambda purpose: next(answers, None) or real(purpose)  # type: ignore[method-assign]
    assert one.office().rotate("oidc", None).events
    with pytest.raises(Declined, match="somebody else has rotated this ring just now"):
        late.rotate("oidc", None)
    assert len([key for key in one.rings.oidc().keys if key.active_from]) == 2


def test_only_one_process_turns_the_wheel_and_another_takes_over(house: House) -> None:
    one, two = house.process(), house.process()
    house.rounds()
    assert one.keeper.leader.fence() is not None
    assert two.keeper.leader.fence() is None
    house.clock.now += LEASE + 1
    assert two.keeper.leader.fence() is not None
    assert one.keeper.leader.fence() is None


def test_clocks_that_differ_by_the_skew_break_nothing(house: House) -> None:
    ahead, behind = house.process(skew=SKEW), house.process()
    house.rounds()
    house.pass_(WAIT + SKEW + 2)
    change = ahead.office().rotate("oidc", None)
    assert change.events
    assert behind.signer() in behind.served()
    house.pass_(SKEW + 4)
    assert behind.signer() == ahead.signer()


def test_without_the_store_nobody_leads_and_everybody_signs(house: House) -> None:
    one = house.process()
    house.rounds()
    house.store.down = True
    house.clock.now += lifetimes("oidc").period
    with pytest.raises(Unavailable):
        one.keeper.round()
    assert one.signer()
    house.store.down = False
    house.rounds()
    house.rounds()
    assert len([key for key in one.rings.oidc().keys if key.active_from]) == 2


def test_what_was_signed_is_written_down_later_if_it_cannot_be_now(house: House) -> None:
    one = house.process()
    house.rounds()
    kid = one.signer()
    one.tally.note(kid, at=house.clock(), exp=house.clock() + 60)
    note, one.facts.note = one.facts.note, _lose  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable):
        one.keeper.round()
    one.facts.note = note  # type: ignore[method-assign]
    house.rounds()
    assert one.facts.ledger().latest_exp(kid) == house.clock() + 60


def _lose(*_: object) -> None:
    raise Unavailable("records")


def test_a_federation_key_waits_for_the_peer_that_pinned_the_one_before(house: House) -> None:
    one = house.process(pins=(HUB,))
    house.rounds()
    house.pass_(WAIT + 2)
    with pytest.raises(Declined, match=f"waiting for {HUB} to adopt the key"):
        one.office().rotate("federation", None)
    standby = next(key for key in one.rings.federation().keys if key.active_from is None)
    one.lookout.note(standby.kid, HUB, "peer", Level.E3)
    house.rounds()
    assert one.office().rotate("federation", None).events


def test_a_federation_key_waits_for_what_a_superior_really_states(house: House) -> None:
    one = house.process(superiors=(ANCHOR,))
    house.rounds()
    standby = next(key for key in one.rings.federation().keys if key.active_from is None)
    house.pass_(WAIT + 2)
    with pytest.raises(Declined, match=f"waiting for {ANCHOR} to list the key"):
        one.office().rotate("federation", None)
    one.lookout.note(standby.kid, ANCHOR, "superior", Level.E3)
    house.rounds()
    with pytest.raises(Declined, match="to list the key"):  # it was seen, and is not in what is stated now
        one.office().rotate("federation", None)
    one.views[ANCHOR] = View(superior=ANCHOR, kids=(standby.kid,), life=200.0)
    house.pass_(200)
    with pytest.raises(Declined, match="waiting for old statements"):
        one.office().rotate("federation", None)
    house.pass_(2 * SKEW + DELAY + 2)
    assert one.office().rotate("federation", None).events


def test_a_superior_matters_to_the_federation_ring_alone(house: House) -> None:
    one = house.process(superiors=(ANCHOR,))
    house.rounds()
    house.pass_(WAIT + 2)
    assert one.office().view("oidc").facts.superiors == ()
    assert one.office().rotate("oidc", None).events


def test_two_people_let_a_key_pass_and_one_alone_does_not(house: House) -> None:
    one = house.process(pins=(HUB,))
    house.rounds()
    house.pass_(WAIT + 2)
    standby = next(key for key in one.rings.federation().keys if key.active_from is None)
    own = one.office("wang").approve(standby.kid, HUB)
    with pytest.raises(Declined, match="second person"):
        one.office("wang").override(standby.kid, HUB, reason="the hub is gone", code=own)
    code = one.office("li").approve(standby.kid, HUB)
    one.office("wang").override(standby.kid, HUB, reason="the hub is gone", code=code)
    assert one.office().rotate("federation", None).events
    with pytest.raises(Declined, match="nobody agreed under that code"):
        one.office("wang").override(standby.kid, HUB, reason="again", code=code)


def test_a_burned_key_is_left_by_every_process_and_its_standby_signs(house: House) -> None:
    one, two = house.process(), house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    burned = one.signer()
    one.office().revoke(burned, "copied")
    assert one.signer() != burned
    assert one.office().still_signing(burned)
    house.pass_(6)
    assert two.signer() == one.signer()
    assert burned not in two.served()
    assert not one.office().still_signing(burned)
    assert one.office().revoke(burned, "again").events == ()


def test_a_rollback_is_an_audited_rotation(house: House) -> None:
    one = house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    first = one.signer()
    one.office().rotate("oidc", None)
    one.office().rollback("oidc", None, "a site complains")
    assert one.signer() == first
    assert "key.rolled_back" in [one.entry.event for one in one.audit.tail(10)]


def test_a_row_that_does_not_open_is_refused_by_name_and_the_rest_serves(house: House) -> None:
    one = house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    first = one.signer()
    with one.database.write() as sql:
        sql.exec_driver_sql("UPDATE keys SET sealed = X'00' WHERE kid = ?", (first,))
    two = house.process()
    assert [row.kid for row, _ in two.rings.look("oidc").stored.refused] == [first]
    house.pass_(LEASE + 2, two)
    assert two.signer() != first, "the standby signs, since its gates are open"
    assert first in {row.kid for row, _ in two.rings.look("oidc").stored.refused}, "the row is kept"


def test_a_backup_from_before_a_rotation_does_not_bring_the_old_key_back(
    house: House, tmp_path: Path
) -> None:
    one = house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    backup(house, tmp_path / "backup")
    first = one.signer()
    one.office().rotate("oidc", None)
    second = one.signer()
    restore(house, tmp_path / "backup")
    house.pass_(4)
    assert one.signer() == second
    assert {first, second} <= one.served()
    again = house.process()
    assert again.signer() == second, "it was written down again, private half and all"
    assert "key.restored" in [one.entry.event for one in one.audit.tail(10)]


def test_after_a_restart_on_a_backup_a_burned_key_stays_burned_and_what_new_keys_signed_verifies(
    house: House, tmp_path: Path
) -> None:
    one = house.process()
    house.rounds()
    house.pass_(WAIT + 2)
    backup(house, tmp_path / "backup")
    burned = one.signer()
    one.office().revoke(burned, "copied")
    house.rounds()
    house.rounds()
    second, made_since = one.signer(), one.served()
    restore(house, tmp_path / "backup")
    again = house.process()
    house.clock.now += LEASE + 1
    house.rounds(again)
    assert burned not in again.served()
    assert made_since <= again.served() | {key.kid for key in again.rings.oidc().keys if key.forget_at}
    assert second in again.served()
    assert again.signer() == second


def backup(house: House, file: Path) -> None:
    with house.processes[0].database.write() as sql:
        sql.exec_driver_sql("SELECT 1")
    house.processes[0].database.engine.dispose()
    shutil.copy(house.file, file)


def restore(house: House, file: Path) -> None:
    for process in house.processes:
        process.database.engine.dispose()
    for suffix in ("-wal", "-shm"):
        house.file.with_name(house.file.name + suffix).unlink(missing_ok=True)
    shutil.copy(file, house.file)
