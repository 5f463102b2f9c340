"""Picture: owns the federation as one node sees it, as a tree. Pure.

It is put together from what is at hand: chains that were verified, the node's own registry, and what was
gathered of the federation. Where they differ, the registry's word about a suspension counts most, then a
verified chain, then the registry, then the rest, in the order in which it is given. Imports portrait.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from idp.seen.portrait import Entity, Role, State

DEEPEST = 12
"""Levels that are drawn; no lawful chain is longer."""

CROWD = 8
"""Entities without subordinates that are drawn below one superior; providers are always drawn."""

_RANK: Mapping[State, int] = {"suspended": 0, "trusted": 1, "registered": 2, "passed": 3}
_ORDER: Mapping[Role, int] = {"anchor": 0, "provider": 1, "authority": 2, "party": 3}
_FILLED = ("name", "superior", "region", "identity_levels", "authenticator_levels", "marks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An entity and what is drawn below it.

    Attributes:
        level: 0 for an anchor.
        hidden: entities directly below that are counted, not drawn.
    """

    entity: Entity
    level: int
    below: tuple["Branch", ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Everybody on one level, in order.

    Attributes:
        drawn: how many of them are.
    """

    number: int
    entities: tuple[Entity, ...]
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The federation.

    Attributes:
        own: the entity that looks.
        uncounted: subordinates of ours that were not even read.
    """

    own: str
    roots: tuple[Branch, ...]
    levels: tuple[Level, ...]
    uncounted: int = 0

    @property
    def known(self) -> int:
        """How many entities there are, drawn or not."""
        return sum(len(one.entities) for one in self.levels)


def picture(own: Entity, seen: Iterable[Entity], *, most: int, uncounted: int = 0) -> Picture:
    """The tree of everybody who was seen.

    Args:
        own: the node itself, for what nobody else says about it.
        seen: everybody, in any order, also several times.
        most: entities that are drawn; the levels have all of them.
        uncounted: subordinates of ours that are not among them.
    """
    known: dict[str, Entity] = {}
    for one in sorted([own, *seen], key=lambda one: _RANK[one.state]):
        known[one.entity_id] = _joined(known[one.entity_id], one) if one.entity_id in known else one
    below = _below(known)
    rows = tuple(_rows(below))
    drawn = _drawn(rows, below, own.entity_id, most)
    return Picture(
        own=own.entity_id,
        roots=tuple(_branch(one, 0, below, drawn) for one in rows[0] if one.entity_id in drawn),
        levels=tuple(
            Level(number=number, entities=row, drawn=sum(one.entity_id in drawn for one in row))
            for number, row in enumerate(rows)
        ),
        uncounted=uncounted,
    )


def _below(known: Mapping[str, Entity]) -> Mapping[str | None, Sequence[Entity]]:
    """By superior; None for whoever has none here. Whoever would stand above itself has none."""
    below: dict[str | None, list[Entity]] = {}
    for one in known.values():
        above = one.superior if one.superior in known and not _loops(one, known) else None
        below.setdefault(above, []).append(one)
    for many in below.values():
        many.sort(key=_order)
    return below


def _loops(one: Entity, known: Mapping[str, Entity]) -> bool:
    above, seen = one.superior, {one.entity_id}
    while above is not None and above in known:
        if above in seen:
            return above == one.entity_id
        seen.add(above)
        above = known[above].superior
    return False


def _order(one: Entity) -> tuple[int, bool, str, str]:
    """Providers first: without a region (the hub), then by its code; the rest by name."""
    role = min((_ORDER[role] for role in one.roles), default=len(_ORDER))
    return role, one.region is not None, one.region or "", one.entity_id


def _rows(below: Mapping[str | None, Sequence[Entity]]) -> Iterator[tuple[Entity, ...]]:
    """Level by level; there is a first one, since whoever leads nowhere stands on it."""
    row = tuple(below.get(None, ()))
    for _ in range(DEEPEST):
        yield row
        row = tuple(one for above in row for one in below.get(above.entity_id, ()))
        if not row:
            return


def _drawn(
    rows: Sequence[Sequence[Entity]], below: Mapping[str | None, Sequence[Entity]], own: str, most: int
) -> frozenset[str]:
    """Who is drawn: upper levels first, so that what is left out hangs on what is drawn; of a crowd, some."""
    drawn, crowds = set[str](), dict[str | None, int]()
    for one in (entity for row in rows for entity in row):
        if len(drawn) == most:
            break
        if "provider" not in one.roles and one.entity_id not in below and one.entity_id != own:
            crowds[one.superior] = crowds.get(one.superior, 0) + 1
            if crowds[one.superior] > CROWD:
                continue
        drawn.add(one.entity_id)
    return frozenset(drawn)


def _branch(
    one: Entity, level: int, below: Mapping[str | None, Sequence[Entity]], drawn: frozenset[str]
) -> Branch:
    under = below.get(one.entity_id, ())
    shown = tuple(_branch(each, level + 1, below, drawn) for each in under if each.entity_id in drawn)
    return Branch(entity=one, level=level, below=shown, hidden=len(under) - len(shown))


def _joined(first: Entity, other: Entity) -> Entity:
    """What one source says, and where it is silent, the other."""
    filled = {name: getattr(other, name) for name in _FILLED if not getattr(first, name)}
    return replace(first, roles=tuple(dict.fromkeys([*first.roles, *other.roles])), **filled)
