"""Circle: owns putting together whom a node knows: peers, clients, and strangers that a chain makes known."""

from dataclasses import dataclass

from idp.bychain import ByChain
from idp.introduced import Introduced
from idp.known import KnownClients
from idp.leaving import Leaving
from idp.peers import Peers
from idp.session import Sessions
from idp.trusting.standing import Standing
from idp.trusting.watch import Watch
from idp.wiring.ground import Ground
from idp.wiring.keykeeping import Keyroom
from idp.wiring.trusting import Trusting, open_trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Whom a node knows, and how."""

    trusting: Trusting | None
    standing: Standing
    introduced: Introduced
    peers: Peers
    strangers: ByChain | None
    clients: KnownClients

    def watch(self, ground: Ground, sessions: Sessions, leaving: Leaving) -> Watch | None:
        """What notices that trust has ended; None where none is by chain."""
        if self.trusting is None:
            return None
        return self.trusting.watch(
            settings=ground.settings,
            records=ground.records,
            sessions=sessions,
            leaving=leaving,
            standing=self.standing,
            clock=ground.clock,
        )


def open_circle(ground: Ground, keyroom: Keyroom) -> Circle:
    """Everybody whom the settings name, and those to whom a chain leads."""
    settings, records = ground.settings, ground.records
    trusting = open_trust(settings, records, ground.store, ground.outbound, ground.clock)
    standing, introduced = Standing(), keyroom.introduced()
    peers = keyroom.peers(ground.outbound, introduced, trusting, standing)
    strangers = None
    if trusting is not None and settings.provider:
        strangers = trusting.strangers(settings, records, keyroom.offered(), ground.clock)
    return Circle(
        trusting=trusting,
        standing=standing,
        introduced=introduced,
        peers=peers,
        strangers=strangers,
        clients=KnownClients(records.clients.find, peers, strangers),
    )
