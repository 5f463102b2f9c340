"""Emergency: owns `manyou keys revoke`: a key is burned, and every process leaves it. Imports common."""

import sys
import time
from dataclasses import asdict

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.keys.common import KidCommand, lines, moment, office, told
from idp.keykeeping.office import Office

_PATIENCE = 60.0
_LOOK_AGAIN = 0.25


@click.command(cls=KidCommand)
@click.argument("kid")
@click.option("--reason", required=True, help="Why; kept in the audit and with the key.")
@at_desk
def revoke(desk: Desk, kid: str, reason: str) -> None:
    """Burn a key: nothing that it signed counts here any more, and another signs at once.

    Waits until every process of the node has left it, and says what remains at others.
    """
    begun = time.monotonic()
    with office(desk) as known:
        change = known.revoke(known.find(kid).kid, reason)
        burned = known.find(kid).kid
        _everybody_left(known, burned, begun)
    took = time.monotonic() - begun
    if (exposure := change.exposure) is None:
        raise Failure("nothing was revoked")
    remains = {name: value for name, value in asdict(exposure).items() if name not in {"observers", "whys"}}
    seen = [{"observer": one.observer, "level": one.level.name} for one in exposure.observers]
    data = {**told(change), "seconds": round(took, 2), "exposure": {**remains, "observers": seen}}
    said = [f"every process had left it after {took:.1f} s", *exposure.whys]
    said += [f"knows the key ({one.level.name}): {one.observer}" for one in exposure.observers]
    said.append(f"copies of our keys elsewhere end {moment(exposure.copies_until)}")
    desk.say(data, *lines(change), *said)


def _everybody_left(known: Office, kid: str, begun: float) -> None:
    while left := known.still_signing(kid):
        waited = time.monotonic() - begun
        if waited > _PATIENCE:
            names = ", ".join(replica.name for replica in left)
            raise Failure(
                f"the key is revoked, but {names} did not say within {waited:.0f} s that it has left it:"
                " stop that process"
            )
        if sys.stderr.isatty():
            click.echo(f"\r{len(left)} processes still hold it, {waited:.0f} s", nl=False, err=True)
        time.sleep(_LOOK_AGAIN)
    if sys.stderr.isatty():
        click.echo("", err=True)
