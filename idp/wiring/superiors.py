"""Superiors: owns putting together how a node watches what others state about it, and its anchors."""

from collections.abc import Callable, Mapping

from federation.entity_id import configuration_url
from idp.keypushing import KeyPushing
from idp.records.superiors import SuperiorViews
from idp.superiors import Superiors
from idp.trusting.anchors import Anchors
from idp.trusting.anchorwatch import AnchorWatch
from idp.trusting.trust import Trust
from idp.wiring.ground import Ground
from idp.wiring.parts import Fetch
from keys.evidence import Level
from keys.jose import STATEMENT


def watches(ground: Ground, trust: Trust | None) -> Mapping[str, Callable[[], object]]:
    """What a member does again and again about its superiors and anchors; nothing for who has none."""
    duties: dict[str, Callable[[], object]] = {}
    if trust is not None and ground.settings.federation.authority_hints:
        duties["superiors"] = open_superiors(ground, trust).round
    if ground.settings.trust_anchor:
        duties["anchors"] = open_anchor_watch(ground).round
    return duties


def open_superiors(ground: Ground, trust: Trust) -> Superiors:
    """What watches our superiors, and tells them of keys."""
    settings, records = ground.settings, ground.records

    def certified(kid: str, superior: str) -> None:
        ground.lookout.note(kid, superior, "superior", Level.E3)

    return Superiors(
        own=settings.issuer,
        superiors=settings.federation.authority_hints,
        find=trust.find,
        sender=ground.outbound,
        ring=lambda: records.rings.current("federation"),
        views=SuperiorViews(records.database),
        certified=certified,
        tells=KeyPushing(sender=ground.outbound, store=ground.store, tally=ground.tally, clock=ground.clock),
        every=float(settings.federation.superior_poll),
        clock=ground.clock,
    )


def open_anchor_watch(ground: Ground) -> AnchorWatch:
    """What notices that an anchor changes its keys."""
    fetch = Fetch(ground.outbound)

    def read(entity_id: str) -> str:
        body = fetch.get(configuration_url(entity_id), limit=STATEMENT.size)
        return body.decode("ascii", "replace").strip()

    return AnchorWatch(
        pinned=Anchors(ground.settings.trust_anchor).pinned,
        read=read,
        store=ground.store,
        audit=ground.records.audit,
        every=float(ground.settings.federation.superior_poll),
        clock=ground.clock,
    )
