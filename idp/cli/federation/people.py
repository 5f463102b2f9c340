"""People: owns `manyou federation enrol list`, `show`, `approve` and `reject`: the second person's part.
Imports room, telling.
"""

import time

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.federation import telling
from idp.cli.federation.room import by_option, room, who


@click.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that were decided or have expired.")
@at_desk
def list_(desk: Desk, every: bool) -> None:
    """What was proposed and waits for a second person."""
    now = time.time()
    with room(desk) as known:
        found = known.enrolments.every()
    shown = [one for one in found if every or one.stage_at(now) in ("proposed", "approved")]
    desk.say(
        [telling.proposal(one, now) for one in shown],
        *(line for one in shown for line in telling.proposal_lines(one, now)),
    )


@click.command()
@click.argument("code")
@at_desk
def show(desk: Desk, code: str) -> None:
    """All of the proposal CODE: what would be published, and what it would mean now."""
    now = time.time()
    with room(desk) as known:
        one = known.enrolments.find(code)
        shown = known.enrolments.preview(one.change) if one.stage_at(now) == "proposed" else None
    said = telling.proposal(one, now)
    content = one.change.subordinate or one.change.wide
    lines = [*telling.proposal_lines(one, now)]
    if content is not None:
        lines.append(telling.plain(said["subordinate"] or said["wide"]))
    lines += telling.preview_lines(shown) if shown is not None else []
    desk.say(said | {"preview": telling.preview(shown) if shown is not None else None}, *lines)


@click.command()
@click.argument("code")
@by_option
@at_desk
def approve(desk: Desk, code: str, by: str | None) -> None:
    """Agree, as the second person, to the proposal CODE: it is published at once."""
    with room(desk) as known:
        done = known.enrolments.approve(code, by=who(by))
    desk.say(telling.proposal(done, time.time()), *telling.proposal_lines(done, time.time()))


@click.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why not.")
@by_option
@at_desk
def reject(desk: Desk, code: str, *, reason: str, by: str | None) -> None:
    """Say no to the proposal CODE, also to one's own."""
    with room(desk) as known:
        done = known.enrolments.reject(code, by=who(by), reason=reason)
    desk.say(telling.proposal(done, time.time()), *telling.proposal_lines(done, time.time()))
