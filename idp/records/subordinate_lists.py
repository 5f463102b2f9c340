"""Subordinate lists: owns how a list of subordinates is asked of SQL: no page walks the whole table."""

from typing import Any

from sqlalchemy import Select, and_, or_, select

from federation.authority.listing import Filters, Place
from idp.records.authority_tables import subordinate_kinds, subordinates, trust_marks


def fitting(wanted: Any, filters: Filters, after: Place | None, now: float) -> Select[Any]:
    """The active subordinates that fit, in their order, after a place.

    Args:
        wanted: the table or a column of it.
        now: seconds since 1970, for marks that have expired.
    """
    kind = filters.entity_types[0] if filters.entity_types and not filters.by_time else None
    asked = select(wanted).where(subordinates.c.state == "active")
    # Of one type only: walk the list of that type, not everybody to find the few.
    walked = subordinate_kinds.alias("walked")
    first = subordinates.c.entity_id if kind is None else walked.c.entity_id
    if kind is not None:
        same = walked.c.entity_id == subordinates.c.entity_id
        asked = asked.join_from(walked, subordinates, same).where(walked.c.kind == kind)
    for other in filters.entity_types if kind is None else filters.entity_types[1:]:
        asked = asked.where(_of_kind(other))
    if filters.intermediate is not None:
        asked = asked.where(subordinates.c.intermediate == filters.intermediate)
    for mark_type in filters.mark_types:
        asked = asked.where(_marked(now, mark_type))
    if filters.trust_marked is not None:
        asked = asked.where(_marked(now) if filters.trust_marked else ~_marked(now))
    if filters.by_time:
        return _in_time(asked, filters, after)
    if after is not None:
        asked = asked.where(first > after.entity_id)
    return asked.order_by(first)


def _in_time(asked: Select[Any], filters: Filters, after: Place | None) -> Select[Any]:
    updated, entity_id = subordinates.c.updated, subordinates.c.entity_id
    if filters.updated_after is not None:
        asked = asked.where(updated >= filters.updated_after)
    if filters.updated_before is not None:
        asked = asked.where(updated < filters.updated_before + 1)
    if after is not None:
        later = or_(updated > after.updated, and_(updated == after.updated, entity_id > after.entity_id))
        asked = asked.where(updated >= after.updated, later)
    return asked.order_by(updated, entity_id)


def _of_kind(kind: str) -> Any:
    same = subordinate_kinds.c.entity_id == subordinates.c.entity_id
    return select(subordinate_kinds.c.kind).where(same, subordinate_kinds.c.kind == kind).exists()


def _marked(now: float, mark_type: str | None = None) -> Any:
    held = select(trust_marks.c.type).where(
        trust_marks.c.subject == subordinates.c.entity_id,
        trust_marks.c.current,
        trust_marks.c.revoked_at.is_(None),
        trust_marks.c.expires > now,
    )
    if mark_type is not None:
        held = held.where(trust_marks.c.type == mark_type)
    return held.exists()
