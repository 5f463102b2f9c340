"""Node: owns what one running node consists of."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.clock import Clock
from idp.deliveries import Deliveries
from idp.directory import Directory
from idp.explicit import Explicit
from idp.goodbye import Goodbyes, Requests
from idp.keykeeping.keeper import Keeper
from idp.known import KnownClients
from idp.leaving import Leaving
from idp.login import Logins
from idp.notices import Notices
from idp.oauth.provider import Provider
from idp.oauth.registration import DynamicRegistration
from idp.peers import Peers
from idp.publications import Publications
from idp.readers import Readers
from idp.session import Sessions
from idp.settings import Settings
from idp.store import Store
from idp.travel import Travel
from idp.trusting.watch import Watch
from idp.visit import Visits
from idp.wiring.authority import Federation
from idp.wiring.records import Records
from idp.wiring.trusting import Trusting


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One running node: every part of it, by what it is."""

    settings: Settings
    clock: Clock
    records: Records
    store: Store
    keeper: Keeper
    publications: Publications
    clients: KnownClients
    peers: Peers
    readers: Readers
    provider: Provider
    logins: Logins
    visits: Visits
    sessions: Sessions
    directory: Directory
    travel: Travel
    explicit: Explicit | None
    dynamic: DynamicRegistration | None
    trusting: Trusting | None
    watch: Watch | None
    leaving: Leaving
    deliveries: Deliveries
    notices: Notices
    goodbyes: Goodbyes
    logout_requests: Requests
    federation: Federation
    stop: Callable[[], None]

    def trusted(self) -> dict[str, Callable[[], object]]:
        """What must be done again and again so that trust by chain stays up to date."""
        if self.trusting is None or self.watch is None:
            return {}
        return {"chains": self.trusting.resolver.refresh, "watch": self.watch.round}
