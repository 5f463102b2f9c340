"""Parts: owns opening what a node reaches: its store, its directories, other servers, their keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.kinds import open_source
from adapters.person import Source
from idp.accounts import LocalAccounts
from idp.addresses import Addresses
from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Outbound, Sender
from idp.passwords import Passwords
from idp.peer import Acquaintance
from idp.settings import Settings
from idp.settings.model import Peer as PeerTable
from idp.store import Store, ValkeyStore
from idp.valkey import Embedded
from idp.wiring.records import Records
from keys.remote import KeysUnavailable, RemoteKeys


def open_store(settings: Settings) -> tuple[Store, Callable[[], None]]:
    """The store of these settings and how to let go of it; `embedded` starts a server of our own."""
    if settings.store.url != "embedded":
        store = ValkeyStore(settings.store.address(), prefix=settings.store.prefix)
        return store, store.close
    server = Embedded()
    store = ValkeyStore(server.start(), prefix=settings.store.prefix)

    def stop() -> None:
        store.close()
        server.stop()

    return store, stop


def open_outbound(settings: Settings) -> Outbound:
    """Our own requests; inside addresses are only reached from a loopback issuer or where settings list
    them."""
    addresses = Addresses(allow=settings.outbound.allow, inside=settings.loopback)
    return Outbound(addresses, timeout=settings.outbound.timeout, ca_file=settings.outbound.ca_file)


def open_sources(settings: Settings, records: Records) -> tuple[Source, ...]:
    """The ways in with a password, in the order in which they are tried: directories as listed, then local
    accounts."""
    sources: list[Source] = [open_source(table.config()) for table in settings.directory]
    if settings.accounts.enabled:
        sources.append(LocalAccounts(records.accounts, Passwords(), settings.name.model_dump()))
    return tuple(sources)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Reading an address through whatever makes our requests."""

    outbound: Sender

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        fields = {"Accept": "*/*", **(headers or {})}
        reply = self.outbound.send("GET", url, headers=fields, body=None, limit=limit)
        if reply.status != 200:
            raise Unavailable("peer", f"answered {reply.status}")
        return reply.body


class RemoteSets:
    """Key sets of relying parties that publish them at an address of their own."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._sets: dict[str, RemoteKeys] = {}

    def __call__(self, url: str, kid: str | None) -> Mapping[str, object]:
        keys = self._sets.setdefault(url, RemoteKeys(url, self._fetch, self._clock))
        try:
            return keys.jwks(kid)
        except KeysUnavailable as error:
            raise Unavailable("client keys", str(error)) from error


def acquaintance(table: PeerTable) -> Acquaintance:
    return Acquaintance(
        issuer=table.issuer, name=table.name.model_dump(), jwks=table.jwks(), region=table.region
    )
