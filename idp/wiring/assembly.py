"""Assembly: owns putting one running node together from its parts."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypedDict

from adapters.person import Source
from idp import clock as clocks
from idp.attempts import Attempts
from idp.clock import Clock
from idp.deliveries import Deliveries
from idp.directory import Directory
from idp.goodbye import Goodbyes, Requests
from idp.known import KnownClients
from idp.leaving import Leaving
from idp.login import Logins
from idp.lookout import Lookout
from idp.notices import Notices
from idp.oauth.provider import Provider
from idp.oauth.registration import DynamicRegistration
from idp.outbound import Sender
from idp.peers import Peers
from idp.publications import Publications
from idp.readers import Readers
from idp.session import Sessions
from idp.settings import Settings
from idp.store import Store
from idp.tokens import Tokens
from idp.travel import Travel
from idp.visit import Visits
from idp.vouching import Vouching
from idp.wiring.authority import Federation, open_federation
from idp.wiring.circle import Circle, open_circle
from idp.wiring.dynamic import open_dynamic
from idp.wiring.ground import Ground
from idp.wiring.keykeeping import Keyroom
from idp.wiring.node import Node
from idp.wiring.parts import (
    open_outbound,
    open_sources,
    open_store,
)
from idp.wiring.provider import open_provider
from idp.wiring.records import Records, open_records
from idp.wiring.strangers import open_explicit, open_registering, party_keys
from idp.wiring.trusting import Trusting

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


class _SmallParts(TypedDict):
    notices: Notices
    readers: Readers
    goodbyes: Goodbyes
    logout_requests: Requests
    logins: Logins
    dynamic: DynamicRegistration | None


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
        circle = open_circle(self._ground(), self.keyroom)
        peers, clients, trusting = circle.peers, circle.clients, circle.trusting
        sessions, visits, tokens = self._sessions(trusting), Visits(self.store), self.keyroom.tokens()
        deliveries, provider = self._deliveries(clients, peers), self._provider(clients, tokens, trusting)
        leaving = self._leaving(sessions, clients, peers, deliveries)
        publications = self.keyroom.publications(provider.metadata(), circle.introduced)
        return Node(
            settings=self.settings,
            clock=self.clock,
            records=self.records,
            store=self.store,
            keeper=self.keyroom.keeper(self.store),
            publications=publications,
            clients=clients,
            peers=peers,
            provider=provider,
            visits=visits,
            sessions=sessions,
            directory=self._directory(sources),
            travel=self._travel(peers, visits, trusting, publications),
            explicit=open_explicit(self._ground(), circle.strangers),
            trusting=trusting,
            watch=circle.watch(self._ground(), sessions, leaving),
            leaving=leaving,
            deliveries=deliveries,
            federation=self._federation(trusting),
            stop=stop,
            **self._small_parts(circle, sessions, leaving, tokens),
        )

    def _ground(self) -> Ground:
        return Ground(
            settings=self.settings,
            records=self.records,
            store=self.store,
            outbound=self.outbound,
            tally=self.keyroom.tally,
            lookout=self.keyroom.lookout,
            clock=self.clock,
        )

    def _federation(self, trusting: Trusting | None) -> Federation:
        return open_federation(self._ground(), trusting)

    def _directory(self, sources: tuple[Source, ...]) -> Directory:
        settings = self.settings
        return Directory(sources, Attempts(self.store), issuer=settings.issuer, region=settings.region or "")

    def _sessions(self, trusting: Trusting | None) -> Sessions:
        life = self.settings.lifetimes
        return Sessions(
            self.store,
            idle=life.session_idle,
            absolute=life.session_absolute,
            ended=self.records.tombstones.ended,
            foreign=trusting.denied if trusting else None,
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

    def _small_parts(
        self, circle: Circle, sessions: Sessions, leaving: Leaving, tokens: Tokens
    ) -> _SmallParts:
        notices = Notices(
            issuer=self.settings.issuer,
            peers=circle.peers,
            sessions=sessions,
            leaving=leaving,
            store=self.store,
            clock=self.clock,
        )
        return {
            "notices": notices,
            "readers": self.keyroom.readers(circle.peers),
            "goodbyes": Goodbyes(self.store),
            "logout_requests": Requests(clients=circle.clients, tokens=tokens),
            "dynamic": open_dynamic(self._ground(), self.keyroom.offered()),
            "logins": Logins(self.store, lifetime=self.settings.lifetimes.login),
        }

    def _travel(
        self, peers: Peers, visits: Visits, trusting: Trusting | None, publications: Publications
    ) -> Travel:
        settings = self.settings
        registering = open_registering(self._ground(), trusting, publications.configuration)
        vouching = Vouching(
            issuer=settings.issuer,
            region=settings.region,
            namespace=settings.namespace,
            peers=peers,
            clock=self.clock,
            assurance=trusting.assurance if trusting else None,
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
            register=registering.at if registering is not None else None,
        )

    def _provider(self, clients: KnownClients, tokens: Tokens, trusting: Trusting | None) -> Provider:
        return open_provider(
            settings=self.settings,
            records=self.records,
            store=self.store,
            keys=party_keys(trusting, self.outbound, self.clock),
            clients=clients,
            tokens=tokens,
            algorithms=self.keyroom.offered(),
            clock=self.clock,
        )
