"""When a directory is left alone, and when it is tried again."""

from adapters.ldap.breaker import Breaker
from tests.contracts.directory_places import MovedClock


def opened(clock: MovedClock) -> Breaker:
    breaker = Breaker(clock, failures=2, rest=3.0)
    for _ in range(2):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_one_failure_changes_nothing() -> None:
    breaker = Breaker(MovedClock(), failures=2)
    breaker.failed()
    assert breaker.admits()


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    clock = MovedClock()
    assert not opened(clock).admits()
    breaker = Breaker(clock, failures=2)
    breaker.failed()
    breaker.worked()
    breaker.failed()
    assert breaker.admits()


def test_after_its_rest_one_caller_at_a_time_tries() -> None:
    clock = MovedClock()
    breaker = opened(clock)
    clock.now += 2.9
    assert not breaker.admits()
    clock.now += 0.2
    assert breaker.admits()
    assert not breaker.admits(), "the others wait for the first one's outcome"


def test_a_try_that_fails_begins_the_rest_again_and_one_that_works_ends_it() -> None:
    clock = MovedClock()
    breaker = opened(clock)
    clock.now += 3.1
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    clock.now += 3.1
    assert breaker.admits()
    breaker.worked()
    assert breaker.admits()
    assert breaker.admits()
