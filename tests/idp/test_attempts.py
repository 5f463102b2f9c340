"""Guessing is slow for strangers, from however many places at once, and no stranger holds a citizen back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp.attempts import Admitted, Allowance, Attempts, Count, Limits, Refused
from idp.store import ValkeyStore

HOME, OFFICE, AWAY = "198.51.100.7", "198.51.100.8", "203.0.113.9"


@pytest.fixture
def attempts(store: ValkeyStore) -> Attempts:
    return Attempts(store)


def _fails(
    attempts: Attempts, count: int, *, address: str = AWAY, account: str = "li", now: float = 0
) -> int:
    """How many of so many tries are admitted, each of them a failure."""
    tries = [attempts.admit(account, address, None, now) for _ in range(count)]
    return sum(isinstance(one, Admitted) for one in tries)


def _signs_in(attempts: Attempts, address: str, *, device: str | None = None, now: float = 0) -> str:
    admitted = attempts.admit("li", address, device, now)
    assert isinstance(admitted, Admitted)
    return attempts.succeeded(admitted)


def test_a_few_failures_cost_nothing_and_then_one_waits(attempts: Attempts) -> None:
    assert _fails(attempts, 20) == 5
    assert attempts.admit("li", AWAY, None, 0.0) == Refused(1)


def test_the_wait_doubles_with_each_failure_up_to_the_lock(attempts: Attempts) -> None:
    now, waits = 0.0, []
    for _ in range(5 + 14):
        _fails(attempts, 1, now=now)
        held = attempts.admit("li", AWAY, None, now)
        if isinstance(held, Refused):
            waits.append(held.retry_after)
            now += held.retry_after
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert max(waits) == 900


def test_knocking_at_a_lock_does_not_keep_it_closed(attempts: Attempts) -> None:
    _fails(attempts, 5)
    for _ in range(100):
        assert attempts.admit("li", AWAY, None, 0.5) == Refused(1)
    assert isinstance(attempts.admit("li", AWAY, None, 1.0), Admitted)


def test_failures_are_forgotten_after_a_while(attempts: Attempts) -> None:
    assert _fails(attempts, 5) == 5
    assert _fails(attempts, 10, now=5 * 900) == 5


def test_success_forgets_the_failures_of_that_place(attempts: Attempts) -> None:
    _fails(attempts, 4)
    _signs_in(attempts, AWAY)
    assert _fails(attempts, 10) == 5


def test_two_hundred_guesses_at_once_are_no_more_than_the_allowance(attempts: Attempts) -> None:
    assert len(_at_once(attempts, 200)) == 5


def test_two_hundred_guesses_at_once_count_two_hundred(store: ValkeyStore) -> None:
    wide = Allowance(free=10_000, refill=900)
    attempts = Attempts(store, Limits(place=wide, strangers=wide, address=wide))
    admitted = _at_once(attempts, 200)
    while len(admitted) < 200:  # whoever met too many others was refused, not miscounted
        admitted += _at_once(attempts, 200 - len(admitted))
    names = admitted[0].counted
    assert len(names) == 3
    assert [attempts._counts.get(name) for name in names] == [Count(failures=200, last=0)] * 3


def test_a_botnet_has_one_allowance_for_one_account_together(attempts: Attempts) -> None:
    admitted = sum(_fails(attempts, 5, address=f"203.0.113.{host}") for host in range(40))
    assert admitted == 30
    day = range(0, 86_400, 60)
    later = sum(_fails(attempts, 1, address=f"192.0.2.{now // 60 % 250}", now=float(now)) for now in day)
    assert later < 130


def test_a_household_has_one_allowance_however_many_addresses_it_has(attempts: Attempts) -> None:
    tries = [_fails(attempts, 1, address=f"2001:db8:1:2::{host:x}") for host in range(20)]
    assert sum(tries) == 5
    assert _fails(attempts, 1, address="2001:db8:1:3::1") == 1


def test_an_address_written_as_ipv6_is_the_same_address(attempts: Attempts) -> None:
    _fails(attempts, 5)
    assert _fails(attempts, 1, address=f"::ffff:{AWAY}") == 0


def test_one_address_cannot_try_all_accounts(attempts: Attempts) -> None:
    admitted = sum(_fails(attempts, 1, account=f"name{number}") for number in range(300))
    assert admitted == 100
    assert isinstance(attempts.admit("another", HOME, None, 0), Admitted)


def test_the_whole_world_failing_leaves_a_known_browser_its_own_allowance(attempts: Attempts) -> None:
    device = _signs_in(attempts, HOME)
    for host in range(60):
        _fails(attempts, 10, address=f"203.0.113.{host}")
    assert isinstance(attempts.admit("li", OFFICE, None, 0), Refused)
    assert isinstance(attempts.admit("li", OFFICE, device, 0), Admitted)


def test_the_whole_world_failing_leaves_a_known_network_its_own_allowance(attempts: Attempts) -> None:
    _signs_in(attempts, HOME)
    for host in range(60):
        _fails(attempts, 10, address=f"203.0.113.{host}")
    assert isinstance(attempts.admit("li", HOME, None, 0), Admitted)


def test_a_guesser_in_the_same_network_does_not_hold_back_a_known_browser(attempts: Attempts) -> None:
    device = _signs_in(attempts, HOME)
    _fails(attempts, 10, address=HOME)
    for number in range(300):
        _fails(attempts, 1, address=HOME, account=f"name{number}")
    assert isinstance(attempts.admit("li", HOME, None, 0), Refused)
    assert isinstance(attempts.admit("li", HOME, device, 0), Admitted)


def test_a_known_browser_is_held_back_by_its_own_failures(attempts: Attempts) -> None:
    device = _signs_in(attempts, HOME)
    tries = [attempts.admit("li", HOME, device, 0) for _ in range(20)]
    assert sum(isinstance(one, Admitted) for one in tries) == 5


def test_a_browser_known_to_one_account_is_a_stranger_to_another(attempts: Attempts) -> None:
    device = _signs_in(attempts, HOME)
    admitted = attempts.admit("wang", HOME, device, 0)
    assert isinstance(admitted, Admitted)
    assert admitted.device is None
    assert len(admitted.counted) == 3


def test_a_made_up_device_is_as_none(attempts: Attempts) -> None:
    admitted = [attempts.admit("li", AWAY, f"made-up-{number}", 0) for number in range(20)]
    assert sum(isinstance(one, Admitted) for one in admitted) == 5


def test_a_known_browser_keeps_its_secret_and_a_new_one_gets_one(attempts: Attempts) -> None:
    device = _signs_in(attempts, HOME)
    assert len(device) >= 22
    assert _signs_in(attempts, OFFICE, device=device) == device
    assert _signs_in(attempts, OFFICE) != device


def test_a_made_up_device_is_not_adopted(attempts: Attempts) -> None:
    assert _signs_in(attempts, HOME, device="planted") != "planted"


def test_a_directory_that_did_not_answer_is_no_failure(attempts: Attempts) -> None:
    for _ in range(50):
        admitted = attempts.admit("li", AWAY, None, 0)
        assert isinstance(admitted, Admitted)
        attempts.forgive(admitted)
    assert _fails(attempts, 10) == 5


def test_success_does_not_forget_what_strangers_did_elsewhere(attempts: Attempts) -> None:
    for host in range(6):
        _fails(attempts, 5, address=f"203.0.113.{host}")
    _signs_in(attempts, HOME, now=10)
    assert isinstance(attempts.admit("li", "192.0.2.1", None, 10), Refused)
    assert isinstance(attempts.admit("li", "192.0.2.1", None, 11), Admitted)
    assert isinstance(attempts.admit("li", "192.0.2.2", None, 12), Refused)


def test_a_refused_try_is_counted_nowhere(attempts: Attempts) -> None:
    for number in range(100):
        _fails(attempts, 1, account=f"name{number}")
    assert isinstance(attempts.admit("li", AWAY, None, 0), Refused)
    assert _fails(attempts, 10, now=2000) == 5


def test_a_clock_that_runs_behind_does_not_shorten_a_wait(attempts: Attempts) -> None:
    _fails(attempts, 5, now=100)
    assert isinstance(attempts.admit("li", AWAY, None, 50), Refused)


def test_neither_name_nor_address_nor_device_lies_in_the_store(
    attempts: Attempts, store: ValkeyStore
) -> None:
    device = _signs_in(attempts, HOME)
    _fails(attempts, 1)
    keys = store._do("KEYS", f"{store._prefix}*")
    assert isinstance(keys, list)
    assert len(keys) >= 4
    text = b" ".join(keys).decode()
    assert not any(secret in text for secret in ("li ", HOME, AWAY, device))


@pytest.mark.parametrize("address", ["", "unknown", "fe80::1%eth0", "999.1.1.1"])
def test_an_address_that_is_none_is_one_place_like_any_other(attempts: Attempts, address: str) -> None:
    assert _fails(attempts, 10, address=address) == 5


def _at_once(attempts: Attempts, count: int) -> list[Admitted]:
    gate = Barrier(count)

    def guess(_: int) -> Admitted | Refused:
        gate.wait()
        return attempts.admit("li", AWAY, None, 0)

    with ThreadPoolExecutor(count) as threads:
        return [one for one in threads.map(guess, range(count)) if isinstance(one, Admitted)]


class Interfering(ValkeyStore):
    """A store in which somebody else always counts between our look and our write."""

    def __init__(self, url: str, prefix: str, *, times: int) -> None:
        super().__init__(url, prefix)
        self.times = times
        self.failures = 0

    def get(self, key: str) -> bytes | None:
        found = super().get(key)
        if self.times and "attempts:place" in key:
            self.times -= 1
            self.failures += 1
            self.put(key, b'{"failures":%d,"last":0}' % self.failures, 60)
        return found


def test_a_try_between_our_look_and_our_write_is_not_lost(valkey_url: str, store: ValkeyStore) -> None:
    meddled = Interfering(valkey_url, store._prefix, times=3)
    admitted = Attempts(meddled).admit("li", AWAY, None, 0)
    assert isinstance(admitted, Admitted)
    assert Attempts(meddled)._counts.get(admitted.counted[0]) == Count(failures=4, last=0)


def test_what_cannot_be_counted_is_refused(valkey_url: str, store: ValkeyStore) -> None:
    meddled = Interfering(valkey_url, store._prefix, times=10_000)
    free = Limits(place=Allowance(free=100_000, refill=900))
    assert Attempts(meddled, free).admit("li", AWAY, None, 0) == Refused(1)


def test_a_count_that_nobody_can_read_refuses(attempts: Attempts, store: ValkeyStore) -> None:
    admitted = attempts.admit("li", AWAY, None, 0)
    assert isinstance(admitted, Admitted)
    store.put(attempts._counts.key(admitted.counted[0]), b"?", 60)
    assert attempts.admit("li", AWAY, None, 0) == Refused(1)
