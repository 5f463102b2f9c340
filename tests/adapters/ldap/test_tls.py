"""A password is only ever said to the server that we trust, and never where others can listen."""

import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters import DirectoryUnavailable, Person
from adapters.kinds import open_source
from adapters.ldap.deadline import Deadline
from adapters.ldap.embedded import EmbeddedDirectory, ber, wire
from adapters.ldap.link import Endpoint, Link, LinkFailed
from tests.adapters.ldap.certificates import Authority, self_signed
from tests.adapters.ldap.scripted import Scripted, done, honest, person
from tests.contracts.directory_places import LDIF, config

TRUSTED = Authority.made("trusted")

WRONG: dict[str, Callable[[Path], ssl.SSLContext]] = {
    "a certificate that nobody vouches for": self_signed,
    "a certificate of another authority": lambda folder: Authority.made("other").server(folder),
    "a certificate for another host": lambda folder: TRUSTED.server(folder, address="127.0.0.2"),
    "an expired certificate": lambda folder: TRUSTED.server(folder, days=-1),
}


def sign_in(folder: Path, tls: ssl.SSLContext, *, implicit: bool) -> tuple[Person | str | None, list[str]]:
    """The outcome of a sign-in over TLS, and what the server heard."""
    heard: list[str] = []
    directory = EmbeddedDirectory(LDIF, tls=tls, implicit_tls=implicit, heard=heard.append)
    directory.start()
    scheme = "ldaps" if implicit else "ldap"
    source = open_source(
        config(
            directory.port,
            url=f"{scheme}://127.0.0.1:{directory.port}",
            start_tls=not implicit,
            ca_file=str(TRUSTED.write(folder)),
        )
    )
    try:
        return source.check("zhangwei", "Manyou-2026-zhangwei"), heard
    except DirectoryUnavailable as error:
        return error.cause, heard
    finally:
        directory.stop()


@pytest.mark.parametrize("implicit", [True, False], ids=["ldaps", "StartTLS"])
def test_the_right_certificate_is_talked_to(tmp_path: Path, implicit: bool) -> None:
    outcome, heard = sign_in(tmp_path, TRUSTED.server(tmp_path), implicit=implicit)
    assert isinstance(outcome, Person)
    assert sum(line.startswith("bind") for line in heard) == 2


@pytest.mark.parametrize("implicit", [True, False], ids=["ldaps", "StartTLS"])
@pytest.mark.parametrize("kind", WRONG)
def test_nothing_is_said_to(tmp_path: Path, kind: str, implicit: bool) -> None:
    outcome, heard = sign_in(tmp_path, WRONG[kind](tmp_path), implicit=implicit)
    assert isinstance(outcome, str)
    assert "certificate" in outcome.lower()
    assert not any(line.startswith("bind") for line in heard)


def test_nothing_is_said_to_a_server_that_will_not_turn_to_tls(tmp_path: Path) -> None:
    heard: list[str] = []
    directory = EmbeddedDirectory(LDIF, heard=heard.append)  # as one whose StartTLS was stripped on the way
    directory.start()
    source = open_source(config(directory.port, start_tls=True, ca_file=str(TRUSTED.write(tmp_path))))
    try:
        with pytest.raises(DirectoryUnavailable):
            source.check("zhangwei", "Manyou-2026-zhangwei")
    finally:
        directory.stop()
    assert not any(line.startswith("bind") for line in heard)


def test_what_a_stranger_slips_in_behind_starttls_is_not_heard(tmp_path: Path) -> None:
    # CVE-2011-0411's kind: read ahead in clear, it would count as said under TLS
    service = ber.pack(
        wire.BIND, ber.number(3), ber.octets("cn=manyou,ou=services,dc=gd,dc=example"), ber.octets("x", 0x80)
    )
    turn = ber.pack(wire.EXTENDED, ber.octets(wire.START_TLS, 0x80))
    assert said(tmp_path, turn, service) == [f"extended {wire.START_TLS}"]
    assert said(tmp_path, service, turn) == [
        "bind cn=manyou,ou=services,dc=gd,dc=example 49",
        f"extended {wire.START_TLS}",
    ]


def said(folder: Path, *operations: bytes) -> list[str]:
    """What the server heard of these, sent in clear and in one packet."""
    heard: list[str] = []
    directory = EmbeddedDirectory(LDIF, tls=TRUSTED.server(folder), heard=heard.append)
    directory.start()
    try:
        with socket.create_connection(("127.0.0.1", directory.port), timeout=5) as plain:
            numbered = enumerate(operations, start=1)
            plain.sendall(b"".join(ber.pack(ber.SEQUENCE, ber.number(n), o) for n, o in numbered))
            plain.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                while plain.recv(4096):
                    pass
    finally:
        directory.stop()
    return heard


def test_a_bind_without_a_name_or_a_password_is_never_sent() -> None:
    with Scripted(honest(lambda m: [person(m), done(m)])) as server:
        deadline = Deadline(clock=lambda: 0.0, at=1.0)
        link = Link(
            Endpoint(
                url=f"ldap://127.0.0.1:{server.port}", start_tls=False, tls=ssl.create_default_context()
            ),
            deadline,
        )
        assert link.bind("cn=a", b"b", deadline) == 0
        for name, password in (("", b"x"), ("cn=a", b"")):
            with pytest.raises(LinkFailed):
                link.bind(name, password, deadline)
        link.close()
    assert server.binds() == ["cn=a"]
