"""Assembly: owns putting one running node together from its parts."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from adapters.person import Source
from idp import clock as clocks
from idp import levels
from idp.attempts import Attempts
from idp.clock import Clock
from idp.deliveries import Deliveries
from idp.directory import Directory
from idp.goodbye import Goodbyes, Requests
from idp.grant import Grants
from idp.known import KnownClients
from idp.leaving import Leaving
from idp.login import Logins
from idp.lookout import Lookout
from idp.notices import Notices
from idp.oauth.partykeys import PartyKeys
from idp.oauth.provider import Provider
from idp.outbound import Sender
from idp.peers import Peers
from idp.session import Sessions
from idp.settings import Settings
from idp.store import Store
from idp.tokens import Tokens
from idp.travel import Travel
from idp.visit import Visits
from idp.vouching import Vouching
from idp.wiring.authority import Federation, Ground, open_federation
from idp.wiring.keykeeping import Keyroom
from idp.wiring.node import Node
from idp.wiring.parts import (
    Fetch,
    RemoteSets,
    open_outbound,
    open_sources,
    open_store,
)
from idp.wiring.records import Records, open_records

AT_ONCE = 8  # deliveries


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
            country in one process with them.
    """
    records = open_records(settings, clock=clock)
    store, stop = (store, records.database.close) if store is not None else open_store(settings)
    ways_in = open_sources(settings, records) if sources is None else sources
    assembly = Assembly(
        settings=settings,
        clock=clock,
        records=records,
        store=store,
        outbound=outbound or open_outbound(settings),
        pool=pool or ThreadPoolExecutor(AT_ONCE, "deliveries"),
        keyroom=Keyroom(settings=settings, records=records, clock=clock, lookout=Lookout(clock)),
    )
    return assembly.node(ways_in, stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    settings: Settings
    clock: Clock
    records: Records
    store: Store
    outbound: Sender
    pool: Executor
    keyroom: Keyroom

    def node(self, sources: tuple[Source, ...], stop: Callable[[], None]) -> Node:
        settings, records, store = self.settings, self.records, self.store
        peers = self.keyroom.peers(self.outbound, introduced := self.keyroom.introduced())
        clients = KnownClients(records.clients.find, peers)
        sessions, visits, tokens = self._sessions(), Visits(store), self.keyroom.tokens()
        deliveries, provider = self._deliveries(clients, peers), self._provider(clients, tokens)
        return Node(
            settings=settings,
            clock=self.clock,
            records=records,
            store=store,
            keeper=self.keyroom.keeper(store),
            publications=self.keyroom.publications(provider.metadata(), introduced),
            clients=clients,
            peers=peers,
            readers=self.keyroom.readers(peers),
            provider=provider,
            logins=Logins(store, lifetime=settings.lifetimes.login),
            visits=visits,
            sessions=sessions,
            directory=self._directory(sources),
            travel=self._travel(peers, visits),
            leaving=(leaving := self._leaving(sessions, clients, peers, deliveries)),
            deliveries=deliveries,
            notices=self._notices(peers, sessions, leaving),
            goodbyes=Goodbyes(store),
            logout_requests=Requests(clients=clients, tokens=tokens),
            federation=self._federation(),
            stop=stop,
        )

    def _federation(self) -> Federation:
        ground = Ground(
            settings=self.settings,
            records=self.records,
            store=self.store,
            tally=self.keyroom.tally,
            clock=self.clock,
        )
        return open_federation(ground, lambda _: None)

    def _directory(self, sources: tuple[Source, ...]) -> Directory:
        settings = self.settings
        return Directory(sources, Attempts(self.store), issuer=settings.issuer, region=settings.region or "")

    def _sessions(self) -> Sessions:
        life = self.settings.lifetimes
        return Sessions(
            self.store,
            idle=life.session_idle,
            absolute=life.session_absolute,
            ended=self.records.tombstones.ended,
        )

    def _deliveries(self, clients: KnownClients, peers: Peers) -> Deliveries:
        return Deliveries(
            issuer=self.settings.issuer,
            outbox=self.records.outbox,
            clients=clients,
            peers=peers,
            outbound=self.outbound,
            pen=self.keyroom.pen(),
            lookout=self.keyroom.lookout,
            clock=self.clock,
            pool=self.pool,
        )

    def _leaving(
        self, sessions: Sessions, clients: KnownClients, peers: Peers, deliveries: Deliveries
    ) -> Leaving:
        return Leaving(
            sessions=sessions,
            clients=clients,
            peer=lambda client_id: peers.known(client_id) is not None,
            farewells=self.records.farewells,
            postman=deliveries,
            clock=self.clock,
        )

    def _notices(self, peers: Peers, sessions: Sessions, leaving: Leaving) -> Notices:
        return Notices(
            issuer=self.settings.issuer,
            peers=peers,
            sessions=sessions,
            leaving=leaving,
            store=self.store,
            clock=self.clock,
        )

    def _travel(self, peers: Peers, visits: Visits) -> Travel:
        settings = self.settings
        vouching = Vouching(
            issuer=settings.issuer,
            region=settings.region,
            namespace=settings.namespace,
            peers=peers,
            clock=self.clock,
        )
        return Travel(
            issuer=settings.issuer,
            peers=peers,
            vouching=vouching,
            visits=visits,
            outbound=self.outbound,
            pen=self.keyroom.pen(),
            lookout=self.keyroom.lookout,
            clock=self.clock,
        )

    def _provider(self, clients: KnownClients, tokens: Tokens) -> Provider:
        settings, secrets, audit = self.settings, self.records.secrets, self.records.audit
        grants = Grants(
            self.store,
            key=secrets.get_or_create("codes"),
            code_lifetime=settings.lifetimes.code,
            token_lifetime=settings.lifetimes.access_token,
        )
        return Provider(
            issuer=settings.issuer,
            clients=clients,
            store=self.store,
            grants=grants,
            tokens=tokens,
            secret=secrets.get_or_create("pairwise"),
            keys=PartyKeys(RemoteSets(Fetch(self.outbound), self.clock)),
            alarm=lambda grant: audit.record("code.reused", client=grant.client_id),
            clock=self.clock,
            algorithms=self.keyroom.offered(),
            acr_values=[levels.uri(step, settings.namespace) for step in levels.STEPS],
            ui_locales=("zh-CN", "en"),
        )
