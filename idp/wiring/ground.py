"""Ground: owns what everything that answers other entities stands on."""

from dataclasses import dataclass

from idp.clock import Clock
from idp.lookout import Lookout
from idp.outbound import Sender
from idp.settings import Settings
from idp.store import Store
from idp.wiring.records import Records
from keys.ledger import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all of it stands on.

    Attributes:
        outbound: reads what others publish.
        tally: of what is signed; whoever opens it has it written down.
        lookout: who was seen to know our keys.
    """

    settings: Settings
    records: Records
    store: Store
    outbound: Sender
    tally: Tally
    lookout: Lookout
    clock: Clock
