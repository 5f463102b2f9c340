"""Mark: owns `manyou federation mark`: the trust marks that this authority issues. Imports room, telling."""

from dataclasses import asdict
from pathlib import Path

import click

from federation.authority.marks import MarkType
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.federation import telling
from idp.cli.federation.room import FILE, by_option, read_file, read_json, room, who

_DAY = 86_400
_BYTES = 64 * 1024

reason_option = click.option("--reason", required=True, help="Why; kept in the audit.")


@click.group()
def mark() -> None:
    """Trust marks: their types, and who holds one."""


@mark.command()
@click.argument("mark_type")
@click.option("--issuer", "issuers", multiple=True, help="Who may issue it in our federation.")
@click.option("--anybody", is_flag=True, help="Anybody may issue it.")
@click.option("--owner", help="Whose type it is, where it is owned; delegations come from there.")
@click.option("--owner-jwks", type=FILE, help="The owner's federation keys, unless the owner is this node.")
@click.option("--delegation", type=FILE, help="The owner's word that this node may issue it.")
@click.option("--logo-uri", help="A picture, for people.")
@click.option("--ref", help="A page about it, for people.")
@click.option("--issued/--not-issued", default=True, help="Whether this node issues it [it does].")
@click.option("--reason", default="", help="Why; kept in the audit.")
@by_option
@at_desk
def define(
    desk: Desk,
    mark_type: str,
    *,
    issuers: tuple[str, ...],
    anybody: bool,
    owner: str | None,
    owner_jwks: Path | None,
    delegation: Path | None,
    logo_uri: str | None,
    ref: str | None,
    issued: bool,
    reason: str,
    by: str | None,
) -> None:
    """Define the type MARK_TYPE, a URL, or change it; marks that were issued say what they said."""
    if anybody and issuers:
        raise click.UsageError("--anybody and --issuer exclude each other")
    of = MarkType(
        type=mark_type,
        issued=issued,
        issuers=() if anybody else (issuers or None),
        owner=owner,
        owner_jwks=read_json(owner_jwks) if owner_jwks is not None else None,
        delegation=_token(delegation),
        logo_uri=logo_uri,
        ref=ref,
    )
    with room(desk) as known:
        known.marks.define(of, by=who(by), reason=reason)
    desk.say(asdict(of), f"{mark_type} is defined")


@mark.command()
@click.argument("mark_type")
@click.argument("entity")
@click.option("--reason", default="", help="Why; kept in the audit.")
@by_option
@at_desk
def issue(desk: Desk, mark_type: str, entity: str, *, reason: str, by: str | None) -> None:
    """Give ENTITY a mark of the type MARK_TYPE. Who has one already keeps it."""
    with room(desk) as known:
        made = known.marks.find(mark_type, entity)
        if made is None:
            made = known.marks.issue(mark_type, entity, by=who(by), reason=reason)
    desk.say(asdict(made), f"{entity} holds {mark_type} until {telling.moment(made.expires)}", made.token)


@mark.command()
@click.argument("mark_type")
@click.argument("entity")
@reason_option
@by_option
@at_desk
def revoke(desk: Desk, mark_type: str, entity: str, *, reason: str, by: str | None) -> None:
    """Let the mark MARK_TYPE of ENTITY count no longer, in all the forms in which it was issued."""
    with room(desk) as known:
        known.marks.revoke(mark_type, entity, by=who(by), reason=reason)
    desk.say(
        {"type": mark_type, "entity_id": entity, "revoked": True}, f"{entity} holds {mark_type} no longer"
    )


@mark.command("list")
@click.option("--type", "mark_type", help="Who holds this one, instead of all types.")
@at_desk
def list_(desk: Desk, mark_type: str | None) -> None:
    """The types that are defined here and how many hold each, or who holds one."""
    with room(desk) as known:
        if mark_type is not None:
            holders = known.marks.holders(mark_type)
            desk.say(list(holders), *holders)
            return
        types = [(of, len(known.marks.holders(of.type))) for of in known.marks.types()]
    desk.say(
        [asdict(of) | {"holders": count} for of, count in types],
        *(f"{of.type}  {count} holders{'' if of.issued else ', not issued here'}" for of, count in types),
    )


@mark.command()
@click.argument("mark_type")
@click.argument("issuer")
@click.option(
    "--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long it counts."
)
@reason_option
@by_option
@at_desk
def delegate(desk: Desk, mark_type: str, issuer: str, *, days: int, reason: str, by: str | None) -> None:
    """Print our word that ISSUER may issue marks of MARK_TYPE, a type of ours, to be handed over to it."""
    with room(desk) as known:
        token = known.marks.delegate(mark_type, issuer, life=days * _DAY, by=who(by), reason=reason)
    desk.say({"type": mark_type, "issuer": issuer, "delegation": token}, token)


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    text = read_file(file, _BYTES).decode("ascii", "replace").strip()
    if text.count(".") != 2:
        raise Failure(f"{file} is no delegation; the owner's `manyou federation mark delegate` prints one")
    return text
