"""Common: owns what the commands about keys share: opening the office, options, and how moments are written.

Imports desk, wiring.
"""

import getpass
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from idp.cli.desk import Desk
from idp.cli.failure import Failure
from idp.clock import system
from idp.keykeeping.office import Declined, Office
from idp.wiring import open_office
from keys.change import Change
from keys.key import Purpose

RINGS: tuple[Purpose, ...] = ("oidc", "federation")


@contextmanager
def office(desk: Desk, by: str | None = None) -> Iterator[Office]:
    """The rings of the node that the settings describe; what is declined ends the command."""
    with desk.records() as records:
        try:
            yield open_office(desk.settings(), records, system, by or getpass.getuser())
        except Declined as declined:
            raise Failure(str(declined)) from declined


def rings(chosen: str | None, known: Office) -> list[Purpose]:
    """The ring that was named, or all that the node has."""
    return [ring for ring in RINGS if ring in known.registrar.lifetimes and chosen in (None, ring)]


def ring_option(required: bool = False) -> Callable[..., Any]:
    """`--ring`."""
    return click.option(
        "--ring", type=click.Choice(RINGS), required=required, help="One of the two rings [both]."
    )


alg_option = click.option("--alg", help="Only keys of this algorithm [all].")


def told(change: Change) -> dict[str, object]:
    """A change, for programs."""
    events = [
        {"event": f"key.{one.name}", "kid": one.kid, "alg": one.alg, "at": one.at, "why": one.why}
        for one in change.events
    ]
    return {"ring": change.ring.purpose, "events": events}


def lines(change: Change) -> list[str]:
    """A change, for people."""
    if not change.events:
        return [f"{change.ring.purpose}: nothing to do"]
    return [f"{change.ring.purpose}: {one.name:12} {one.alg:9} {one.kid}  {one.why}" for one in change.events]


def moment(at: float | None) -> str:
    """A moment for people: the time of day, with the date unless it is today."""
    if at is None:
        return "-"
    if not math.isfinite(at):
        return "somebody must act"
    when, today = time.localtime(at), time.localtime()
    return time.strftime("%H:%M:%S" if when[:3] == today[:3] else "%Y-%m-%d %H:%M", when)


def number(at: float | None) -> float | None:
    """A moment for programs: null when nobody can say."""
    return at if at is not None and math.isfinite(at) else None


class KidCommand(click.Command):
    """A command whose KID may begin with a hyphen, as the thumbprints of keys made in a token can."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take such a KID for what it is, and not for options."""
        kids = [
            arg
            for arg, before in zip(args, ["", *args], strict=False)
            if _HYPHENED.fullmatch(arg) and (before == "--json" or not before.startswith("--"))
        ]
        rest = [arg for arg in args if arg not in kids]
        return super().parse_args(ctx, [*rest, *(["--", *kids] if kids else [])])


_HYPHENED = re.compile(r"-[A-Za-z0-9_][A-Za-z0-9_-]{10,41}")
