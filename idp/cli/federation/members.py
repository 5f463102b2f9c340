"""Members: owns `manyou federation enrol update`, `suspend`, `reinstate` and `remove`: proposals about those
who are registered. Imports room, telling.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from federation.authority import Subordinate
from federation.enrolment import Change, Verb
from idp.authority.enrolment import updating
from idp.cli.desk import Desk, at_desk
from idp.cli.federation import telling
from idp.cli.federation.room import FILE, by_option, options, read_json, registered, room, terms_of, who

_said = options(
    click.argument("entity"),
    click.option("--reason", required=True, help="Why; published with the event."),
    by_option,
)


@click.command()
@_said
@at_desk
def suspend(desk: Desk, entity: str, *, reason: str, by: str | None) -> None:
    """Propose that nothing is stated about ENTITY until it is reinstated."""
    _move(desk, "suspend", entity, reason, by)


@click.command()
@_said
@at_desk
def reinstate(desk: Desk, entity: str, *, reason: str, by: str | None) -> None:
    """Propose that what was stated about ENTITY before its suspension is stated again."""
    _move(desk, "reinstate", entity, reason, by)


@click.command()
@_said
@at_desk
def remove(desk: Desk, entity: str, *, reason: str, by: str | None) -> None:
    """Propose that the membership of ENTITY ends."""
    _move(desk, "remove", entity, reason, by)


@click.command()
@_said
@click.option(
    "--jwks", type=FILE, help="Its new federation keys: for an emergency, since keys roll by themselves."
)
@click.option("--terms", type=FILE, help="What to state instead: metadata, metadata_policy, constraints.")
@click.option("--region", help="GB/T 2260 code of its region.")
@click.option("--contact", multiple=True, help="Its people, instead of those before.")
@click.option("--break-anyway", default="", help="Why those whom it breaks are broken.")
@at_desk
def update(desk: Desk, entity: str, *, reason: str, by: str | None, break_anyway: str, **said: Any) -> None:
    """Propose that something else is stated about ENTITY."""
    if not any(said.values()):
        raise click.UsageError("say what is to change: --jwks, --terms, --region or --contact")
    edit = _edit(**said)
    with room(desk) as known:
        change = updating(registered(known, entity), edit)
        made = known.enrolments.propose(change, by=who(by), reason=reason, break_anyway=break_anyway)
    desk.say(telling.proposal(made, time.time()), *telling.proposal_lines(made, time.time()))


def _edit(
    jwks: Path | None, terms: Path | None, region: str | None, contact: tuple[str, ...]
) -> Callable[[Subordinate], Subordinate]:
    keys = dict(read_json(jwks)) if jwks is not None else None
    stated = terms_of(read_json(terms)) if terms is not None else None

    def edit(one: Subordinate) -> Subordinate:
        if keys is not None:
            inner = keys.get("jwks", keys)  # as `manyou federation show --json` prints it, or the set alone
            one = replace(one, jwks=inner if isinstance(inner, dict) else {})
        if stated is not None:
            one = replace(
                one,
                metadata=stated.metadata,
                metadata_policy=stated.metadata_policy,
                metadata_policy_crit=stated.metadata_policy_crit,
                constraints=stated.constraints,
            )
        if region is not None:
            provider = {**one.metadata.get("openid_provider", {}), "manyou_region": region}
            one = replace(one, metadata={**one.metadata, "openid_provider": provider})
        return replace(one, contacts=contact) if contact else one

    return edit


def _move(desk: Desk, verb: Verb, entity: str, reason: str, by: str | None) -> None:
    with room(desk) as known:
        change = Change(verb=verb, entity_id=entity, seen=registered(known, entity).version)
        made = known.enrolments.propose(change, by=who(by), reason=reason)
    desk.say(telling.proposal(made, time.time()), *telling.proposal_lines(made, time.time()))
