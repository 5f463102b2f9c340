"""Keys: owns `manyou federation keys`: what a superior's people see of its subordinates' keys, and do about
them. Imports desk, wiring.
"""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from federation.authority import Subordinate, Unlawful
from federation.keyset import members
from idp.authority.keydesk import Declined, KeyDesk
from idp.authority.keyrows import Watched
from idp.authority.rows import Conflict
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.keys.common import KidCommand, moment
from idp.clock import system
from idp.wiring.keywatch import open_key_desk

_by = click.option("--by", help="Who asks [the user of this machine].")


@click.group()
def keys() -> None:
    """Federation keys of our subordinates."""


@contextmanager
def _at(desk: Desk, by: str | None = None) -> Iterator[KeyDesk]:
    settings = desk.settings()
    if settings.authority is None:
        raise Failure("this node has no subordinates; [authority] makes it an authority")
    with desk.records() as records:
        try:
            yield open_key_desk(settings, records, system, by or getpass.getuser())
        except (Declined, Conflict, Unlawful) as declined:
            raise Failure(str(declined)) from declined


@keys.command("list")
@at_desk
def list_(desk: Desk) -> None:
    """Every active subordinate's keys: which are certified, which wait until when, and what is wrong."""
    settings = desk.settings()
    hold = float(settings.authority.hold_down) if settings.authority is not None else 0.0
    with _at(desk) as known:
        every = known.every()
    desk.say(
        [_data(one, watched, hold) for one, watched in every],
        *(line for one, watched in every for line in _lines(one, watched, hold)),
    )


@keys.command(cls=KidCommand)
@click.argument("entity")
@click.argument("kid")
@click.option("--reason", required=True, help="Why, for the audit.")
@_by
@at_desk
def approve(desk: Desk, entity: str, kid: str, *, reason: str, by: str | None) -> None:
    """Let a waiting key be certified now, if the subordinate still lists it; ask its people first, by another
    way than the network."""
    with _at(desk, by) as known:
        watched = known.approve(entity, kid, reason=reason)
    kids = [] if watched.candidate is None else sorted(watched.candidate.prints)
    desk.say({"entity": entity, "approved": kids}, f"{', '.join(kids)} of {entity}: certified within seconds")


@keys.command(cls=KidCommand)
@click.argument("entity")
@click.argument("kid")
@click.option("--reason", required=True, help="Why; whoever wants the key back will read it.")
@_by
@at_desk
def refuse(desk: Desk, entity: str, kid: str, *, reason: str, by: str | None) -> None:
    """Refuse a subordinate's key for ever, certified or waiting: it is in other hands, or nobody there knows
    it."""
    with _at(desk, by) as known:
        name = known.refuse(entity, kid, reason=reason)
    desk.say({"entity": entity, "refused": name}, f"{name} of {entity} is refused for ever")


def _data(one: Subordinate, watched: Watched, hold: float) -> Mapping[str, object]:
    waits = watched.candidate
    return {
        "entity": one.entity_id,
        "certified": [str(key["kid"]) for key in members(one.jwks)],
        "waiting": None
        if waits is None
        else {
            "kids": sorted(waits.prints),
            "since": waits.since,
            "until": waits.since + hold,
            "proven": waits.proven,
            "approved_by": waits.approved_by,
        },
        "not_listed": dict(watched.missing),
        "refused": list(watched.refused),
        "read_at": watched.read_at,
        "trouble": watched.trouble,
    }


def _lines(one: Subordinate, watched: Watched, hold: float) -> Iterator[str]:
    yield one.entity_id
    for key in members(one.jwks):
        gone = watched.missing.get(str(key["kid"]))
        yield f"  certified  {key['kid']}" + (f"  not listed since {moment(gone)}" if gone else "")
    waits = watched.candidate
    for kid in sorted(waits.prints) if waits is not None else ():
        proof = "its holder proved a certified key" if waits and waits.proven else "only listed"
        since, until = (moment(waits.since), moment(waits.since + hold)) if waits else ("", "")
        agreed = f"; approved by {waits.approved_by}" if waits and waits.approved_by else ""
        yield f"  waiting    {kid}  since {since}, certified {until}; {proof}{agreed}"
    for kid in watched.refused:
        yield f"  refused    {kid}"
    if watched.trouble:
        yield f"  problem    {watched.trouble}"
