"""Wiring: owns which concrete thing stands behind every name. The only room that names concrete classes."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from adapters.config import DirectoryConfig
from adapters.kinds import open_source
from adapters.person import Source
from idp import clock as clocks
from idp import levels
from idp.accounts import LocalAccounts
from idp.addresses import Addresses
from idp.attempts import Attempts
from idp.audit import Audit
from idp.clock import Clock
from idp.deliveries import Deliveries
from idp.directory import Directory
from idp.entity import Entity
from idp.errors import Unavailable
from idp.goodbye import Goodbyes, Requests
from idp.grant import Grants
from idp.introduction import roles
from idp.leaving import Leaving
from idp.login import Logins
from idp.notices import Notices
from idp.oauth.provider import Provider
from idp.outbound import Outbound, Sender
from idp.passwords import Passwords
from idp.peers import Acquaintance, KnownClients, Peers
from idp.records.accounts import Accounts
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords
from idp.records.consents import Consents
from idp.records.database import Database
from idp.records.farewells import Farewells
from idp.records.keys import KeyRecords
from idp.records.migrate import migrate
from idp.records.outbox import Outbox
from idp.records.secrets import Secrets
from idp.records.tombstones import Tombstones
from idp.rings import Rings
from idp.session import Sessions
from idp.settings import Settings
from idp.settings.model import Directory as DirectoryTable
from idp.settings.model import Peer as PeerTable
from idp.store import Store, ValkeyStore
from idp.tokens import Tokens
from idp.travel import Travel
from idp.valkey import Embedded
from idp.visit import Visits
from keys.remote import KeysUnavailable, RemoteKeys
from keys.seal import read_kek


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything durable."""

    database: Database
    clients: ClientRecords
    accounts: Accounts
    consents: Consents
    audit_records: AuditRecords
    audit: Audit
    outbox: Outbox
    tombstones: Tombstones
    farewells: Farewells
    rings: Rings
    secrets: Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One running node: every part of it, by what it is."""

    settings: Settings
    clock: Clock
    records: Records
    store: Store
    entity: Entity
    clients: KnownClients
    peers: Peers
    provider: Provider
    logins: Logins
    visits: Visits
    sessions: Sessions
    directory: Directory
    travel: Travel
    leaving: Leaving
    deliveries: Deliveries
    notices: Notices
    goodbyes: Goodbyes
    logout_requests: Requests
    stop: Callable[[], None]


def open_records(settings: Settings, *, clock: Clock = clocks.system) -> Records:
    """Open everything durable, bringing the tables to the newest form and making first keys where there
    are none.

    Raises:
        Unavailable: SQL does not answer.
        keys.seal.SealError: the key-encrypting key is missing, or is not the one that sealed the keys.
    """
    database = Database(settings.records.url)
    migrate(database)
    kek = read_kek(settings.keys.kek_file)
    secrets = Secrets(database, kek)
    audit_records = AuditRecords(database, settings.issuer)
    audit = Audit(audit_records, secrets.get_or_create("audit"), clock)
    return Records(
        database=database,
        clients=ClientRecords(database),
        accounts=Accounts(database),
        consents=Consents(database),
        audit_records=audit_records,
        audit=audit,
        outbox=Outbox(database),
        tombstones=Tombstones(database),
        farewells=Farewells(database, audit_records, audit),
        rings=Rings(KeyRecords(database), kek, issuer=settings.issuer, clock=clock),
        secrets=secrets,
    )


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
    sources: list[Source] = [open_source(_directory(table)) for table in settings.directory]
    if settings.accounts.enabled:
        sources.append(LocalAccounts(records.accounts, Passwords(), settings.name.model_dump()))
    return tuple(sources)


def build(
    settings: Settings,
    *,
    clock: Clock = clocks.system,
    store: Store | None = None,
    outbound: Sender | None = None,
    pool: Executor | None = None,
    sources: tuple[Source, ...] | None = None,
) -> Node:
    """Put a node together.

    Args:
        store, outbound, pool, sources: what to use instead of what the settings name; tests run a whole
            country in
            one process with them.
    """
    records = open_records(settings, clock=clock)
    store, stop = (store, records.database.close) if store is not None else open_store(settings)
    ways_in = open_sources(settings, records) if sources is None else sources
    return _Assembly(settings, clock, records, store, stop).node(
        outbound or open_outbound(settings), pool or ThreadPoolExecutor(8, "deliveries"), ways_in
    )


@dataclass(frozen=True, slots=True)
class _Assembly:
    settings: Settings
    clock: Clock
    records: Records
    store: Store
    stop: Callable[[], None]

    def node(self, outbound: Sender, pool: Executor, sources: tuple[Source, ...]) -> Node:
        settings, clock, records, store = self.settings, self.clock, self.records, self.store
        issuer, rings = settings.issuer, records.rings
        peers = Peers([_acquaintance(one) for one in settings.peer], _Fetch(outbound), clock)
        clients = KnownClients(records.clients.find, peers)
        life = settings.lifetimes
        sessions = Sessions(
            store,
            idle=life.session_idle,
            absolute=life.session_absolute,
            ended=records.tombstones.ended,
        )
        visits = Visits(store)
        tokens = self._tokens()
        deliveries = Deliveries(
            issuer=issuer,
            outbox=records.outbox,
            clients=clients,
            peers=peers,
            outbound=outbound,
            ring=rings.oidc,
            clock=clock,
            pool=pool,
        )
        leaving = Leaving(
            sessions=sessions, clients=clients, farewells=records.farewells, postman=deliveries, clock=clock
        )
        provider = self._provider(clients, tokens, _Fetch(outbound))
        return Node(
            settings=settings,
            clock=clock,
            records=records,
            store=store,
            entity=self._entity(provider),
            clients=clients,
            peers=peers,
            provider=provider,
            logins=Logins(store, lifetime=life.login),
            visits=visits,
            sessions=sessions,
            directory=Directory(sources, Attempts(store), issuer=issuer, region=settings.region or ""),
            travel=Travel(
                issuer=issuer,
                region=settings.region,
                namespace=settings.namespace,
                peers=peers,
                visits=visits,
                outbound=outbound,
                ring=rings.oidc,
                clock=clock,
            ),
            leaving=leaving,
            deliveries=deliveries,
            notices=Notices(
                issuer=issuer, peers=peers, sessions=sessions, leaving=leaving, store=store, clock=clock
            ),
            goodbyes=Goodbyes(store),
            logout_requests=Requests(clients=clients, tokens=tokens),
            stop=self.stop,
        )

    def _tokens(self) -> Tokens:
        life = self.settings.lifetimes
        return Tokens(
            issuer=self.settings.issuer,
            namespace=self.settings.namespace,
            id_token=life.id_token,
            access_token=life.access_token,
            ring=self.records.rings.oidc,
            clock=self.clock,
        )

    def _provider(self, clients: KnownClients, tokens: Tokens, fetch: "_Fetch") -> Provider:
        life, secrets, audit = self.settings.lifetimes, self.records.secrets, self.records.audit
        grants = Grants(
            self.store,
            key=secrets.get_or_create("codes"),
            code_lifetime=life.code,
            token_lifetime=life.access_token,
        )
        return Provider(
            issuer=self.settings.issuer,
            clients=clients,
            store=self.store,
            grants=grants,
            tokens=tokens,
            secret=secrets.get_or_create("pairwise"),
            remote=_RemoteSets(fetch, self.clock),
            alarm=lambda grant: audit.record("code.reused", client=grant.client_id),
            clock=self.clock,
            acr_values=[levels.uri(step, self.settings.namespace) for step in levels.STEPS],
            ui_locales=("zh-CN", "en"),
        )

    def _entity(self, provider: Provider) -> Entity:
        settings, rings = self.settings, self.records.rings
        return Entity(
            entity_id=settings.issuer,
            roles=roles(settings, provider.metadata()),
            oidc=rings.oidc if settings.provider else None,
            federation=rings.federation,
            authority_hints=(),
            lifetime=settings.lifetimes.entity_configuration,
            clock=self.clock,
        )


@dataclass(frozen=True, slots=True)
class _Fetch:
    """Reading an address through whatever makes our requests."""

    outbound: Sender

    def get(self, url: str, *, limit: int) -> bytes:
        reply = self.outbound.send("GET", url, headers={"Accept": "*/*"}, body=None, limit=limit)
        if reply.status != 200:
            raise Unavailable("peer", f"answered {reply.status}")
        return reply.body


class _RemoteSets:
    """Key sets of relying parties that publish them at an address of their own."""

    def __init__(self, fetch: _Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._sets: dict[str, RemoteKeys] = {}

    def __call__(self, url: str, kid: str | None) -> Mapping[str, object]:
        keys = self._sets.setdefault(url, RemoteKeys(url, self._fetch, self._clock))
        try:
            return keys.jwks(kid)
        except KeysUnavailable as error:
            raise Unavailable("client keys", str(error)) from error


def _acquaintance(table: PeerTable) -> Acquaintance:
    return Acquaintance(
        issuer=table.issuer, name=table.name.model_dump(), jwks=table.jwks(), region=table.region
    )


def _directory(table: DirectoryTable) -> DirectoryConfig:
    return DirectoryConfig(
        name=table.name,
        kind=table.kind,
        url=table.url,
        base=table.base,
        bind_dn=table.bind_dn,
        bind_password=table.bind_password(),
        user_filter=table.user_filter,
        rl=table.rl,
        start_tls=table.start_tls,
        ca_file=str(table.ca_file or ""),
        label=table.label.model_dump(),
        claims=table.claims,
    )
