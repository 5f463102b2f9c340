"""Refresh: owns `manyou federation refresh`: reading what subordinates say of themselves now.

Imports room.
"""

from collections.abc import Iterator
from dataclasses import asdict

import click

from idp.authority.keyrows import Watched
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.federation.room import registered, room


@click.command()
@click.argument("entity", required=False)
@at_desk
def refresh(desk: Desk, entity: str | None) -> None:
    """Read the configuration of ENTITY, or of every subordinate, now, and follow its keys, as the node does
    from time to time. Exits 1 when one cannot be read."""
    with room(desk) as known:
        if entity is not None and registered(known, entity).state != "active":
            raise Failure(
                f"{entity} is not active; `manyou federation list --state suspended` shows who is not"
            )
        names = [entity] if entity is not None else known.registry.ids()
        seen = [known.look(name) for name in names]
    desk.say([asdict(one) for one in seen], *(line for one in seen for line in _lines(one)))
    troubled = [one for one in seen if one.trouble]
    if troubled:
        raise Failure(
            f"{len(troubled)} could not be read, such as {troubled[0].entity_id}: {troubled[0].trouble}"
        )


def _lines(one: Watched) -> Iterator[str]:
    if one.trouble:
        yield f"not read  {one.entity_id}: {one.trouble}"
        return
    waiting = sorted(one.candidate.prints) if one.candidate is not None else []
    yield f"read      {one.entity_id}{': waiting ' + ' '.join(waiting) if waiting else ''}"
