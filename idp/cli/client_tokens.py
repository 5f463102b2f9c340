"""Client tokens: owns `manyou clients token`: leave to register, which an operator gives. Imports dynamic."""

import time
from datetime import UTC, datetime

import click

from idp.audit import Entry
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.dynamic import InitialToken, initial_token

_DAY = 86_400


@click.group()
def token() -> None:
    """Initial access tokens: with one, a relying party registers itself."""


@token.command()
@click.option("--note", required=True, help="For whom it is; say no secret here.")
@click.option(
    "--uses",
    type=click.IntRange(1, 1_000_000),
    default=1,
    show_default=True,
    help="How many relying parties may be registered with it.",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How long it is good."
)
@at_desk
def add(desk: Desk, *, note: str, uses: int, days: int) -> None:
    """Make a token; prints it once."""
    now = time.time()
    shown, kept = initial_token(note=note, uses=uses, now=now, life=days * _DAY)
    with desk.records() as records:
        entry = Entry(at=now, event="client.token_added", details={"token": kept.id, "uses": uses})
        records.dynamic.initial.add(kept, entry)
    lines = [
        f"id                    {kept.id}",
        f"initial access token  {shown}   (it is not kept: hand it over now)",
        f"good for              {uses} registrations, until {_date(kept.expires)}",
    ]
    if not desk.settings().registration.dynamic:
        lines.append("It opens nothing yet: write [registration] dynamic = true into the settings.")
    desk.say({**_written(kept, now), "initial_access_token": shown}, *lines)


@token.command("list")
@at_desk
def list_(desk: Desk) -> None:
    """All tokens, without what would open anything."""
    now = time.time()
    with desk.records() as records:
        found = records.dynamic.initial.list()
    desk.say([_written(one, now) for one in found], *(_line(one, now) for one in found))


@token.command()
@click.argument("token_id")
@at_desk
def revoke(desk: Desk, token_id: str) -> None:
    """Let a token register nobody from now on; who registered with it stays."""
    with desk.records() as records:
        entry = Entry(at=time.time(), event="client.token_revoked", details={"token": token_id})
        if not records.dynamic.initial.revoke(token_id, entry):
            raise Failure(f"no token {token_id} to revoke; `manyou clients token list` shows all")
    desk.say({"id": token_id, "revoked": True}, f"revoked {token_id}")


def _written(one: InitialToken, now: float) -> dict[str, object]:
    return {
        "id": one.id,
        "note": one.note,
        "standing": one.standing(now),
        "uses": one.uses,
        "used": one.used,
        "created": int(one.created),
        "expires": int(one.expires),
    }


def _line(one: InitialToken, now: float) -> str:
    counted = f"{one.used} of {one.uses}"
    return f"{one.id}  {one.standing(now):8}  {counted:14}  until {_date(one.expires)}  {one.note}"


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
