"""Pages: owns one page of the extended list of subordinates (Extended Subordinate Listing 1.0 §3.2).

A page costs two or three questions to SQL and no signature: statements are given as they lie ready. One that
was changed a moment ago and is not signed yet is left out, to be fetched by itself.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from federation.authority import Subordinate
from federation.authority.listing import Filters, Place, mark
from idp.authority.marks import Marks
from idp.authority.registry import Registry
from idp.authority.statements import Statements
from keys.encoding import unb64

MOST = 1000
"""Entries of a page, at most, and where nobody says how many."""

STATEMENT, MARKS = "subordinate_statement", "trust_marks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for.

    Attributes:
        after: where the page begins; None: at the start.
        limit: entries, at most.
        claims: what is said of each, besides who it is.
        timestamps: whether it is said when it was registered and changed.
    """

    filters: Filters
    after: Place | None
    limit: int
    claims: Collection[str]
    timestamps: bool


class Pages:
    """The extended list of this node."""

    def __init__(self, registry: Registry, statements: Statements, marks: Marks) -> None:
        self._registry = registry
        self._statements = statements
        self._marks = marks

    def page(self, wanted: Wanted) -> Mapping[str, object]:
        """One page, as it is answered.

        Raises:
            Unavailable: `records`.
        """
        limit = min(wanted.limit, MOST)
        found = self._registry.page(wanted.filters, after=wanted.after, limit=limit + 1)
        shown = found[:limit]
        said: dict[str, object] = {"immediate_subordinate_entities": self._entries(shown, wanted)}
        if len(found) > limit:
            last = Place(updated=shown[-1].updated, entity_id=shown[-1].entity_id)
            said["next"] = mark(last, wanted.filters)
        return said

    def _entries(self, shown: Sequence[Subordinate], wanted: Wanted) -> list[Mapping[str, object]]:
        names = [one.entity_id for one in shown]
        signed = self._statements.ready(names) if set(wanted.claims) - {MARKS} else {}
        marked = self._marked(names) if MARKS in wanted.claims else {}
        return [_entry(one, wanted, signed.get(one.entity_id), marked.get(one.entity_id)) for one in shown]

    def _marked(self, names: Sequence[str]) -> Mapping[str, list[Mapping[str, str]]]:
        held: dict[str, list[Mapping[str, str]]] = {}
        for one in self._marks.held(names):
            held.setdefault(one.subject, []).append({"trust_mark_type": one.type, "trust_mark": one.token})
        return held


def _entry(
    one: Subordinate, wanted: Wanted, signed: str | None, marked: list[Mapping[str, str]] | None
) -> Mapping[str, object]:
    said: dict[str, object] = {"id": one.entity_id}
    others = [name for name in wanted.claims if name not in (STATEMENT, MARKS, "id")]
    if signed is not None and others:
        stated = json.loads(unb64(signed.split(".")[1]))
        said |= {name: stated[name] for name in others if name in stated}
    if signed is not None and STATEMENT in wanted.claims:
        said[STATEMENT] = signed
    if marked:
        said[MARKS] = marked
    if wanted.timestamps:
        said |= {"registered": int(one.registered), "updated": int(one.updated)}
    return said
