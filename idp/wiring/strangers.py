"""Strangers: owns putting together explicit registration, both ways: of relying parties here, and of us
elsewhere."""

from collections.abc import Callable

from idp.authority.stamp import Stamp
from idp.bychain import ByChain
from idp.clock import Clock
from idp.explicit import Explicit
from idp.oauth.partykeys import PartyKeys
from idp.outbound import Sender
from idp.registering import Registering
from idp.signedsets import SignedSets
from idp.wiring.authority import open_stamp
from idp.wiring.ground import Ground
from idp.wiring.parts import Fetch, RemoteSets
from idp.wiring.trusting import Trusting


def open_explicit(ground: Ground, strangers: ByChain | None) -> Explicit | None:
    """Registration of relying parties here; None where nobody is known by a chain, or the settings turn it
    off."""
    if strangers is None or not ground.settings.federation.explicit_registration:
        return None
    return Explicit(
        issuer=ground.settings.issuer,
        strangers=strangers,
        rows=ground.records.registrations,
        stamp=_stamp(ground),
        audit=ground.records.audit,
        clock=ground.clock,
    )


def open_registering(
    ground: Ground, trusting: Trusting | None, configuration: Callable[[], str]
) -> Registering | None:
    """Registration of us at providers that take nobody by its chain alone; None where nobody is trusted by a
    chain."""
    if trusting is None:
        return None
    return Registering(
        issuer=ground.settings.issuer,
        configuration=configuration,
        stamp=_stamp(ground),
        trust=trusting.trust,
        outbound=ground.outbound,
        clock=ground.clock,
    )


def _stamp(ground: Ground) -> Stamp:
    return open_stamp(ground.settings, ground.records, ground.tally, ground.clock)


def party_keys(trusting: Trusting | None, outbound: Sender, clock: Clock) -> PartyKeys:
    """Where the keys of relying parties are read."""
    signed = SignedSets(trusting.trust, Fetch(outbound), clock) if trusting is not None else None
    return PartyKeys(RemoteSets(Fetch(outbound), clock), signed)
