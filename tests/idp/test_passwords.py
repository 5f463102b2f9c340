"""A password is compared slowly, in the same work for everybody, and never by many at once."""

import threading

import pytest

from idp.errors import Unavailable
from idp.passwords import Passwords


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


@pytest.mark.parametrize("password", ["correct horse", "密码", " ", "x" * 1024, "nul\0here", "\ud800"])
def test_the_right_password_is_right(passwords: Passwords, password: str) -> None:
    assert passwords.check(password, passwords.hash(password))


@pytest.mark.parametrize("wrong", ["", "correct hors", "correct horse ", "Correct horse", "correct horse\0"])
def test_another_password_is_wrong(passwords: Passwords, wrong: str) -> None:
    assert not passwords.check(wrong, passwords.hash("correct horse"))


def test_all_of_a_long_password_counts(passwords: Passwords) -> None:
    phc = passwords.hash("x" * 100 + "a")
    assert not passwords.check("x" * 100 + "b", phc)
    assert passwords.check("x" * 100 + "a", phc)


def test_what_lies_beyond_the_longest_is_not_cut_off(passwords: Passwords) -> None:
    phc = passwords.hash("x" * 1024)
    assert not passwords.check("x" * 1025, phc)
    with pytest.raises(ValueError, match="1024"):
        passwords.hash("x" * 1025)


def test_nobody_has_a_password(passwords: Passwords) -> None:
    assert not passwords.check("", None)
    assert not passwords.check("anything", None)


def test_an_empty_password_is_none(passwords: Passwords) -> None:
    with pytest.raises(ValueError, match="1 to"):
        passwords.hash("")


@pytest.mark.parametrize("phc", ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$2b$12$abc"])
def test_a_damaged_hash_lets_nobody_in(passwords: Passwords, phc: str) -> None:
    assert not passwords.check("x", phc)
    assert not passwords.check("", phc)


def test_hashes_have_the_settings_that_are_promised_and_a_salt_of_their_own(passwords: Passwords) -> None:
    one, other = passwords.hash("x"), passwords.hash("x")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert not passwords.outdated(one)
    assert passwords.outdated(one.replace("t=2", "t=1"))


@pytest.mark.parametrize("phc", [None, "broken"])
def test_the_same_hash_is_made_whether_or_not_there_is_somebody(
    monkeypatch: pytest.MonkeyPatch, passwords: Passwords, phc: str | None
) -> None:
    """Counted, not timed: every check is one Argon2 with our settings."""
    made: list[str] = []
    monkeypatch.setattr("idp.passwords._same", lambda _data, phc: made.extend([phc]))
    passwords.check("x", phc)
    passwords.check("x" * 5000, phc)
    passwords.check("", phc)
    assert len(made) == 3
    if phc is None:
        assert all(not passwords.outdated(one) for one in made)


def test_no_more_than_so_many_hash_at_once_and_the_next_is_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passwords = Passwords(at_once=1, patience=0.0)
    inside, leave = threading.Event(), threading.Event()

    def slow(_data: bytes, _phc: str) -> bool:
        inside.set()
        return leave.wait(5)

    monkeypatch.setattr("idp.passwords._same", slow)
    first = threading.Thread(target=passwords.check, args=("x", "phc"))
    first.start()
    inside.wait(5)
    with pytest.raises(Unavailable, match="passwords"):
        passwords.check("x", "phc")
    leave.set()
    first.join()
    assert passwords.check("x", "phc")
