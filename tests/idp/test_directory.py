"""How names and passwords are judged over all ways in, and what is counted against whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from adapters import DirectoryUnavailable, Person
from idp.attempts import Admitted, Refused
from idp.directory import Directory, Locked, Signed, Unreachable, Wrong
from idp.errors import Unavailable

NOW = 1_800_000_000.7
LABEL = {"zh": "公务员目录", "en": "Civil service"}


@dataclass
class Counted:
    """Counts as `Attempts` does, and remembers what it was told."""

    wait: int = 0
    told: list[str] = field(default_factory=list)

    def admit(self, account: str, address: str, device: str | None, now: float) -> Admitted | Refused:
        self.told.append(f"admit {account} {address} {device}")
        if self.wait:
            return Refused(self.wait)
        return Admitted(account=account, network=address, device=device, counted=())

    def succeeded(self, admitted: Admitted) -> str:
        self.told.append("succeeded")
        return "new device"

    def forgive(self, admitted: Admitted) -> None:
        self.told.append("forgive")


@dataclass
class Spoken:
    """A source that says what the test wants, and remembers what it was asked."""

    name: str
    word: Person | Exception | None
    label: Mapping[str, str] = field(default_factory=lambda: LABEL)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def check(self, username: str, password: str) -> Person | None:
        self.asked.append((username, password))
        if isinstance(self.word, Exception):
            raise self.word
        return self.word


@dataclass
class Knowing(Spoken):
    """One that can also say whether it has a name."""

    has: bool | Exception = False

    def knows(self, username: str) -> bool:
        if isinstance(self.has, Exception):
            raise self.has
        return self.has


ZHANG = Person(local_id="1", attributes={"name": "张伟"}, rl=3)
LI = Person(local_id="2", attributes={"name": "李强"}, rl=2)


def check(
    counts: Counted,
    *sources: Spoken,
    username: str = "zhangwei",
    password: str = "right",
    device: str | None = None,
) -> object:
    directory = Directory(sources, counts, issuer="http://gd.localhost:8410", region="440000")
    return directory.check(username, password, address="127.0.0.1", device=device, now=NOW)


def down(name: str = "civil") -> Spoken:
    return Spoken(name, DirectoryUnavailable("no route"))


def test_a_person_of_a_directory_becomes_our_word() -> None:
    outcome = check(Counted(), Spoken("civil", ZHANG), device="known")
    assert isinstance(outcome, Signed)
    citizen = outcome.citizen
    assert (citizen.source, citizen.local_id) == ("directory:civil", "1")
    assert (citizen.rl, citizen.acr, citizen.amr) == (3, "realname", ("pwd",))
    assert (citizen.auth_time, citizen.idp) == (1_800_000_000, "http://gd.localhost:8410")
    assert (citizen.home_region, citizen.claims) == ("440000", {"name": "张伟"})
    assert outcome.device == "new device"


def test_a_local_account_speaks_under_its_own_source_and_no_more_than_it_may() -> None:
    outcome = check(Counted(), Spoken("account", LI))
    assert isinstance(outcome, Signed)
    assert (outcome.citizen.source, outcome.citizen.rl, outcome.citizen.acr) == ("account", 2, "basic")


def test_sources_are_asked_in_order_until_one_says_yes() -> None:
    first, second, third = Spoken("a", None), Spoken("b", ZHANG), Spoken("c", LI)
    outcome = check(Counted(), first, second, third)
    assert isinstance(outcome, Signed)
    assert outcome.citizen.source == "directory:b"
    assert [len(s.asked) for s in (first, second, third)] == [1, 1, 0]


def test_a_wrong_password_goes_to_every_source_and_stays_counted() -> None:
    counts, first, second = Counted(), Spoken("a", None), Spoken("b", None)
    assert check(counts, first, second) == Wrong()
    assert [len(s.asked) for s in (first, second)] == [1, 1]
    assert counts.told == ["admit zhangwei 127.0.0.1 None"]


def test_a_try_is_counted_under_the_folded_name_and_asked_for_with_it() -> None:
    counts, source = Counted(), Spoken("civil", ZHANG)
    assert isinstance(check(counts, source, username=" ＺhangWei\u00ad ", device="known"), Signed)
    assert counts.told == ["admit zhangwei 127.0.0.1 known", "succeeded"]
    assert source.asked == [("zhangwei", "right")]


def test_a_password_is_passed_on_as_it_was_typed() -> None:
    source = Spoken("civil", ZHANG)
    check(Counted(), source, password=" Ｒight ")
    assert source.asked == [("zhangwei", " Ｒight ")]


def test_a_locked_name_is_asked_for_nowhere() -> None:
    counts, source = Counted(wait=30), Spoken("civil", ZHANG)
    assert check(counts, source) == Locked(30)
    assert source.asked == []


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("", "x"),
        (" ", "x"),
        ("zhangwei", ""),
        ("zhangwei", "x\0"),
        ("\u200b", "x"),
        ("zhangwei", "x" * 2000),
        ("\ud800", "x"),
    ],
)
def test_what_nobody_can_have_is_wrong_and_neither_counted_nor_asked_for(
    username: str, password: str
) -> None:
    counts, source = Counted(), Spoken("civil", ZHANG)
    assert check(counts, source, username=username, password=password) == Wrong()
    assert counts.told == []
    assert source.asked == []


def test_a_directory_that_is_down_is_not_counted_against_the_person() -> None:
    counts = Counted()
    outcome = check(counts, Spoken("account", None), down())
    assert outcome == Unreachable(LABEL, "civil: no route")
    assert counts.told[-1] == "forgive"


def test_a_directory_that_is_down_does_not_stop_the_others() -> None:
    counts = Counted()
    outcome = check(counts, down(), Spoken("account", LI))
    assert isinstance(outcome, Signed)
    assert counts.told[-1] == "succeeded"


def test_a_directorys_bad_day_is_no_chance_to_guess_at_another_sources_names() -> None:
    guessed, unknown = Counted(), Counted()
    assert isinstance(check(guessed, Knowing("account", None, has=True), down()), Unreachable)
    assert "forgive" not in guessed.told, "the account's password was judged, and wrong"
    assert isinstance(check(unknown, Knowing("account", None, has=False), down()), Unreachable)
    assert unknown.told[-1] == "forgive"


def test_a_source_that_cannot_say_whom_it_knows_is_not_held_against_the_person() -> None:
    counts = Counted()
    assert isinstance(
        check(counts, Knowing("account", None, has=Unavailable("records")), down()), Unreachable
    )
    assert counts.told[-1] == "forgive"


def test_broken_records_are_said_to_be_broken_unless_a_directory_knows_the_person() -> None:
    counts = Counted()
    with pytest.raises(Unavailable):
        check(counts, Spoken("account", Unavailable("records")), Spoken("civil", None))
    assert counts.told[-1] == "forgive"
    assert isinstance(
        check(Counted(), Spoken("account", Unavailable("records")), Spoken("civil", ZHANG)), Signed
    )


def test_a_fault_of_ours_is_not_counted_against_the_person() -> None:
    counts = Counted()
    with pytest.raises(RuntimeError):
        check(counts, Spoken("civil", RuntimeError("a bug")))
    assert counts.told[-1] == "forgive"


def test_without_any_source_everything_is_wrong() -> None:
    assert check(Counted()) == Wrong()
