"""Sight: owns putting together what a node sees of the federation."""

from idp.authority.gathering import Collected
from idp.clock import Clock
from idp.seen.portrait import Entity, Role
from idp.seen.sight import Sight
from idp.settings import Settings
from idp.wiring.authority import Federation
from idp.wiring.trusting import Trusting


def open_sight(settings: Settings, trusting: Trusting, federation: Federation, clock: Clock) -> Sight:
    """The federation, as the node of these settings sees it."""
    authority, resolving = federation.authority, federation.resolving
    return Sight(
        own=_own(settings),
        chains=trusting.resolver.chains,
        below=authority.registry if authority else None,
        gathered=resolving.crawl.collected if resolving else Collected,
        clock=clock,
    )


def _own(settings: Settings) -> Entity:
    """The node itself, for as long as nobody else speaks of it."""
    superior = next(iter(settings.federation.authority_hints), None)
    plays: dict[Role, bool] = {
        "anchor": settings.authority is not None and superior is None,
        "provider": settings.provider,
        "authority": settings.authority is not None and superior is not None,
    }
    return Entity(
        entity_id=settings.issuer,
        state="passed",
        name=settings.name.model_dump(),
        superior=superior,
        roles=tuple(role for role, does in plays.items() if does),
        region=settings.region,
    )
