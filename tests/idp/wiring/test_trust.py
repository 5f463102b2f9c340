"""Resolving over real connections: what a hostile server can do to a walk, and what the store keeps of it."""

import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from federation.resolve import Limits, Report, Resolver, Unkept
from idp.addresses import Addresses
from idp.errors import Unavailable
from idp.outbound import Outbound
from idp.store import Store, ValkeyStore
from idp.wiring.trust import NothingShared, SharedCache, StatementFetcher
from tests.federation.resolve.sockets import served
from tests.idp.test_outbound import Canary, drips, says

JWT = b"Content-Type: application/entity-statement+jwt\r\n"


@pytest.fixture
def canary() -> Iterator[Callable[..., Canary]]:
    made: list[Canary] = []

    def make(*parts: bytes) -> Canary:
        made.append(Canary(says(*parts)))
        return made[-1]

    yield make
    for one in made:
        one.close()


OPENED: list[Outbound] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Idle connections are closed after each test."""
    yield
    while OPENED:
        OPENED.pop().close()


def fetcher(addresses: Addresses) -> StatementFetcher:
    OPENED.append(Outbound(addresses))
    return StatementFetcher(OPENED[-1])


def resolver(
    *,
    inside: bool = True,
    limits: Limits | None = None,
    resolve: Callable[[str], Sequence[str]] | None = None,
) -> Resolver:
    addresses = Addresses(allow=(), inside=inside, resolve=resolve or (lambda _host: []))
    return Resolver(
        anchors=lambda: {"https://anchor.example": {"keys": []}},
        fetcher=fetcher(addresses),
        cache=NothingShared(),
        clock=time.time,
        limits=limits,
    )


def told(port: int, limits: Limits | None = None) -> Report:
    return resolver(limits=limits).explain(f"http://leaf.localhost:{port}")


def test_a_country_on_loopback_is_resolved_with_one_request_for_each_statement() -> None:
    with served(time.time()) as (country, asked):
        one = Resolver(
            anchors=lambda: country.anchors,
            fetcher=fetcher(Addresses(allow=(), inside=True)),
            cache=NothingShared(),
            clock=time.time,
        )
        assert one.resolve(country.id_of("portal")).superiors[-1] == country.id_of("anchor")
        assert set(asked.values()) == {1}
        assert len(asked) == 7


def test_a_redirect_is_not_followed(canary: Callable[..., Canary]) -> None:
    inner = canary(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    where = b"Location: http://inner.localhost:%d/\r\n" % inner.port
    outer = canary(b"HTTP/1.1 302 Found\r\n", where, b"Content-Length: 0\r\n\r\n")
    report = told(outer.port)
    assert "redirects are not followed" in report.reason
    assert (inner.connections, outer.connections) == (0, 1)


def test_an_answer_that_is_too_long_hits_its_budget(canary: Callable[..., Canary]) -> None:
    server = canary(b"HTTP/1.1 200 OK\r\n", JWT, b"Content-Length: 9000\r\n\r\n", b"a" * 9000)
    report = told(server.port, limits=Limits(statement_bytes=8_000))
    assert report.budgets == ("statement_bytes",)
    assert report.verdict == "untrusted"


def test_an_answer_a_byte_at_a_time_costs_no_more_than_its_seconds() -> None:
    server = Canary(drips(b"HTTP/1.1 200 OK\r\n" + JWT + b"Content-Length: 100000\r\n\r\n", b"a"))
    report = told(server.port, limits=Limits(fetch_seconds=0.3))
    server.close()
    assert report.verdict == "unreachable"
    assert server.connections == 1


def test_a_page_for_people_is_not_a_statement(canary: Callable[..., Canary]) -> None:
    server = canary(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi")
    assert "application/entity-statement+jwt" in told(server.port).reason


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]"]
)
def test_a_private_address_is_not_asked(host: str) -> None:
    report = resolver(inside=False).explain(f"https://{host}")
    assert report.verdict == "unreachable"
    assert "private network" in report.steps[0].reason


def test_a_name_that_leads_inside_is_not_asked(canary: Callable[..., Canary]) -> None:
    server = canary(b"")
    report = resolver(inside=False, resolve=lambda _host: ["127.0.0.1"]).explain(
        f"https://rebind.example:{server.port}"
    )
    assert report.verdict == "unreachable"
    assert server.connections == 0


def test_a_name_is_looked_up_once_for_each_connection_and_never_between_check_and_use() -> None:
    lookups: list[str] = []
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])

    def changing(host: str) -> Sequence[str]:
        lookups.append(host)
        return next(answers)

    resolver(inside=False, resolve=changing, limits=Limits(fetch_seconds=0.2)).explain(
        "https://rebind.example"
    )
    assert lookups == ["rebind.example"]


@pytest.mark.parametrize("url", ["http://portal.example", "http://10.0.0.1", "ftp://portal.example"])
def test_plain_http_outside_loopback_is_not_asked(url: str) -> None:
    report = resolver().explain(url)
    assert report.section == "1.2"
    assert report.fetches == 0


def test_what_one_process_fetched_lies_in_the_store_for_all(store: ValkeyStore) -> None:
    with served(time.time()) as (country, asked):
        for _ in range(2):
            Resolver(
                anchors=lambda: country.anchors,
                fetcher=fetcher(Addresses(allow=(), inside=True)),
                cache=SharedCache(store),
                clock=time.time,
            ).resolve(country.id_of("portal"))
        assert set(asked.values()) == {1}


class Silent:
    """A store that does not answer."""

    def get(self, key: str) -> bytes | None:
        raise Unavailable("store", "down")

    put = add = take = swap = ping = get


def test_a_silent_store_is_said_to_be_silent() -> None:
    store: Store = Silent()  # type: ignore[assignment]
    with pytest.raises(Unkept):
        SharedCache(store).get("k")
