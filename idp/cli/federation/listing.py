"""Listing: owns `manyou federation list`: who is below this authority. Imports room, telling."""

import click

from federation.authority.listing import Filters
from idp.cli.desk import Desk, at_desk
from idp.cli.federation import telling
from idp.cli.federation.room import room


@click.command("list")
@click.option("--type", "kinds", multiple=True, help="Only those that are one of these Entity Types.")
@click.option("--intermediate/--leaf", default=None, help="Only those with, or without, subordinates.")
@click.option("--marked", multiple=True, help="Only those that hold these trust marks of ours.")
@click.option(
    "--state", type=click.Choice(("active", "suspended", "removed")), default="active", help="[active]"
)
@at_desk
def list_(
    desk: Desk, *, kinds: tuple[str, ...], intermediate: bool | None, marked: tuple[str, ...], state: str
) -> None:
    """Who is below this authority, one a line; with `--json` all that is registered."""
    filters = Filters(
        entity_types=kinds,
        trust_marked=bool(marked),
        mark_types=marked,
        intermediate=intermediate,
    )
    if state != "active" and (kinds or marked or intermediate is not None):
        raise click.UsageError("--type, --marked, --intermediate and --leaf are for active ones")
    with room(desk) as known:
        if state == "active":
            names = known.registry.ids(filters)
        else:
            names = known.registry.every("suspended" if state == "suspended" else "removed")
        found = [one for name in names if (one := known.registry.find(name)) is not None]
    desk.say([telling.subordinate(one) for one in found], *(telling.line(one) for one in found))
