"""Drill: owns `manyou keys drill`. Does not know the country; imports `idp.demo` when it runs."""

import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.keykeeping.office import Declined

_SHOWN = 10


@click.command()
@click.option(
    "--data",
    default=Path("var/demo"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the running demo.",
)
@at_desk
def drill(desk: Desk, data: Path) -> None:
    """Rotate both rings of every node of the running demo under load, and prove that nobody noticed."""
    from idp.demo import manifest
    from idp.demo.drill import Drill
    from idp.demo.ground import DemoError

    def say(line: str) -> None:
        if sys.stderr.isatty() or not desk.json:
            click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)

    try:
        outcome = Drill(data, manifest.read(data), say).run()
    except (DemoError, Declined) as error:
        raise Failure(str(error)) from error
    desk.say(
        asdict(outcome),
        f"{outcome.rings} rings rotated in {outcome.seconds:.0f} s, until the keys before were gone",
        f"{outcome.sign_ins} sign-ins, slowest {outcome.slowest:.2f} s",
        f"{outcome.tokens} tokens and configurations, tried {outcome.tried} times with every copy of the keys"
        " that somebody may have held",
        f"{len(outcome.failures)} failures",
        *outcome.failures[:_SHOWN],
    )
    if outcome.failures:
        raise Failure(f"the drill failed: {outcome.failures[0]}")
