"""Climb: owns finding the ways up: from an entity by `authority_hints` to the anchors (OIDF §10.1). Judges
no chain. Imports documents, walk.

Ways of equal length come together, the shortest first (OIDF §10.3). A hint that leads back into its own way
is not used. Whoever publishes the hints decides where we go, so everything here has a budget.
"""

from collections.abc import Collection, Iterator, Sequence

from federation.resolve.documents import Documents
from federation.resolve.report import Step
from federation.resolve.walk import Absent, Walk

Path = tuple[str, ...]
"""Entities from the subject to an anchor."""


def climb(walk: Walk, documents: Documents, subject: str, anchors: Collection[str]) -> Iterator[list[Path]]:
    """All ways from the subject to one of the anchors, as far as budgets go; those of one length at a
    time."""
    if subject in anchors or not anchors:
        yield [(subject,)] if anchors else []
        return
    ways: list[Path] = [(subject,)]
    looked = 0
    for _ in range(walk.purse.limits.depth):
        arrived, onward = list[Path](), list[Path]()
        for way in ways:
            if looked > walk.purse.limits.paths:
                break  # nobody is asked any more for ways that are not looked at
            for hint in _hints(walk, documents, way, anchors):
                looked += 1
                if looked > walk.purse.limits.paths:
                    walk.over("paths", way[0], way[-1], "more ways up than we try", transient=False)
                    break
                (arrived if hint in anchors else onward).append((*way, hint))
        if arrived:
            yield arrived
        ways = onward if looked <= walk.purse.limits.paths else []
    if ways:
        walk.over("depth", ways[0][-1], subject, "no anchor within this many superiors", transient=False)


def _hints(walk: Walk, documents: Documents, way: Path, anchors: Collection[str]) -> Sequence[str]:
    """Where to climb from the end of a way."""
    end = way[-1]
    try:
        hints = documents.configuration(walk, end).authority_hints
    except Absent:
        return ()
    if not hints:
        _cut(walk, way, f"{end} names no superior and is not a trust anchor here", "10.1")
        return ()
    for loop in (hint for hint in hints if hint in way):
        _cut(walk, way, f"the hint {loop} leads back to where we came from", "10.1")
    found = [hint for hint in hints if hint not in way]
    found.sort(key=lambda hint: hint not in anchors)  # stable: the entity's own order otherwise
    most = walk.purse.limits.hints
    if len(found) > most:
        walk.over("hints", end, way[0], f"{len(found)} hints, of which {most} are tried", transient=False)
    return found[:most]


def _cut(walk: Walk, way: Path, reason: str, section: str) -> None:
    walk.note(
        Step(what="hints", issuer=way[-1], subject=way[0], outcome="cut", reason=reason, section=section)
    )
