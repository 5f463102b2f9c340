"""Preview: owns what is shown of a change before anybody proposes or approves it.

Imports rehearsal, trial.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.authority import Subordinate, Wide
from federation.chain import TrustChain
from federation.changes import Change as Altered
from federation.changes import changes
from federation.enrolment import Change
from federation.keyset import prints
from federation.simulation import Effect, Fault
from federation.statement import Statement
from idp.authority.enrolment import below
from idp.authority.enrolment.below import Member
from idp.authority.enrolment.trial import Simulation, Trial

_CONSTRAINTS = ("max_path_length", "naming_constraints", "allowed_entity_types")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A constraint that holds for the entity and whoever is below it (OIDF §6.2)."""

    issuer: str
    name: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would mean.

    Attributes:
        thumbprints: of the keys that would be certified, by kid.
        resolved: the entity's metadata as everybody would see it; empty where it could not be trusted.
        altered: what superiors make of its metadata, parameter by parameter.
        missing: what is not there and should be, in sentences.
        bounds: the constraints that hold.
        affected: the entity and everybody who was found below it.
        regions: of these, as they say themselves.
        effects: what would change for them; of a change of what is said already.
        unread: of these, who did not answer, and why.
        refused: why it could not be trusted, or None.
    """

    change: Change
    thumbprints: Mapping[str, str]
    resolved: Mapping[str, Mapping[str, object]]
    altered: tuple[Altered, ...] = ()
    missing: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    affected: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    more: bool = False
    refused: Fault | None = None

    @property
    def breaks(self) -> tuple[str, ...]:
        """Who is trusted now and would not be."""
        return tuple(one.entity_id for one in self.effects if one.verdict == "breaks")


def of_one(change: Change, one: Subordinate, wide: Wide, trial: Trial) -> Preview:
    """What it would mean to state this about an entity.

    Args:
        one: as it would be registered, or is.

    Raises:
        Unavailable: our own chain is not to be had.
    """
    walk = below.begin(trial.read, trial.clock, trial.limits)
    found = list(below.members(walk, one.entity_id))
    thumbprints = prints(one.jwks)
    regions = tuple(sorted({member.region for member in found if member.region}))
    seen = {
        "change": change,
        "thumbprints": thumbprints,
        "affected": tuple(member.entity_id for member in found) or (one.entity_id,),
        "regions": regions,
        "unread": tuple(walk.unread),
        "more": walk.more,
    }
    if not found:
        cause = walk.unread[0][1] if walk.unread else "it was not asked"
        return Preview(**seen, resolved={}, refused=_silent(one, cause))  # type: ignore[arg-type]
    (judged,) = trial.rehearsal.chains(one, wide, [found[0].tokens])
    missing = tuple(_missing(one, found[0], judged))
    if isinstance(judged, Fault):
        return Preview(**seen, resolved={}, missing=missing, refused=judged)  # type: ignore[arg-type]
    return Preview(
        **seen,  # type: ignore[arg-type]
        resolved=judged.resolved,
        altered=changes(judged),
        missing=missing,
        bounds=tuple(_bounds(judged)),
    )


def of_all(change: Change, simulated: Simulation) -> Preview:
    """What it would mean to say something else of all."""
    return Preview(
        change=change,
        thumbprints={},
        resolved={},
        affected=tuple(one.entity_id for one in simulated.effects),
        effects=simulated.effects,
        unread=simulated.unread,
        more=simulated.more,
    )


def _silent(one: Subordinate, cause: str) -> Fault:
    sentence = f"the entity's configuration cannot be read: {cause}"
    return Fault(section="9", sentence=sentence, issuer=one.entity_id, subject=one.entity_id)


def _missing(one: Subordinate, found: Member, judged: TrustChain | Fault) -> list[str]:
    said = []
    for kind in one.kinds:
        if kind not in found.kinds:
            said.append(f"it wants to be {kind}, and says nothing of that in its configuration")
    if not isinstance(judged, Fault):
        own = judged.configuration.metadata.get("federation_entity", {})
        if one.intermediate and "federation_fetch_endpoint" not in own:
            said.append("it is to have subordinates, and names no federation_fetch_endpoint (OIDF §5.1.1)")
        said += [
            f"its {kind} is taken away by a constraint"
            for kind in found.kinds
            if kind not in judged.resolved and kind in one.kinds
        ]
    if not one.contacts:
        said.append("it names nobody whom we could tell of anything")
    return said


def _bounds(judged: TrustChain) -> list[Bound]:
    superiors: list[Statement] = [said for said in judged.statements[1:] if said.iss != said.sub]
    return [
        Bound(issuer=said.iss, name=name, value=value)
        for said in superiors
        for constraints in [said.claims.get("constraints")]
        if isinstance(constraints, Mapping)
        for name, value in constraints.items()
        if name in _CONSTRAINTS
    ]
