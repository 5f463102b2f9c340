"""Simulation: owns comparing what an entity's chain is with what it would be after a change. Pure.

Imports chain, policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from federation.chain import Broken, TrustChain
from federation.policy import PolicyError
from federation.policy.values import same

Verdict = Literal["breaks", "mends", "changes", "stays", "stays broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why an entity cannot be trusted.

    Attributes:
        section: of OpenID Federation 1.0.
        sentence: what is wrong.
        issuer, subject: of the statement that breaks the rule.
        kind, parameter, operator: of a metadata policy, or empty.
    """

    section: str
    sentence: str
    issuer: str = ""
    subject: str = ""
    kind: str = ""
    parameter: str = ""
    operator: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} (OIDF §{self.section})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A parameter that would be another; None where it is absent."""

    kind: str
    parameter: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change does to one entity.

    Attributes:
        fault: why it cannot be trusted afterwards, or None.
    """

    entity_id: str
    verdict: Verdict
    fault: Fault | None = None
    differences: tuple[Difference, ...] = ()


def fault(error: Broken) -> Fault:
    """What a chain that does not verify says."""
    if not isinstance(error.reason, PolicyError):
        return Fault(
            section=error.section, sentence=error.sentence, issuer=error.issuer, subject=error.subject
        )
    where = error.reason.where
    return Fault(
        section=error.section,
        sentence=error.sentence,
        issuer=error.issuer,
        subject=error.subject,
        kind=where.entity_type,
        parameter=where.parameter,
        operator=where.operator,
    )


def compare(entity_id: str, before: TrustChain | Fault, after: TrustChain | Fault) -> Effect:
    """What happens to an entity between two chains, either of which may be none."""
    if isinstance(after, Fault):
        verdict: Verdict = "stays broken" if isinstance(before, Fault) else "breaks"
        return Effect(entity_id=entity_id, verdict=verdict, fault=after)
    if isinstance(before, Fault):
        return Effect(entity_id=entity_id, verdict="mends")
    found = _differences(before.resolved, after.resolved)
    return Effect(entity_id=entity_id, verdict="changes" if found else "stays", differences=found)


def _differences(
    before: Mapping[str, Mapping[str, object]], after: Mapping[str, Mapping[str, object]]
) -> tuple[Difference, ...]:
    return tuple(
        Difference(kind=kind, parameter=name, before=old, after=new)
        for kind in dict.fromkeys((*before, *after))
        for name in dict.fromkeys((*before.get(kind, {}), *after.get(kind, {})))
        for old, new in [(before.get(kind, {}).get(name), after.get(kind, {}).get(name))]
        if not same(old, new)
    )
