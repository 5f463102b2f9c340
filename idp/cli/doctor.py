"""Doctor: owns `manyou doctor`: what is in order, what is not, what to do. Imports desk, examine."""

import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.examine import Finding, examinations
from idp.settings import SettingsError


@click.command()
@at_desk
def doctor(desk: Desk) -> None:
    """Check settings, store, records, keys, directories, clock, peers; says what to do about problems."""
    found = tuple(_examine(desk))
    healthy = all(one.ok for one in found)
    desk.say({"ok": healthy, "findings": [asdict(one) for one in found]}, *(_line(one) for one in found))
    sys.exit(0 if healthy else 1)


def _examine(desk: Desk) -> Iterator[Finding]:
    try:
        settings = desk.settings()
    except SettingsError as error:
        for problem in error.problems:
            wrong, _, advice = problem.partition("; ")
            yield Finding(part="settings", ok=False, says=wrong, do=advice)
        return
    yield Finding(part="settings", ok=True, says=str(desk.path))
    yield from examinations(settings)


def _line(one: Finding) -> str:
    text = f"{'ok' if one.ok else 'problem':8} {one.part:12} {one.says}"
    return f"{text}\n{'':21} → {one.do}" if one.do else text
