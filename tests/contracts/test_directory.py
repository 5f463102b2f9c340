"""What every source of people promises, whatever stands behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import DirectoryUnavailable
from adapters.person import MAX_PASSWORD, MAX_USERNAME
from idp.directory import Knows
from tests.adapters.ldap.slapd import MISSING, SLAPD
from tests.contracts.directory_places import LABEL, PLACES, Place

RIGHT = "Manyou-2026-zhangwei"


@pytest.fixture(
    scope="module",
    params=[
        "memory",
        "embedded",
        pytest.param("slapd", marks=[pytest.mark.slapd, pytest.mark.skipif(not SLAPD, reason=MISSING)]),
    ],
)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with PLACES[request.param](_folder(tmp_path_factory)) as made:
        yield made


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("directory")


def test_the_right_password_gives_the_person_with_chinese_names(place: Place) -> None:
    person = place.source.check("zhangwei", RIGHT)
    assert person is not None
    assert dict(person.attributes) == {
        "name": "张伟",
        "family_name": "张",
        "given_name": "伟",
        "preferred_username": "zhangwei",
        "email": "zhangwei@gd.example",
        "phone_number": "+86 20 0000 0101",
        "department": "民政厅",
        "employee_number": "440000007",
    }
    assert person.rl == 3


def test_a_source_has_a_name_and_a_label(place: Place) -> None:
    assert place.source.name == "civil"
    assert place.source.label == LABEL


def test_a_persons_groups_are_known_by_their_names(place: Place) -> None:
    person = place.source.check("wangfang", "Manyou-2026-wangfang")
    assert person is not None
    assert person.groups == ("staff", "窗口人员")


def test_a_claim_of_one_value_is_the_first_of_several(place: Place) -> None:
    person = place.source.check("ouyangxue", "Manyou-2026-ouyangxue")
    assert person is not None
    assert person.attributes["name"] == "欧阳雪"
    assert person.attributes["phone_number"] == "+86 20 0000 0107"


def test_the_local_id_is_stable_and_differs_from_person_to_person(place: Place) -> None:
    first, again = place.source.check("zhangwei", RIGHT), place.source.check("zhangwei", RIGHT)
    other = place.source.check("zhangwei2", "Manyou-2026-zhangwei2")
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.local_id == again.local_id != other.local_id


@pytest.mark.parametrize(
    "spelling", ["ZhangWei", "ｚｈａｎｇｗｅｉ", "  zhangwei ", "zhang\u00adwei", "\u200bzhangwei"]
)
def test_every_spelling_that_is_counted_as_one_name_is_the_same_person(place: Place, spelling: str) -> None:
    person, spelled = place.source.check("zhangwei", RIGHT), place.source.check(spelling, RIGHT)
    assert person is not None
    assert spelled == person


@pytest.mark.parametrize(
    ("username", "password"),
    [
        pytest.param("zhangwei", "wrong", id="a wrong password"),
        pytest.param("zhangwei", "Manyou-2026-liqiang", id="somebody else's password"),
        pytest.param("zhangwei", RIGHT + " ", id="the password and a blank"),
        pytest.param("zhangwei", RIGHT.upper(), id="the password in capitals"),
        pytest.param("nobody", RIGHT, id="an unknown name"),
        pytest.param("zhangwei", "", id="an empty password, which LDAP calls anonymous"),
        pytest.param("", RIGHT, id="no name"),
        pytest.param(" \u200b ", RIGHT, id="a name of nothing visible"),
        pytest.param("zhangwei", RIGHT + "\0", id="NUL after the password"),
        pytest.param("zhangwei\0", RIGHT, id="NUL after the name"),
        pytest.param("zhangwei", "x" * (MAX_PASSWORD + 1), id="a password of more than a kilobyte"),
        pytest.param("z" * (MAX_USERNAME + 1), RIGHT, id="a name without end"),
        pytest.param("zhangwei", "\ud800", id="half a character"),
        pytest.param("*", RIGHT, id="everybody"),
        pytest.param("zhangw*", RIGHT, id="a prefix"),
        pytest.param("zhangwei)(uid=*", RIGHT, id="another filter"),
        pytest.param("*)(|(uid=zhangwei", RIGHT, id="an alternative"),
        pytest.param("zhangwei)", RIGHT, id="a bracket too many"),
        pytest.param("\\2a", RIGHT, id="an escaped star"),
        pytest.param("zhangwei\\", RIGHT, id="a backslash"),
        pytest.param("uid=zhangwei,ou=民政厅,ou=people,dc=gd,dc=example", RIGHT, id="a DN"),
        pytest.param("zhangwei,ou=民政厅", RIGHT, id="a part of a DN"),
        pytest.param("zhàngwěi", RIGHT, id="the name with accents"),
        pytest.param("manyou", "Manyou-2026-service", id="the service account, outside the base"),
    ],
)
def test_nobody_is_let_in_by(place: Place, username: str, password: str) -> None:
    assert place.source.check(username, password) is None
    assert place.source.check("zhangwei", RIGHT) is not None, "and the source still works"


@pytest.mark.parametrize(
    ("username", "known"),
    [
        ("zhangwei", True),
        (" ＺhangWei", True),
        ("nobody", False),
        ("*", False),
        ("", False),
        ("zhangwei\0", False),
    ],
)
def test_a_source_says_which_names_it_has(place: Place, username: str, known: bool) -> None:
    assert isinstance(place.source, Knows)
    assert place.source.knows(username) is known


def test_a_source_that_is_gone_knows_nobody(place: Place) -> None:
    assert isinstance(place.source, Knows)
    place.stop()
    try:
        assert not place.source.knows("zhangwei")
    finally:
        place.start()
        place.clock.now += 10
    assert place.source.knows("zhangwei")


def test_a_source_that_is_gone_says_says_so_and_comes_back(place: Place) -> None:
    assert place.source.check("zhangwei", RIGHT) is not None
    place.stop()
    try:
        for _ in range(3):
            with pytest.raises(DirectoryUnavailable):
                place.source.check("zhangwei", RIGHT)
        assert place.source.check("zhangwei", "") is None, "what is never sent needs no server"
    finally:
        place.start()
    place.clock.now += 10
    assert place.source.check("zhangwei", RIGHT) is not None


def test_the_cause_of_a_failure_names_no_secret(place: Place) -> None:
    place.stop()
    try:
        with pytest.raises(DirectoryUnavailable) as caught:
            place.source.check("zhangwei", RIGHT)
    finally:
        place.start()
        place.clock.now += 10
    told = f"{caught.value} {caught.value.cause} {caught.value.__cause__}"
    assert caught.value.cause
    assert RIGHT not in told
    assert "zhangwei" not in told
    assert "Manyou-2026-service" not in told
    assert place.source.check("zhangwei", RIGHT) is not None
