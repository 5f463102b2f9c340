"""Plans: owns the ways to let one key follow another that are compared: naive ones, and ours from the gates.

Imports gates. Times are seconds since the new key was published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from keys import gates
from keys.evidence import Level, Sighting
from keys.facts import Facts
from keys.key import Purpose, generate
from keys.lifetimes import FEDERATION, OIDC, Lifetimes

_ISSUER, _SUPERIOR = "https://province.example", "https://anchor.example"

ONE_NODE: Mapping[Purpose, Lifetimes] = {
    "federation": replace(FEDERATION, drift=0.0),
    "oidc": replace(OIDC, drift=0.0),
}
"""The settings' defaults with one node, as in the worked example of docs/explanation/keys.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One way to rotate.

    Attributes:
        plan: what it does, in words.
        switch: when the new key begins to sign.
        removed: when the old one is not published any more.
    """

    plan: str
    switch: float
    removed: float


def schedules(times: Lifetimes, certified: float) -> tuple[Schedule, ...]:
    """The naive plans, ours, and ours cut short.

    Args:
        times: of the ring.
        certified: when the superior listed the new key (federation only); 0 without a superior.
    """
    switch = _ready(times, certified)
    leave = _farewell(times)
    hasty, careless = _cuts(times)
    naive = [
        Schedule(plan="the new key signs at once, the old one is removed at once", switch=0.0, removed=0.0),
        Schedule(plan="the new key signs at once, the old one is kept", switch=0.0, removed=leave),
    ]
    if times.purpose == "federation" and certified:
        own = times.copies + times.margin
        naive += [
            Schedule(plan="as soon as the superior certifies", switch=certified, removed=certified + leave),
            Schedule(
                plan="after our own copies, whatever the superior does", switch=own, removed=own + leave
            ),
        ]
    elif times.purpose == "oidc":
        age = times.document_age
        naive.append(Schedule(plan="after max-age of the key set, once", switch=age, removed=age + leave))
    return (
        *naive,
        Schedule(plan="formula, but the old key is removed at the switch", switch=switch, removed=switch),
        Schedule(
            plan="formula, but the switch is too early", switch=switch - hasty, removed=switch - hasty + leave
        ),
        Schedule(
            plan="formula, but the removal is too early", switch=switch, removed=switch + leave - careless
        ),
        Schedule(plan="formula", switch=switch, removed=switch + leave),
    )


def _cuts(times: Lifetimes) -> tuple[float, float]:
    """How much too early: a twelfth of what a copy lives (2 h of 24 h). Tokens are short-lived, so there the
    old key is removed in the middle of the last one's life."""
    cut = times.copies / 12
    if times.purpose == "federation":
        return cut, cut
    return cut, times.farewell - times.longest_token / 2


def _ready(times: Lifetimes, certified: float) -> float:
    key = generate(alg="ES256", purpose=times.purpose, issuer=_ISSUER, now=0.0, published=0.0)
    seen = Sighting(
        kid=key.kid,
        observer=_SUPERIOR,
        kind="superior",
        level=Level.E3,
        first_at=certified,
        last_at=certified,
    )
    known = Facts(lifetimes=times, sightings=(seen,), superiors=(_SUPERIOR,))
    return gates.ready(key, known, 0.0).at


def _farewell(times: Lifetimes) -> float:
    key = generate(alg="ES256", purpose=times.purpose, issuer=_ISSUER, now=0.0, active_from=-times.period)
    return gates.dead(replace(key, retired_at=0.0), Facts(lifetimes=times), 0.0).at
