"""Dynamic: owns putting together the registration of relying parties by themselves."""

from collections.abc import Sequence

from idp.oauth.registration import DynamicRegistration
from idp.oauth.registration.pace import Pace
from idp.oauth.registration.sector import Sectors
from idp.wiring.ground import Ground
from idp.wiring.parts import Fetch


def open_dynamic(ground: Ground, algorithms: Sequence[str]) -> DynamicRegistration | None:
    """Registration here; None where the settings do not turn it on.

    Args:
        algorithms: with which a key signs ID tokens already.
    """
    wanted = ground.settings.registration
    if not wanted.dynamic:
        return None
    return DynamicRegistration(
        issuer=ground.settings.issuer,
        algorithms=algorithms,
        initial=ground.records.dynamic.initial,
        rows=ground.records.dynamic,
        pace=Pace(ground.store, wanted.per_minute, ground.clock),
        sectors=Sectors(Fetch(ground.outbound)),
        clock=ground.clock,
    )
