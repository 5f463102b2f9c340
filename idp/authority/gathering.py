"""Gathering: owns what is gathered of the providers and authorities of a federation, and pages of it (Entity
Collection Endpoint 1.0). Pure; the crawl is elsewhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from federation.authority.listing import Filters, Place, mark, place

MOST = 500
"""Entities of a page, at most, and where nobody says how many."""

ENTITY_CLAIMS = ("entity_id", "entity_types", "ui_infos", "trust_marks", "manyou_region")
UI_CLAIMS = (
    "display_name",
    "description",
    "keywords",
    "logo_uri",
    "policy_uri",
    "information_uri",
    "organization_name",
)
_QUERY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the collection says of one entity.

    Attributes:
        anchor: where its chain ends.
        superior: who lists it.
        kinds: its Entity Types after all policies.
        infos: by Entity Type, what people are shown; names with language tags are separate ones.
        marks: types and texts of its marks that were verified.
        region: its `manyou_region`, resolved.
    """

    entity_id: str
    anchor: str
    superior: str = ""
    kinds: tuple[str, ...] = ()
    infos: Mapping[str, Mapping[str, str | tuple[str, ...]]] = field(default_factory=dict)
    marks: tuple[tuple[str, str], ...] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Everything that was gathered, sorted by identifier, and when (seconds since 1970)."""

    entities: tuple[Gathered, ...] = ()
    updated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A question.

    Attributes:
        anchor: below which.
        kinds: any of these; empty: all.
        mark_types: all of these.
        query: a part of a name or identifier, in whatever case.
        entity_claims, ui_claims: what is said; empty: all that is there.
    """

    anchor: str
    kinds: Collection[str] = ()
    mark_types: Collection[str] = ()
    query: str = ""
    entity_claims: Collection[str] = ()
    ui_claims: Collection[str] = ()
    limit: int = MOST

    def filters(self) -> Filters:
        """The question as one that marks of pages can name."""
        rest = (
            f"anchor {self.anchor}",
            f"query {self.query}",
            *(f"kind {one}" for one in sorted(self.kinds)),
        )
        return Filters(entity_types=rest, mark_types=tuple(sorted(self.mark_types)))


def page(of: Collected, sought: Sought, from_: str | None) -> Mapping[str, object]:
    """One page, as it is answered.

    Raises:
        UnknownPage: `from_` is no mark of this question.
    """
    filters = sought.filters()
    after = place(from_, filters).entity_id if from_ is not None else ""
    fitting = [one for one in of.entities if one.entity_id > after and _fits(one, sought)]
    limit = min(sought.limit, MOST)
    said: dict[str, object] = {
        "entities": [_entry(one, sought) for one in fitting[:limit]],
        "last_updated": of.updated,
    }
    if len(fitting) > limit:
        said["next"] = mark(Place(updated=0.0, entity_id=fitting[limit - 1].entity_id), filters)
    return said


def _fits(one: Gathered, sought: Sought) -> bool:
    held = {kind for kind, _ in one.marks}
    return (
        one.anchor == sought.anchor
        and (not sought.kinds or bool(set(sought.kinds) & set(one.kinds)))
        and set(sought.mark_types) <= held
        and _is_named(one, sought.query[:_QUERY].casefold())
    )


def _is_named(one: Gathered, query: str) -> bool:
    names = (value for info in one.infos.values() for value in _words(info.values()))
    return not query or query in one.entity_id.casefold() or any(query in name.casefold() for name in names)


def _words(values: Collection[str | tuple[str, ...]]) -> Sequence[str]:
    return [word for value in values for word in ((value,) if isinstance(value, str) else value)]


def _entry(one: Gathered, sought: Sought) -> Mapping[str, object]:
    infos = {
        kind: {name: value for name, value in info.items() if _shown(name, sought.ui_claims)}
        for kind, info in one.infos.items()
        if not sought.kinds or kind in (*sought.kinds, "federation_entity")
    }
    said: dict[str, object] = {
        "entity_types": list(one.kinds),
        "ui_infos": {kind: info for kind, info in infos.items() if info},
        "trust_marks": [{"trust_mark_type": kind, "trust_mark": token} for kind, token in one.marks],
        "manyou_region": one.region,
    }
    wanted = sought.entity_claims or said
    return {
        "entity_id": one.entity_id,
        **{name: said[name] for name in said if name in wanted and said[name]},
    }


def _shown(name: str, wanted: Collection[str]) -> bool:
    return not wanted or name.partition("#")[0] in wanted or name in wanted
