"""Addresses: owns which addresses our own requests may reach. Does not connect. Imports settings.places.

The attack is a URL that somebody else chose (a `jwks_uri`, a logout URI), and that points into our own
network by a literal address, by a name, or by a name that changes between the check and the connection.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from idp.settings.places import is_loopback

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str], Sequence[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(Exception):
    """An address that we do not connect to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes.

    Attributes:
        host: lower case, without brackets.
        netloc: as the Host header says it.
        target: path and query.
    """

    scheme: str
    host: str
    port: int
    netloc: str
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a connection can be shared by."""
        return self.scheme, self.host, self.port


def place_of(url: str) -> Place:
    """Take a URL apart.

    Raises:
        ValueError: it is not one that requests are sent to: http or https, and https outside loopback.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("is not a URL")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise ValueError("is not an address that requests are sent to")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("is not https")
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(scheme=parts.scheme, host=parts.hostname, port=port, netloc=parts.netloc, target=target)


def shown(url: str) -> str:
    """What of a URL may be logged: paths and queries can carry secrets."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}"
    return "a URL"


def system_resolver(host: str) -> Sequence[str]:
    """The addresses of a name, by the system's resolver; blocks for as long as that takes."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def public(address: Address) -> bool:
    """Whether an address is somewhere on the internet, also when IPv4 hides inside IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class Addresses:
    """Names to addresses that may be connected to.

    Args:
        allow: host names and addresses that are reachable wherever they are.
        inside: whether every address may be reached, because we are a demo or a test on loopback ourselves.
        resolve: the names of the world; hosts under `.localhost` never get that far (RFC 6761 §6.3).
    """

    def __init__(self, *, allow: Collection[str], inside: bool, resolve: Resolver = system_resolver) -> None:
        self._allow = frozenset(name.lower() for name in allow)
        self._inside = inside
        self._resolve = resolve

    def find(self, host: str, timeout: float) -> Sequence[str]:
        """Addresses to connect to, checked: connect to these and to no others.

        Args:
            host: a name or a literal address, lower case, without brackets.
            timeout: seconds for the resolver.

        Raises:
            Forbidden: none of them may be reached.
            OSError: the name has none, or the resolver takes too long.
        """
        found = self._lookup(host, timeout)
        if self._inside or host in self._allow:
            return found
        good = [text for text in found if text in self._allow or public(ipaddress.ip_address(text))]
        if not good:
            raise Forbidden(f"{host} is inside a private network; name it in [outbound] allow if it is meant")
        return good

    def _lookup(self, host: str, timeout: float) -> Sequence[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            if is_loopback(host):
                return ["127.0.0.1"]
        return [text.partition("%")[0] for text in _within(timeout, lambda: self._resolve(host))]


def _within(timeout: float, work: Callable[[], Sequence[str]]) -> Sequence[str]:
    """The system's resolver knows no deadline, so it works in a thread that can be left behind."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(work())
        except Exception as error:
            answers.put(error)

    threading.Thread(target=run, daemon=True, name="resolve").start()
    try:
        answer = answers.get(timeout=max(timeout, 0.001))
    except Empty:
        raise TimeoutError("the name is not resolved in time") from None
    if isinstance(answer, Exception):
        raise OSError("the name does not resolve") from answer
    return answer
