"""Explicit registration between two nodes of the country, each trusting the other by a chain to the anchor alone."""

import pytest

from idp.errors import Unavailable
from idp.lookout import Lookout
from idp.registering import Registering
from idp.wiring.ground import Ground
from idp.wiring.strangers import open_registering
from keys.ledger import Tally
from tests.country.chained import ChainedWorld
from tests.country.world import GD, ZJ


def registering(world: ChainedWorld, issuer: str) -> Registering:
    node = world.nodes[issuer]
    ground = Ground(
        settings=node.settings,
        records=node.records,
        store=node.store,
        outbound=world.network,
        tally=Tally(),
        lookout=Lookout(node.clock),
        clock=node.clock,
    )
    made = open_registering(ground, node.trusting, node.publications.configuration)
    assert made is not None
    return made


@pytest.mark.spec("OIDF 12.2")
def test_a_province_registers_at_another_that_it_has_never_met(chained: ChainedWorld) -> None:
    before = chained.nodes[ZJ].clients.find(GD)
    assert before is not None
    assert before.requests == "signed"
    registered = registering(chained, GD).at(ZJ)
    assert registered.client_id == GD
    after = chained.nodes[ZJ].clients.find(GD)
    assert after is not None
    assert (after.requests, after.redirect_uris) == ("plain", (f"{GD}/arrive",))
    chained.advance(registered.expires - chained.clock() + 1)
    ended = chained.nodes[ZJ].clients.find(GD)
    assert ended is None or ended.requests == "signed"


def test_nobody_registers_where_nobody_answers(chained: ChainedWorld) -> None:
    chained.network.down.add(ZJ)
    with pytest.raises(Unavailable):
        registering(chained, GD).at(ZJ)
