"""Crowd: owns filling a registry with very many subordinates at once, to measure it. Writes no audit entry:
what is measured is a registry of its own."""

from collections.abc import Iterable
from itertools import islice

from sqlalchemy import insert

from federation.authority import Subordinate
from idp.records.authority_tables import (
    subordinate_documents,
    subordinate_events,
    subordinate_kinds,
    subordinates,
)
from idp.records.database import Database
from idp.records.subordinates import row_of

BATCH = 5000
"""Subordinates that are written together."""

_UNSIGNED = {"token": "", "kid": "", "basis": 0, "issued": 0, "expires": 0, "renew_at": 0.0}


def fill(database: Database, crowd: Iterable[Subordinate]) -> None:
    """Register everybody as they are; their statements are then due.

    Raises:
        Unavailable: `records`.
    """
    waiting = iter(crowd)
    while batch := list(islice(waiting, BATCH)):
        names = [one.entity_id for one in batch]
        kinds = [{"kind": kind, "entity_id": one.entity_id} for one in batch for kind in one.kinds]
        events = [
            {"entity_id": one.entity_id, "at": one.registered, "event": "registration", "description": ""}
            for one in batch
        ]
        documents = [{"kind": "statement", "entity_id": name, **_UNSIGNED} for name in names]
        with database.write() as sql:
            sql.execute(insert(subordinates), [row_of(one) for one in batch])
            sql.execute(insert(subordinate_kinds), kinds)
            sql.execute(insert(subordinate_events), events)
            sql.execute(insert(subordinate_documents), documents)
