"""Link: owns one hardened connection to an LDAP server. Does not know people, only DNs, filters and result
codes.

ldap3 as shipped verifies no certificate, waits for ever, reads the schema at every bind and takes
credentials to whichever server a referral names. Every one of these is closed here, once.
"""

import contextlib
import math
import socket
import ssl
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ldap3 import DEREF_NEVER, IP_V4_PREFERRED, NONE, SAFE_SYNC, SIMPLE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPCommunicationError, LDAPException

from adapters.ldap.deadline import BoundedSocket, Deadline

SUCCESS = 0
SIZE_LIMIT_EXCEEDED = 4


class LinkFailed(Exception):
    """The server cannot be asked: it does not answer, answers nonsense, or is not the one we trust."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a server is, and how it proves to be itself.

    Attributes:
        url: `ldap://…` or `ldaps://…`.
        start_tls: whether a plain connection turns to TLS first.
        tls: a verifying context; unused on a plain connection.
    """

    url: str
    start_tls: bool
    tls: ssl.SSLContext


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the server sent it: its DN, and its values by attribute in lower case."""

    dn: str
    values: Mapping[str, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: a result code (RFC 4511 §4.1.9) and entries. References to other servers are
    dropped.
    """

    code: int
    entries: tuple[Entry, ...]


class Link:
    """One connection, used by one thread at a time.

    Args:
        endpoint: the server.
        deadline: for opening it.

    Raises:
        LinkFailed: no trustworthy connection came about in time.
    """

    def __init__(self, endpoint: Endpoint, deadline: Deadline) -> None:
        with _failures():
            self._connection = _open(endpoint, deadline)
        self._raw: socket.socket = self._connection.socket
        self._close = weakref.finalize(self, self._raw.close)  # ldap3 is full of cycles, and keeps it open

    def bind(self, dn: str, password: bytes, deadline: Deadline) -> int:
        """The result code of a simple bind.

        Args:
            dn: never empty, as RFC 4513 §5.1.1 calls that anonymous and answers success.
            password: never empty, for the same reason (RFC 4513 §5.1.2).

        Raises:
            LinkFailed: it was not answered.
        """
        if not dn or not password:
            raise LinkFailed("refused to bind without a name or a password")
        with self._bounded(deadline):
            _, result, _, _ = self._connection.rebind(dn, password, SIMPLE, read_server_info=False)
            return int(result["result"])

    def search(self, base: str, text: str, attributes: Sequence[str], deadline: Deadline) -> Found:
        """What lies below `base` and matches the filter `text`: two entries at the most.

        Raises:
            LinkFailed: it was not answered.
        """
        with self._bounded(deadline):
            _, result, entries, _ = self._connection.search(
                base,
                text,
                SUBTREE,
                dereference_aliases=DEREF_NEVER,  # an alias would be a second name for an account (F21)
                attributes=list(attributes),
                size_limit=2,
                time_limit=math.ceil(deadline.left()),
            )
            return Found(int(result["result"]), tuple(map(_entry, _only_entries(entries))))

    def close(self) -> None:
        """Leaves; never fails."""
        with contextlib.suppress(OSError):
            self._close()

    @contextlib.contextmanager
    def _bounded(self, deadline: Deadline) -> Iterator[None]:
        with _failures():
            self._connection.socket = BoundedSocket(self._raw, deadline)
            yield


class _Server(Server):  # type: ignore[misc]  # ldap3 has no types
    """A server whose connection attempts share one deadline, however many addresses its name has."""

    def __init__(self, endpoint: Endpoint, deadline: Deadline) -> None:
        self._deadline = deadline
        secure = endpoint.url.startswith("ldaps:")
        tls = _StrictTls(endpoint.tls, deadline) if secure or endpoint.start_tls else None
        super().__init__(
            endpoint.url,
            use_ssl=secure,
            tls=tls,
            get_info=NONE,
            mode=IP_V4_PREFERRED,
            allowed_referral_hosts=[],
        )

    @property
    def connect_timeout(self) -> float:
        return self._deadline.left()

    @connect_timeout.setter
    def connect_timeout(self, _: object) -> None:
        """ldap3 sets its default, which is for ever."""


class _StrictTls(Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS as the standard library does it: verified chain and name, SNI, all of it before the deadline."""

    def __init__(self, context: ssl.SSLContext, deadline: Deadline) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context
        self._deadline = deadline

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: ARG002
        raw = connection.socket.raw if isinstance(connection.socket, BoundedSocket) else connection.socket
        raw.settimeout(self._deadline.left())
        connection.socket = self._context.wrap_socket(raw, server_hostname=connection.server.host)


def _open(endpoint: Endpoint, deadline: Deadline) -> Connection:
    connection = Connection(
        _Server(endpoint, deadline),
        client_strategy=SAFE_SYNC,
        receive_timeout=math.ceil(deadline.left()),
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        read_only=True,
    )
    try:
        connection.open(read_server_info=False)
        # each packet is a whole question: waiting to fill it costs 40 ms a bind
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if endpoint.start_tls:
            connection.socket = BoundedSocket(connection.socket, deadline)
            _turn_to_tls(connection)
    except Exception:
        if connection.socket is not None:
            connection.socket.close()
        raise
    return connection


def _turn_to_tls(connection: Connection) -> None:
    connection.start_tls(read_server_info=False)
    # ldap3 answers False in some states, and would go on in clear
    if not isinstance(connection.socket, ssl.SSLSocket):
        raise LinkFailed("the server does not turn to TLS")


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """Turns whatever goes wrong in ldap3 into the one failure that we know."""
    try:
        yield
    except LinkFailed:
        raise
    except (OSError, LDAPCommunicationError) as error:
        raise LinkFailed(f"{type(error).__name__}: {str(error)[:200]}") from None
    except LDAPException as error:
        raise LinkFailed(type(error).__name__) from None
    except Exception as error:  # ldap3 answers malformed BER with whatever its decoder trips over
        raise LinkFailed(f"unreadable answer ({type(error).__name__})") from None


def _only_entries(responses: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [response for response in responses if response["type"] == "searchResEntry"]


def _entry(response: Mapping[str, object]) -> Entry:
    raw, values = response["raw_dn"], response["raw_attributes"]
    if not isinstance(raw, bytes) or not isinstance(values, Mapping):
        raise LinkFailed("unreadable entry")
    return Entry(
        raw.decode(), {str(name).partition(";")[0].lower(): tuple(held) for name, held in values.items()}
    )
