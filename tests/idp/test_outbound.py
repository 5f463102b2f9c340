"""Our own requests: only to checked addresses, never longer, larger or further than was asked for."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from idp.addresses import Addresses
from idp.errors import Unavailable
from idp.outbound import Outbound
from tests.certificates import throwaway

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


class Canary:
    """A server that answers bytes and remembers who came."""

    def __init__(self, answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.left = threading.Event()
        self._answer = answer
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                raw, _peer = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(raw,), daemon=True).start()

    def _talk(self, raw: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(raw, server_side=True) if self._tls else raw as line:
                while asked := line.recv(65536):
                    if asked.startswith(b"POST") and not asked.endswith(b"grant=1"):
                        asked += line.recv(65536)
                    self.requests.append(asked)
                    self._answer(line)
        except OSError:
            pass
        finally:
            self.left.set()

    def close(self) -> None:
        self._socket.close()


def says(*parts: bytes) -> Callable[[socket.socket], None]:
    return lambda line: line.sendall(b"".join(parts))


def drips(first: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    """An answer that never ends and never pauses for as long as a read may take."""

    def answer(line: socket.socket) -> None:
        line.sendall(first)
        pause = threading.Event()
        while True:
            line.sendall(drop)
            pause.wait(0.02)

    return answer


@pytest.fixture
def canary() -> Iterator[Callable[..., Canary]]:
    made: list[Canary] = []

    def make(answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Canary:
        made.append(Canary(answer, tls))
        return made[-1]

    yield make
    for one in made:
        one.close()


def nowhere(host: str) -> Sequence[str]:
    raise AssertionError(f"{host} must not be asked for")


@pytest.fixture
def make() -> Iterator[Callable[..., Outbound]]:
    """Outgoing requests of a node; idle connections are closed after the test."""
    made: list[Outbound] = []

    def build(addresses: Addresses, *, timeout: float = 3, ca_file: Path | None = None) -> Outbound:
        made.append(Outbound(addresses, timeout=timeout, ca_file=ca_file))
        return made[-1]

    yield build
    for one in made:
        one.close()


@pytest.fixture
def inside(make: Callable[..., Outbound]) -> Callable[..., Outbound]:
    """A node on loopback."""
    return lambda timeout=3: make(Addresses(allow=(), inside=True, resolve=nowhere), timeout=timeout)


def ask(outbound: Outbound, url: str, **kwargs: int) -> bytes:
    return outbound.send("GET", url, headers={}, body=None, **kwargs).body


def test_an_answer_comes_back_whole(canary: Callable[..., Canary], inside: Callable[..., Outbound]) -> None:
    server = canary(says(OK))
    reply = inside().send(
        "POST", f"http://gd.localhost:{server.port}/token?x=1", headers={"X-One": "1"}, body=b"grant=1"
    )
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"hello", "text/plain")
    sent = server.requests[0].lower()
    assert sent.startswith(b"post /token?x=1 http/1.1\r\n")
    assert sent.endswith(b"\r\n\r\ngrant=1")
    for header in (f"host: gd.localhost:{server.port}".encode(), b"accept-encoding: identity", b"x-one: 1"):
        assert sent.count(header) == 1


def test_a_connection_is_kept_and_reused_and_replaced_when_it_was_closed(
    canary: Callable[..., Canary], inside: Callable[..., Outbound]
) -> None:
    server = canary(says(OK))
    outbound = inside()
    for _ in range(3):
        assert ask(outbound, f"http://localhost:{server.port}/") == b"hello"
    assert server.connections == 1
    outbound.close()
    assert server.left.wait(2)
    assert ask(outbound, f"http://localhost:{server.port}/") == b"hello"
    assert server.connections == 2


def test_a_connection_that_the_other_side_closes_is_not_kept(
    canary: Callable[..., Canary], inside: Callable[..., Outbound]
) -> None:
    server = canary(says(OK.replace(b"\r\nContent-T", b"\r\nConnection: close\r\nContent-T")))
    outbound = inside()
    for _ in range(2):
        assert ask(outbound, f"http://localhost:{server.port}/") == b"hello"
    assert server.connections == 2


def test_a_redirect_is_an_answer_and_is_not_followed(
    canary: Callable[..., Canary], inside: Callable[..., Outbound]
) -> None:
    trap = canary(says(OK))
    to = f"Location: http://localhost:{trap.port}/\r\n".encode()
    server = canary(says(b"HTTP/1.1 302 Found\r\n" + to + b"Content-Length: 0\r\n\r\n"))
    outbound = inside()
    assert outbound.send("GET", f"http://localhost:{server.port}/", headers={}, body=None).status == 302
    with pytest.raises(Unavailable, match="peer") as refused:
        outbound.get(f"http://localhost:{server.port}/")
    assert "status 302" in refused.value.cause
    assert trap.connections == 0


LATE = {
    "a body a byte at a time": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "a body in chunks without end": drips(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"
    ),
    "headers without end": drips(b"HTTP/1.1 200 OK\r\n", b"X"),
    "nothing at all": lambda line: threading.Event().wait(5) and None,
    "a body shorter than it says, then silence": says(OK[:-2]),
}


@pytest.mark.parametrize("case", LATE)
def test_one_deadline_holds_for_everything_together(
    canary: Callable[..., Canary], case: str, inside: Callable[..., Outbound]
) -> None:
    server = canary(LATE[case])
    with pytest.raises(Unavailable) as refused:
        ask(inside(timeout=0.3), f"http://localhost:{server.port}/secret?code=abc")
    assert refused.value.part == "peer"
    assert "secret" not in refused.value.cause
    assert "abc" not in refused.value.cause


def test_a_handshake_that_never_ends_is_cut_off(
    canary: Callable[..., Canary], inside: Callable[..., Outbound]
) -> None:
    server = canary(drips(b"\x16\x03\x03\x3f\xff", b"\x02"))
    with pytest.raises(Unavailable):
        ask(inside(timeout=0.3), f"https://localhost:{server.port}/")
    assert server.left.wait(2)


WRONG = {
    "an answer larger than the limit": says(OK),
    "an answer larger than the limit, in chunks": says(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    "an answer that stops early": lambda line: line.sendall(OK[:-2]) or line.shutdown(socket.SHUT_RDWR),
    "an answer that is not HTTP": says(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
    "headers without number": says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_answer_that_is_not_right_is_no_answer(
    canary: Callable[..., Canary], case: str, inside: Callable[..., Outbound]
) -> None:
    server = canary(WRONG[case])
    outbound = inside(timeout=2)
    with pytest.raises(Unavailable):
        ask(outbound, f"http://localhost:{server.port}/", limit=4)


def test_an_answer_of_exactly_the_limit_is_read(
    canary: Callable[..., Canary], inside: Callable[..., Outbound]
) -> None:
    server = canary(says(OK))
    assert ask(inside(), f"http://localhost:{server.port}/", limit=5) == b"hello"


URLS = [
    "http://peer.example/",
    "http://evillocalhost/",
    "http://127.0.0.1.example/",
    "ftp://localhost/",
    "file:///etc/passwd",
    "https://user:secret@localhost/",
    "https://localhost/#part",
    "https://localhost\\@peer.example/",
    "https://localhost/ x",
    "https://localhost/\r\nX: y",
    "https://例子.example/",
    "https://",
    "https://localhost:99999/",
]


@pytest.mark.parametrize("url", URLS)
def test_a_strange_url_goes_nowhere(url: str, inside: Callable[..., Outbound]) -> None:
    with pytest.raises(Unavailable) as refused:
        ask(inside(), url)
    assert "secret" not in refused.value.cause


PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_points_inside_is_not_followed(
    canary: Callable[..., Canary], address: str, make: Callable[..., Outbound]
) -> None:
    server = canary(says(OK))
    outbound = make(Addresses(allow=(), inside=False, resolve=lambda _host: [address]))
    with pytest.raises(Unavailable) as refused:
        ask(outbound, f"https://peer.example:{server.port}/")
    assert "Forbidden" in refused.value.cause
    assert server.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "gd.localhost", "[::1]", "10.0.0.1", "2130706433"]
)
def test_a_literal_address_inside_is_not_followed(
    canary: Callable[..., Canary], host: str, make: Callable[..., Outbound]
) -> None:
    server = canary(says(OK))
    outbound = make(Addresses(allow=(), inside=False, resolve=lambda _host: ["127.0.0.1"]))
    with pytest.raises(Unavailable) as refused:
        ask(outbound, f"https://{host}:{server.port}/")
    assert "Forbidden" in refused.value.cause
    assert server.connections == 0


def test_only_public_addresses_of_a_mixed_name_are_used() -> None:
    addresses = Addresses(
        allow=(), inside=False, resolve=lambda _host: ["10.0.0.1", "1.1.1.1", "2606:4700::1"]
    )
    assert addresses.find("peer.example", 1) == ["1.1.1.1", "2606:4700::1"]


@pytest.mark.parametrize("allow", [["peer.example"], ["PEER.example"], ["10.0.0.1"]])
def test_what_is_allowed_may_be_inside(allow: list[str]) -> None:
    addresses = Addresses(allow=allow, inside=False, resolve=lambda _host: ["10.0.0.1"])
    assert addresses.find("peer.example", 1) == ["10.0.0.1"]


def test_names_under_localhost_are_this_machine_without_asking() -> None:
    addresses = Addresses(allow=(), inside=True, resolve=nowhere)
    assert addresses.find("portal-gd.localhost", 1) == ["127.0.0.1"]


def test_a_resolver_that_hangs_is_left_behind() -> None:
    release = threading.Event()
    outbound = Outbound(
        Addresses(allow=(), inside=False, resolve=lambda _host: [str(release.wait(5))]), timeout=0.1
    )
    with pytest.raises(Unavailable):
        ask(outbound, "https://peer.example/")
    release.set()


def test_a_name_that_changes_its_mind_meets_the_checked_address(
    canary: Callable[..., Canary], tmp_path: Path, make: Callable[..., Outbound]
) -> None:
    """The name is looked up once per connection, and the connection goes to what was checked (DNS rebinding)."""
    asked: list[str] = []

    def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    certificate, server_tls = throwaway(tmp_path, "peer.example")
    server = canary(says(OK), server_tls)
    outbound = make(Addresses(allow=["peer.example"], inside=False, resolve=resolve), ca_file=certificate)
    for _ in range(2):
        assert ask(outbound, f"https://peer.example:{server.port}/") == b"hello"
    assert asked == ["peer.example"]
    assert f"Host: peer.example:{server.port}".encode() in server.requests[0]


def test_a_certificate_of_another_name_or_authority_is_refused(
    canary: Callable[..., Canary], tmp_path: Path, make: Callable[..., Outbound]
) -> None:
    certificate, server_tls = throwaway(tmp_path, "other.example")
    server = canary(says(OK), server_tls)
    addresses = Addresses(
        allow=["peer.example", "other.example"], inside=False, resolve=lambda _host: ["127.0.0.1"]
    )
    for outbound, host in (
        (make(addresses, ca_file=certificate), "peer"),
        (make(addresses), "other"),
    ):
        with pytest.raises(Unavailable) as refused:
            ask(outbound, f"https://{host}.example:{server.port}/")
        assert "SSLCertVerificationError" in refused.value.cause
    assert server.requests == []


def test_the_list_of_private_addresses_is_private_by_the_standard_library_too() -> None:
    plain = [ipaddress.ip_address(text.partition("%")[0]) for text in PRIVATE[:10]]
    assert not [address for address in plain if address.is_global and not address.is_multicast]


def test_connections_that_are_kept_are_few_however_many_hosts_are_met(
    canary: Callable[..., Canary], inside: Callable[..., Outbound]
) -> None:
    server, outbound = canary(says(OK)), inside()
    for number in range(100):
        ask(outbound, f"http://h{number}.localhost:{server.port}/")
    ask(outbound, f"http://h99.localhost:{server.port}/")
    assert server.connections == 100  # the last was still open
    ask(outbound, f"http://h0.localhost:{server.port}/")
    assert server.connections == 101  # the first was not
