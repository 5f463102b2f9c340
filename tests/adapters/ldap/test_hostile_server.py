"""What a directory must not be able to do to us, each beside what it lawfully does."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters import DirectoryUnavailable, Source
from adapters.kinds import open_source
from adapters.ldap.embedded import ber, wire
from adapters.ldap.embedded.wire import Message
from tests.adapters.ldap.scripted import Script, Scripted, bound, done, honest, person
from tests.contracts.directory_places import config, embedded


def asked(script: Script, clock: Callable[[], float] = time.monotonic) -> tuple[object, Scripted]:
    """What comes of one check against such a server."""
    with Scripted(script) as server:
        source = open_source(config(server.port, deadline=1.0), clock)
        try:
            return source.check("zhangwei", "right"), server
        except DirectoryUnavailable as error:
            return error, server


def test_one_entry_and_a_bind_are_a_person() -> None:
    answer, server = asked(honest(lambda m: [person(m), done(m)]))
    assert getattr(answer, "local_id", None) == "1"
    assert server.binds() == [
        "cn=manyou,ou=services,dc=gd,dc=example",
        "uid=zhangwei,ou=people,dc=gd,dc=example",
    ]


def test_two_entries_for_one_name_are_nobody() -> None:
    twin = "uid=zhangwei,ou=elsewhere,ou=people,dc=gd,dc=example"
    answer, server = asked(honest(lambda m: [person(m), person(m, twin), done(m)]))
    assert isinstance(answer, DirectoryUnavailable)
    assert "more than one" in answer.cause
    assert len(server.binds()) == 1, "the password went to neither"


def test_one_entry_of_more_than_the_server_shows_is_nobody() -> None:
    answer, server = asked(honest(lambda m: [person(m), done(m, wire.SIZE_LIMIT)]))
    assert isinstance(answer, DirectoryUnavailable)
    assert "more than one" in answer.cause
    assert len(server.binds()) == 1


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("uid=zhangwei,ou=people,dc=gd,dc=example", True),
        ("UID=ZhangWei, OU=People, DC=gd, DC=example", True),
        ("uid=zhangwei,ou=民政厅,ou=people,dc=gd,dc=example", True),
        ("uid=zhangwei,ou=people,dc=evil,dc=example", False),
        ("uid=zhangwei\\,ou=people\\,dc=gd\\,dc=example", False),
        ("uid=zhangwei,xou=people,dc=gd,dc=example", False),
        ("ou=people,dc=gd,dc=example,dc=evil", False),
        ("no name at all", False),
    ],
)
def test_only_an_entry_within_the_base_is_a_person(name: str, inside: bool) -> None:
    answer, server = asked(honest(lambda m: [person(m, name), done(m)]))
    assert isinstance(answer, DirectoryUnavailable) is not inside
    assert (name in server.binds()) is inside


@pytest.mark.parametrize(
    ("uid", "meant"), [("zhangwei", True), ("ZHANGWEI", True), ("zhàngwěi", False), ("li", False)]
)
def test_only_an_entry_that_bears_the_name_is_a_person(uid: str, meant: bool) -> None:
    answer, server = asked(honest(lambda m: [person(m, uid=uid), done(m)]))
    assert (answer is not None) is meant
    assert ("uid=zhangwei,ou=people,dc=gd,dc=example" in server.binds()) is meant


def test_a_referral_is_not_followed() -> None:
    with Scripted(lambda _: []) as elsewhere:
        url = f"ldap://127.0.0.1:{elsewhere.port}/ou=people,dc=gd,dc=example"
        referral = ber.pack(0xA3, ber.octets(url))
        for script in (
            honest(lambda m: [done(m, 10, referral)]),
            honest(lambda m: [person(m), done(m)], lambda m: [_referring(m, referral)]),
        ):
            answer, _ = asked(script)
            assert isinstance(answer, DirectoryUnavailable)
    assert elsewhere.connections == 0


def _referring(message: Message, referral: bytes) -> bytes:
    """Binds the service account, refers the person."""
    service = "services" in wire.bind(message.operation)[1]
    return (
        bound(message) if service else wire.answer(wire.ANSWERS[wire.BIND], message.number, 10, more=referral)
    )


def test_a_reference_beside_an_entry_is_left_alone() -> None:
    with Scripted(lambda _: []) as elsewhere:
        url = ber.octets(f"ldap://127.0.0.1:{elsewhere.port}/dc=gd,dc=example")

        def search(m: Message) -> Iterable[bytes]:
            return [ber.pack(ber.SEQUENCE, ber.number(m.number), ber.pack(0x73, url)), person(m), done(m)]

        answer, _ = asked(honest(search))
    assert getattr(answer, "local_id", None) == "1"
    assert elsewhere.connections == 0


@pytest.mark.parametrize("code", [49, 48, 19, 32, 53])
def test_an_answer_about_the_person_is_a_plain_no(code: int) -> None:
    def bind(m: Message) -> list[bytes]:
        return [bound(m, 0 if "services" in wire.bind(m.operation)[1] else code)]

    answer, _ = asked(honest(lambda m: [person(m), done(m)], bind))
    assert answer is None


@pytest.mark.parametrize("code", [1, 2, 8, 13, 51, 52, 80])
def test_an_answer_about_the_server_is_no_answer(code: int) -> None:
    def bind(m: Message) -> list[bytes]:
        return [bound(m, 0 if "services" in wire.bind(m.operation)[1] else code)]

    answer, _ = asked(honest(lambda m: [person(m), done(m)], bind))
    assert isinstance(answer, DirectoryUnavailable)


def test_a_refused_service_account_is_not_the_persons_failure() -> None:
    answer, _ = asked(honest(lambda m: [person(m), done(m)], lambda m: [bound(m, 49)]))
    assert isinstance(answer, DirectoryUnavailable)
    assert "service account" in answer.cause


@pytest.mark.parametrize("code", [0, 34, 49, 80])
def test_an_unknown_name_is_a_plain_no_whatever_an_invented_entry_gets(code: int) -> None:
    def bind(m: Message) -> list[bytes]:
        return [bound(m, 0 if "services" in wire.bind(m.operation)[1] else code)]

    answer, _ = asked(honest(lambda m: [done(m)], bind))
    assert answer is None


def test_an_unknown_name_costs_the_server_as_much_as_a_known_one() -> None:
    nobody, server = asked(honest(lambda m: [done(m)], lambda m: [bound(m, 0)]))
    assert nobody is None
    assert len(server.binds()) == 2
    assert server.binds()[1].endswith(",ou=people,dc=gd,dc=example")
    assert wire.bind(server.heard[-1].operation)[2] != b"right", "the password goes to no invented entry"


def test_an_entry_without_its_identity_is_not_let_in() -> None:
    def search(m: Message) -> list[bytes]:
        return [
            wire.entry(m.number, "uid=zhangwei,ou=people,dc=gd,dc=example", [("uid", [b"zhangwei"])]),
            done(m),
        ]

    answer, _ = asked(honest(search))
    assert isinstance(answer, DirectoryUnavailable)
    assert "entryuuid" in answer.cause


def test_an_objectguid_is_written_as_microsoft_writes_it() -> None:
    guid = bytes(range(16))

    def search(m: Message) -> list[bytes]:
        values = [("uid", [b"zhangwei"]), ("objectGUID", [guid]), ("memberOf", [b"no name", b"cn=a,dc=gd"])]
        return [wire.entry(m.number, "uid=zhangwei,ou=people,dc=gd,dc=example", values), done(m)]

    with Scripted(honest(search)) as server:
        answer = open_source(config(server.port, id_attribute="objectGUID")).check("zhangwei", "right")
    assert answer is not None
    assert answer.local_id == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert answer.groups == ("a",), "a group that is no name is left out"


def test_a_value_that_is_no_text_is_no_claim() -> None:
    def search(m: Message) -> list[bytes]:
        values = [("uid", [b"zhangwei"]), ("entryUUID", [b"1"]), ("cn", [b"\xff\xd8", "张伟".encode()])]
        return [wire.entry(m.number, "uid=zhangwei,ou=people,dc=gd,dc=example", values), done(m)]

    answer, _ = asked(honest(search))
    assert getattr(answer, "attributes", {}).get("name") == "张伟"


def test_a_server_that_says_nothing_is_left_at_the_deadline() -> None:
    answer, _ = asked(lambda _: [], clock=_steps(0.2))
    assert isinstance(answer, DirectoryUnavailable)


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    # every byte resets a timeout per read; only a deadline over all of them ends it
    def search(m: Message) -> Iterator[bytes]:
        for byte in person(m) + done(m):
            yield bytes((byte,))
            time.sleep(0.001)

    answer, _ = asked(honest(search), clock=_steps(0.04))
    assert isinstance(answer, DirectoryUnavailable)
    whole, _ = asked(honest(search))
    assert getattr(whole, "local_id", None) == "1", "in time, it is an answer like any other"


def _steps(step: float) -> Callable[[], float]:
    """A clock that moves each time it is read."""
    ticks = itertools.count()
    return lambda: next(ticks) * step


def test_an_answer_without_end_is_cut_off() -> None:
    def search(m: Message) -> list[bytes]:
        photo = [("uid", [b"zhangwei"]), ("entryUUID", [b"1"]), ("jpegPhoto", [b"\xff" * (2 << 20)])]
        return [wire.entry(m.number, "uid=zhangwei,ou=people,dc=gd,dc=example", photo), done(m)]

    answer, _ = asked(honest(search))
    assert isinstance(answer, DirectoryUnavailable)
    assert "too large" in answer.cause


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x80\x00\x00",
        b"\x30\x05\x02\x01\x01\x60\x00",
        b"\x30\x00",
        b"\xff" * 64,
    ],
)
def test_an_answer_that_is_not_ldap_is_no_answer(garbage: bytes) -> None:
    answer, _ = asked(lambda _: [garbage], clock=_steps(0.1))
    assert isinstance(answer, DirectoryUnavailable)


def test_a_kept_connection_that_died_is_replaced_once() -> None:
    with Scripted(honest(lambda m: [person(m), done(m)])) as server:
        source = open_source(config(server.port))
        assert source.check("zhangwei", "right") is not None
        kept = server.connections
        server._clients[0].shutdown(2)
        assert source.check("zhangwei", "right") is not None
        assert server.connections == kept + 2, "one to look, one to bind"


def test_looking_happens_on_one_kept_connection() -> None:
    with Scripted(honest(lambda m: [person(m), done(m)])) as server:
        source = open_source(config(server.port))
        for _ in range(3):
            assert source.check("zhangwei", "right") is not None
        assert server.binds().count("cn=manyou,ou=services,dc=gd,dc=example") == 1
        assert server.connections == 4


def test_an_ambiguous_name_does_not_close_the_directory_to_others() -> None:
    def search(m: Message) -> list[bytes]:
        return [person(m), person(m, "uid=zhangwei,ou=b,ou=people,dc=gd,dc=example"), done(m)]

    with Scripted(honest(search)) as server:
        source = open_source(config(server.port))
        for _ in range(5):
            assert "more than one" in _cause(source)


def test_a_directory_that_hangs_rests_after_two_failures() -> None:
    clock = _steps(0.1)
    with Scripted(lambda _: []) as server:
        source = open_source(config(server.port, deadline=1.0), clock)
        causes = [_cause(source) for _ in range(3)]
        assert server.connections == 2
    assert "resting" in causes[2]


def _cause(source: Source) -> str:
    with pytest.raises(DirectoryUnavailable) as caught:
        source.check("zhangwei", "right")
    return caught.value.cause


def test_people_who_sign_in_at_once_are_not_mixed_up() -> None:
    names = ["zhangwei", "liqiang", "wangfang", "ouyangxue"] * 25
    with embedded(Path()) as place, ThreadPoolExecutor(8) as crowd:
        people = list(crowd.map(lambda name: place.source.check(name, f"Manyou-2026-{name}"), names))
    assert [person and person.attributes["preferred_username"] for person in people] == names
