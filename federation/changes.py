"""Changes: owns saying what the superiors of a chain made of its subject's metadata, and who of them did.

Pure, and decides nothing: the chain is verified, and its resolved metadata stands. Here the same steps are
walked once more for people, in the order of OIDF §6.1.4.2 and §6.2.3. Imports chain, constraints, policy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from federation import constraints, policy
from federation.chain import TrustChain
from federation.policy.operators import STANDARD
from federation.policy.values import same
from federation.statement import Statement

Cause = Literal["metadata", "constraints", "policy"]
"""What changed it: the immediate superior's metadata (§3.1.3), `allowed_entity_types` (§6.2.3), a policy
(§6.1)."""

Metadata = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One operator of one superior's policy, about one parameter.

    Attributes:
        issuer: who demands it.
        operator, operand: such as `subset_of` and a list.
    """

    issuer: str
    operator: str
    operand: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A parameter that is not what the entity says of itself.

    Attributes:
        kind: Entity Type.
        parameter: empty where the whole type was taken away.
        before, after: its values; None where it is absent, since metadata has no null (§5).
        cause: what changed it.
        by: who did, the immediate superior first.
        rules: of the policies that are about it, the most superior first.
    """

    kind: str
    parameter: str
    before: object
    after: object
    cause: Cause
    by: tuple[str, ...]
    rules: tuple[Rule, ...] = ()


def changes(chain: TrustChain) -> tuple[Change, ...]:
    """What the superiors of a chain made of its subject's metadata; nothing where it has none."""
    superiors = [one for one in chain.statements[1:] if one.iss != one.sub]
    if not superiors:
        return ()
    own = chain.configuration.metadata
    first = superiors[0]
    known = {kind: stated for kind, stated in first.metadata.items() if kind in own}
    stated = policy.overlay({"metadata": known}, own)
    found = [
        Change(kind=kind, parameter=name, before=before, after=after, cause="metadata", by=(first.iss,))
        for kind, name, before, after in _differences(own, stated)
    ]
    left = stated
    for one in superiors:
        allowed = constraints.read(one.claims).strip(left)
        found += [_taken(kind, one.iss) for kind in left if kind not in allowed]
        left = allowed
    for kind, name, before, after in _differences(left, chain.resolved):
        rules = _rules(superiors, kind, name)
        by = tuple(dict.fromkeys(one.issuer for one in reversed(rules)))
        found.append(
            Change(kind=kind, parameter=name, before=before, after=after, cause="policy", by=by, rules=rules)
        )
    return tuple(found)


def _taken(kind: str, issuer: str) -> Change:
    return Change(kind=kind, parameter="", before=None, after=None, cause="constraints", by=(issuer,))


def _differences(before: Metadata, after: Metadata) -> Iterator[tuple[str, str, object, object]]:
    """What is not the same, by JSON's reckoning: `true` is not 1, and is so in Python only."""
    for kind, had in before.items():
        has = after.get(kind, {})
        for name in [*had, *(one for one in has if one not in had)]:
            old, new = had.get(name), has.get(name)
            if not same(old, new):
                yield kind, name, old, new


def _rules(superiors: Sequence[Statement], kind: str, name: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(issuer=one.iss, operator=operator.name, operand=operators[operator.name])
        for one in reversed(superiors)
        for operators in [_inside(one.claims, "metadata_policy", kind, name)]
        for operator in STANDARD
        if operator.name in operators
    )


def _inside(value: object, *path: str) -> Mapping[str, object]:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
