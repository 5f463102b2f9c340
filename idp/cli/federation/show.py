"""Show: owns `manyou federation show`: what this node tells its peers about itself, or what it states about
one of its subordinates. Imports desk, room.
"""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict

import click

from idp.authority.documents import Document
from idp.authority.registry import Happened
from idp.cli.desk import Desk, at_desk
from idp.cli.federation import telling
from idp.cli.federation.room import registered, room
from idp.errors import Unavailable
from idp.wiring.enrolment import EnrolmentRoom
from keys.encoding import strict_json, unb64
from keys.jose import STATEMENT


@click.command()
@click.argument("entity", required=False)
@at_desk
def show(desk: Desk, entity: str | None) -> None:
    """This node's entity id and public federation keys, which a peer names in its [[peer]].

    Of a subordinate ENTITY: how it is registered, what is stated about it until when, and what happened.
    """
    if entity is not None:
        _below(desk, entity)
        return
    with desk.records(check_files=False) as records:
        jwks = records.rings.federation().jwks(time.time())
    issuer = desk.settings(check_files=False).issuer
    desk.say({"entity_id": issuer, "jwks": jwks}, f"entity_id  {issuer}", json.dumps(jwks, indent=2))


def _below(desk: Desk, entity: str) -> None:
    with room(desk) as known:
        one = registered(known, entity)
        statement, events = _statement(known, entity), known.registry.events(entity)
        marks = known.marks.held((entity,))
    said = telling.subordinate(one) | {
        "statement": statement and {**asdict(statement), "claims": _claims(statement)},
        "events": [asdict(told) for told in events],
        "marks": [{"type": mark.type, "issued": mark.issued, "expires": mark.expires} for mark in marks],
    }
    lines = [telling.line(one), f"registered  {telling.moment(one.registered)}, version {one.version}"]
    if statement is not None:
        lines.append(f"statement   until {telling.moment(statement.expires)}, signed with {statement.kid}")
        lines.append(telling.plain(_claims(statement)))
    lines += [f"mark        {mark.type} until {telling.moment(mark.expires)}" for mark in marks]
    desk.say(said, *lines, *map(_event, events))


def _statement(known: EnrolmentRoom, entity: str) -> Document | None:
    with suppress(Unavailable):
        return known.statements.find(entity)
    return None


def _claims(statement: Document) -> Mapping[str, object]:
    return strict_json(unb64(statement.token.split(".")[1]), depth=STATEMENT.depth)


def _event(told: Happened) -> str:
    return f"event       {telling.moment(told.at)}  {told.event}  {told.description}"
