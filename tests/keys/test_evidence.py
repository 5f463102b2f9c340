"""Evidence and ledger: accounts of several nodes become one, in any order, any number of times."""

import threading
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import evidence, ledger
from keys.evidence import Level, Override, Sighting
from keys.ledger import Ledger, Signed, Tally

SIGHTINGS = st.builds(
    Sighting,
    kid=st.sampled_from("ab"),
    observer=st.sampled_from("xy"),
    kind=st.sampled_from(["peer", "superior"]),
    level=st.sampled_from(Level),
    first_at=st.integers(0, 9).map(float),
    last_at=st.integers(10, 19).map(float),
)
LEDGERS = st.dictionaries(
    st.sampled_from("abc"),
    st.builds(
        Signed,
        first_signed=st.integers(0, 9).map(float),
        last_signed=st.integers(10, 19).map(float),
        latest_exp=st.integers(20, 29).map(float),
    ),
).map(Ledger)


def seen(level: Level, first: float, last: float, kid: str = "a", observer: str = "x") -> Sighting:
    return Sighting(kid=kid, observer=observer, kind="peer", level=level, first_at=first, last_at=last)


@given(st.lists(SIGHTINGS, max_size=8), st.lists(SIGHTINGS, max_size=8))
def test_evidence_merges_in_any_order_any_number_of_times(one: list[Sighting], two: list[Sighting]) -> None:
    merged = evidence.merge(one, two)
    assert merged == evidence.merge(two, one) == evidence.merge(merged, one, merged)


def test_evidence_lasts_from_the_first_sight_to_the_last() -> None:
    merged = evidence.merge([seen(Level.E1, 5, 6)], [seen(Level.E1, 3, 4), seen(Level.E2, 8, 9)])
    assert merged == (seen(Level.E1, 3, 6), seen(Level.E2, 8, 9))


def test_better_evidence_counts_for_less_but_not_the_other_way_round() -> None:
    account = (seen(Level.E1, 3, 6), seen(Level.E3, 8, 9))

    def since(level: Level) -> float | None:
        return evidence.since(account, kid="a", observer="x", kind="peer", level=level)

    assert (since(Level.E1), since(Level.E2), since(Level.E3)) == (3, 8, 8)
    assert evidence.since(account, kid="b", observer="x", kind="peer", level=Level.E0) is None
    assert evidence.since(account, kid="a", observer="x", kind="superior", level=Level.E0) is None


def test_the_matrix_holds_the_best_of_each_pair() -> None:
    best = evidence.best([seen(Level.E3, 8, 9), seen(Level.E1, 3, 6), seen(Level.E0, 1, 2, observer="y")])
    assert [(one.observer, one.level) for one in best] == [("x", Level.E3), ("y", Level.E0)]


OVERRIDES: dict[str, dict[str, str]] = {
    "without a reason": {"reason": " "},
    "by one person": {"second": "li"},
    "by one person written twice": {"second": " LI "},
    "by nobody": {"by": ""},
    "without a second person": {"second": ""},
}


@pytest.mark.parametrize("case", OVERRIDES)
def test_an_override_is_refused(case: str) -> None:
    lawful = {"reason": "they are moving house", "by": "li", "second": "wang"}
    assert Override(kid="a", observer="x", at=1.0, **lawful)
    with pytest.raises(ValueError, match="override needs"):
        Override(kid="a", observer="x", at=1.0, **{**lawful, **OVERRIDES[case]})


@given(LEDGERS, LEDGERS, LEDGERS)
def test_ledgers_merge_in_any_order_any_number_of_times(one: Ledger, two: Ledger, three: Ledger) -> None:
    results = [ledger.merge(order) for order in permutations((one, two, three))]
    assert all(result == results[0] for result in results)
    assert results[0].merged(one) == results[0]


@given(LEDGERS, LEDGERS)
def test_a_ledger_never_forgets_a_later_end(one: Ledger, two: Ledger) -> None:
    both = one.merged(two)
    for kid in [*one.entries, *two.entries]:
        ends = [account.latest_exp(kid) or 0.0 for account in (one, two)]
        assert both.latest_exp(kid) == max(ends)


def test_a_key_that_signed_nothing_has_no_end() -> None:
    assert Ledger().latest_exp("a") is None
    assert Ledger().noted("a", at=1.0, exp=5.0).noted("a", at=2.0, exp=3.0).latest_exp("a") == 5.0


def test_a_tally_is_taken_once_and_loses_nothing() -> None:
    tally, account, lock = Tally(), [Ledger()], threading.Lock()

    def work(number: int) -> None:
        for step in range(200):
            tally.note(f"k{step % 3}", at=float(number), exp=float(number * 1000 + step))
            if step % 50 == 0:
                taken = tally.take()
                with lock:
                    account[0] = account[0].merged(taken)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = account[0].merged(tally.take())
    assert tally.take() == Ledger()
    assert {kid: (one.first_signed, one.last_signed) for kid, one in total.entries.items()} == {
        f"k{number}": (0.0, 7.0) for number in range(3)
    }
    assert total.latest_exp("k1") == 7199.0
