"""The embedded directory, driven by ldap3 and ldapsearch, and compared with slapd over the same people."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ldap3
import pytest

from adapters.ldap.embedded import EmbeddedDirectory, ber, wire
from adapters.ldap.embedded.server import MAX_CLIENTS
from adapters.ldap.embedded.talk import MAX_ENTRIES
from tests.adapters.ldap.slapd import MISSING, SLAPD, Slapd
from tests.contracts.directory_places import LDIF

SERVICE = "cn=manyou,ou=services,dc=gd,dc=example"
PASSWORD = "Manyou-2026-service"
BASE = "dc=gd,dc=example"
ZHANG = "uid=zhangwei,ou=民政厅,ou=people,dc=gd,dc=example"


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedDirectory]:
    directory = EmbeddedDirectory(LDIF)
    directory.start()
    yield directory
    directory.stop()


@contextmanager
def connect(
    port: int, name: str = SERVICE, password: str = PASSWORD, info: str = ldap3.NONE
) -> Iterator[ldap3.Connection]:
    """A connection on which somebody tried to bind; anonymous without a name."""
    server = ldap3.Server(f"ldap://127.0.0.1:{port}", get_info=info, connect_timeout=5)
    connection = ldap3.Connection(
        server, name or None, password or None, receive_timeout=5, return_empty_attributes=False
    )
    try:
        connection.bind(read_server_info=info != ldap3.NONE)
        yield connection
    finally:
        connection.unbind()


def search(port: int, text: str, base: str = BASE, scope: str = ldap3.SUBTREE, **more: object) -> set[str]:
    """The names of what is found."""
    with connect(port) as connection:
        connection.search(base, text, scope, attributes=["1.1"], **more)
        return {entry["dn"].casefold() for entry in connection.response if entry["type"] == "searchResEntry"}


FILTERS = [
    "(objectClass=*)",
    "(uid=*)",
    "(uid=zhangwei)",
    "(UID=ZHANGWEI)",
    "(uid=nobody)",
    "(cn=张伟)",
    "(cn=张*)",
    "(cn=*伟)",
    "(cn=*建*)",
    "(cn=欧*雪)",
    "(uid=z*a*g*i)",
    "(uid=zhang*zhangwei)",
    "(cn=ouyang   xue)",
    "(cn=OUYANG*)",
    "(&(ou=民政厅)(uid=*))",
    "(|(uid=zhangwei)(uid=liqiang)(uid=nobody))",
    "(!(uid=*))",
    "(!(|(uid=*)(ou=*)))",
    "(&(uid=*)(!(cn=张伟)))",
    "(employeeNumber=440000007)",
    "(telephoneNumber=+862000000101)",
    "(telephoneNumber=+86-20-0000-0101)",
    f"(member={ZHANG})",
    "(member=UID=ZhangWei, OU=民政厅,OU=people,DC=gd,DC=example)",
    "(memberOf=cn=managers,ou=groups,dc=gd,dc=example)",
    "(memberOf=*)",
    "(entryUUID=2aa51b80-107c-506e-9415-c8b761028120)",
    "(userPassword=*)",
    "(!(userPassword=*))",
    "(userPassword={SSHA512}*)",
    "(uid:caseExactMatch:=zhangwei)",
    "(uid:caseExactMatch:=ZHANGWEI)",
    "(uid:caseIgnoreMatch:=ZHANGWEI)",
    "(ou:dn:=民政厅)",
    "(uid:9.9.9.9:=zhangwei)",
    "(!(uid:9.9.9.9:=zhangwei))",
    "(noSuchAttribute=x)",
    "(cn=\\2a)",
    "(description=*Civil*)",
]


@pytest.mark.slapd
@pytest.mark.skipif(not SLAPD, reason=MISSING)
def test_it_finds_what_slapd_finds(embedded: EmbeddedDirectory, tmp_path: Path) -> None:
    server = Slapd(tmp_path, LDIF)
    server.start()
    try:
        different = {}
        for text in FILTERS:
            ours, theirs = search(embedded.port, text), search(server.port, text)
            if ours != theirs:
                different[text] = (sorted(ours - theirs)[:3], sorted(theirs - ours)[:3])
        for scope in (ldap3.BASE, ldap3.LEVEL, ldap3.SUBTREE):
            for base in (BASE, f"ou=people,{BASE}", ZHANG, f"ou=nothing,{BASE}"):
                ours, theirs = (
                    search(p, "(objectClass=*)", base, scope) for p in (embedded.port, server.port)
                )
                if ours != theirs:
                    different[f"{scope} {base}"] = (sorted(ours - theirs)[:3], sorted(theirs - ours)[:3])
        assert different == {}
    finally:
        server.stop()


def test_it_shows_the_attributes_that_are_asked_for(embedded: EmbeddedDirectory) -> None:
    def shown(*asked: str) -> set[str]:
        with connect(embedded.port) as connection:
            connection.search(ZHANG, "(objectClass=*)", ldap3.BASE, attributes=list(asked))
            return set(connection.response[0]["raw_attributes"])

    users = {"objectClass", "uid", "cn", "sn", "givenName", "displayName", "mail", "telephoneNumber"}
    users |= {"employeeNumber", "departmentNumber", "ou", "preferredLanguage"}
    assert shown("*") == users
    assert shown("1.1") == set()
    assert shown("UID", "memberof") == {"uid", "memberOf"}
    assert shown("+") == {"entryUUID", "memberOf", "entryDN"}
    assert shown("*", "+", "userPassword") == users | {"entryUUID", "memberOf", "entryDN"}, "never a password"


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        (SERVICE, PASSWORD, 0),
        (ZHANG, "Manyou-2026-zhangwei", 0),
        ("UID=ZhangWei , OU=民政厅,ou=people, dc=gd,dc=example", "Manyou-2026-zhangwei", 0),
        (ZHANG, "wrong", 49),
        ("uid=nobody,dc=gd,dc=example", "x", 49),
        (f"ou=people,{BASE}", "x", 49),
        ("no name", "x", 34),
    ],
)
def test_a_bind_is_judged(embedded: EmbeddedDirectory, name: str, password: str, code: int) -> None:
    with connect(embedded.port, name, password) as connection:
        assert connection.result["result"] == code


def test_a_failed_bind_leaves_nobody_bound(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port) as connection:
        assert connection.extend.standard.who_am_i() == f"dn:{SERVICE}"
        connection.rebind(SERVICE, "wrong", read_server_info=False)
        assert connection.result["result"] == 49
        assert not connection.extend.standard.who_am_i()
        connection.search(BASE, "(uid=zhangwei)")
        assert connection.result["result"] == 50


def test_a_name_without_a_password_is_not_let_in(embedded: EmbeddedDirectory) -> None:
    assert result(embedded, bind(SERVICE, b"")) == 53
    assert result(embedded, bind("", b"")) == 0, "anonymous, which may see nothing"


def test_anonymous_sees_the_root_and_nothing_else(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port, "", "", info=ldap3.DSA) as connection:
        assert connection.server.info.naming_contexts == [BASE]
        assert not connection.search(BASE, "(objectClass=*)")
        assert connection.result["result"] == 50
        assert not connection.compare(ZHANG, "uid", "zhangwei")


def test_a_comparison_answers_yes_or_no_but_never_about_passwords(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port) as connection:
        assert connection.compare(ZHANG, "cn", "张伟")
        assert not connection.compare(ZHANG, "cn", "李强")
        assert not connection.compare(ZHANG, "userPassword", "Manyou-2026-zhangwei")
        assert not connection.compare(f"uid=nobody,{BASE}", "cn", "x")
        assert connection.result["result"] == 32


def test_nobody_writes(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port) as connection:
        assert not connection.delete(ZHANG)
        assert connection.result["result"] == 53
        assert not connection.modify(ZHANG, {"cn": [(ldap3.MODIFY_REPLACE, ["x"])]})
        assert not connection.add(f"uid=new,{BASE}", "inetOrgPerson", {"cn": "x", "sn": "x"})
        assert not connection.modify_dn(ZHANG, "uid=other")
    assert search(embedded.port, "(uid=zhangwei)") == {ZHANG}


def test_a_size_limit_is_kept_and_said(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port) as connection:
        connection.search(BASE, "(uid=*)", size_limit=3)
        assert (connection.result["result"], len(connection.response)) == (4, 3)
        connection.search(BASE, "(uid=zhangwei)", size_limit=1)
        assert (connection.result["result"], len(connection.response)) == (0, 1)


def test_the_servers_own_limit_is_kept_without_pages(tmp_path: Path) -> None:
    people = "".join(
        f"\ndn: uid=p{n},dc=big\nobjectClass: account\nuid: p{n}\n" for n in range(MAX_ENTRIES + 5)
    )
    ldif = tmp_path / "big.ldif"
    ldif.write_text(f"dn: dc=big\nobjectClass: domain\ndc: big\nuserPassword: plain\n{people}")
    directory = EmbeddedDirectory(ldif)
    directory.start()
    try:
        with connect(directory.port, "dc=big", "plain") as connection:
            connection.search("dc=big", "(uid=*)")
            assert (connection.result["result"], len(connection.response)) == (4, MAX_ENTRIES)
            pages = connection.extend.standard.paged_search(
                "dc=big", "(uid=*)", paged_size=400, generator=False
            )
            assert len({entry["dn"] for entry in pages}) == MAX_ENTRIES + 5
    finally:
        directory.stop()


def test_pages_give_everybody_once(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port) as connection:
        pages = connection.extend.standard.paged_search(BASE, "(uid=*)", paged_size=7, generator=False)
        names = [entry["dn"] for entry in pages]
    assert len(names) == len(set(names)) == 41


def test_an_unknown_control_is_refused_only_when_it_is_critical(embedded: EmbeddedDirectory) -> None:
    with connect(embedded.port) as connection:
        connection.search(BASE, "(uid=zhangwei)", controls=[("1.2.3.4", True, None)])
        assert (connection.result["result"], connection.response) == (12, [])
        connection.search(BASE, "(uid=zhangwei)", controls=[("1.2.3.4", False, None)])
        assert (connection.result["result"], len(connection.response)) == (0, 1)


def test_other_versions_and_methods_are_refused(embedded: EmbeddedDirectory) -> None:
    assert result(embedded, bind(SERVICE, PASSWORD.encode(), version=2)) == 2
    sasl = ber.pack(wire.BIND, ber.number(3), ber.octets(""), ber.pack(0xA3, ber.octets("PLAIN")))
    assert result(embedded, sasl) == 7
    assert result(embedded, bind(SERVICE, PASSWORD.encode())) == 0


@pytest.mark.skipif(
    not shutil.which("ldapsearch"), reason="ldapsearch is not installed: apt-get install ldap-utils"
)
def test_ldapsearch_reads_it(embedded: EmbeddedDirectory) -> None:
    url = f"ldap://127.0.0.1:{embedded.port}"
    asked = ["-x", "-LLL", "-H", url, "-D", SERVICE, "-w", PASSWORD, "-b", BASE, "-E", "pr=5/noprompt"]
    told = subprocess.run(
        ["ldapsearch", *asked, "(ou=公安厅)", "mail"], capture_output=True, text=True, check=False, timeout=20
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("mail: ") == 8
    assert "heyong@gd.example" in told.stdout


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(b"\x30\x84\x7f\xff\xff\xff", id="two gigabytes announced"),
        pytest.param(b"\x30\x80\x02\x01\x01", id="a length without end"),
        pytest.param(b"\x30\x03\x02\x01\x01", id="no operation"),
        pytest.param(b"\x30\x05\x02\x01\x00\x42\x00", id="message number zero"),
        pytest.param(b"\x30\x05\x02\x01\x01\x7f\x00", id="an unknown operation"),
        pytest.param(b"\x1f\x81\x01\x00", id="a long tag"),
    ],
)
def test_what_is_not_ldap_ends_the_talk_and_nothing_else(embedded: EmbeddedDirectory, data: bytes) -> None:
    assert ended(embedded, data)
    assert search(embedded.port, "(uid=zhangwei)") == {ZHANG}


def test_a_filter_as_deep_as_a_well_is_refused(embedded: EmbeddedDirectory) -> None:
    def nested(depth: int) -> bytes:
        return ber.pack(0x87, b"uid") if depth == 0 else ber.pack(0xA2, nested(depth - 1))

    assert _code(embedded, nested(10)) == wire.SUCCESS
    assert _code(embedded, nested(200)) is None, "the talk is over"


def _code(directory: EmbeddedDirectory, text: bytes) -> int | None:
    search_request = ber.pack(
        wire.SEARCH, ber.octets(""), ber.number(0, ber.ENUMERATED), ber.number(0, ber.ENUMERATED), ber.number(0),
        ber.number(0), ber.pack(ber.BOOLEAN, b"\0"), text, ber.pack(ber.SEQUENCE),
    )  # fmt: skip
    return result(directory, search_request, tag=wire.ANSWERS[wire.SEARCH])


def test_clients_beyond_the_limit_are_sent_away_and_those_inside_are_served(
    embedded: EmbeddedDirectory,
) -> None:
    crowd = [
        socket.create_connection(("127.0.0.1", embedded.port), timeout=5) for _ in range(MAX_CLIENTS + 5)
    ]
    try:
        assert crowd[-1].recv(1) == b""
        crowd[0].sendall(ber.pack(ber.SEQUENCE, ber.number(1), bind("", b"")))
        assert crowd[0].recv(1) == b"\x30"
    finally:
        for client in crowd:
            client.close()


def test_it_stops_in_mid_sentence_and_comes_back_at_the_same_port() -> None:
    directory = EmbeddedDirectory(LDIF)
    directory.start()
    port = directory.port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"\x30")
        client.settimeout(5)
        directory.stop()
        assert gone(client)
    directory.start()
    assert directory.port == port
    assert search(port, "(uid=zhangwei)") == {ZHANG}
    directory.stop()
    directory.stop()


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "adapters.ldap.embedded", "--ldif", str(LDIF), "--listen", "127.0.0.1:0"]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert search(int(line.rpartition(":")[2]), "(uid=zhangwei)") == {ZHANG}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--ldif", str(LDIF), "--listen", "0.0.0.0:8389"], 2, "loopback"),
        (["--ldif", str(LDIF), "--listen", "127.0.0.1"], 2, "127.0.0.1:8389"),
        (["--ldif", "/nowhere.ldif"], 1, "/nowhere.ldif"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], code: int, words: str) -> None:
    command = [sys.executable, "-m", "adapters.ldap.embedded", *arguments]
    root = Path(__file__).parents[3]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, cwd=root)
    assert told.returncode == code
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def ended(directory: EmbeddedDirectory, data: bytes) -> bool:
    """Whether the server hangs up after this, while the client is still there."""
    with socket.create_connection(("127.0.0.1", directory.port), timeout=5) as client:
        client.sendall(data)
        return gone(client)


def gone(client: socket.socket) -> bool:
    try:
        while client.recv(4096):
            pass
    except ConnectionResetError:  # it left with words of ours unread
        return True
    return True


def bind(name: str, password: bytes, version: int = 3) -> bytes:
    return ber.pack(wire.BIND, ber.number(version), ber.octets(name), ber.octets(password, 0x80))


def result(directory: EmbeddedDirectory, operation: bytes, tag: int = wire.ANSWERS[wire.BIND]) -> int | None:
    """The code that ends this operation; None when the server hung up without one."""
    with socket.create_connection(("127.0.0.1", directory.port), timeout=5) as client:
        client.sendall(ber.pack(ber.SEQUENCE, ber.number(1), operation))
        client.shutdown(socket.SHUT_WR)
        data = b""
        while part := client.recv(4096):
            data += part
    for message in ber.elements(data):
        answer = message.parts()[1]
        if answer.tag == tag and message.parts()[0].integer() == 1:
            return answer.parts()[0].integer()
    return None
