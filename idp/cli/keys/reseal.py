"""Reseal: owns `manyou keys reseal`: everything sealed is sealed as the settings say now. Imports desk."""

import getpass
from typing import Any

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from keys.store import Conflict


@click.command()
@at_desk
def reseal(desk: Desk) -> None:
    """Seal both rings and all secrets as the settings say now. Nothing stops meanwhile."""
    with desk.records() as records:
        try:
            done: dict[str, Any] = {str(ring): count for ring, count in records.rings.reseal().items()}
            done["secrets"] = records.secrets.reseal()
        except Conflict as error:
            raise Failure(str(error)) from error
        if any(done.values()):
            records.audit.record("key.resealed", by=getpass.getuser(), **done)
    desk.say(done, *(f"{name:10} {count} sealed anew" for name, count in done.items()))
