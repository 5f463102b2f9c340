"""Override: owns `manyou keys approve` and `override`: two people let a key pass somebody who has not
confirmed it. Imports common."""

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.keys.common import KidCommand, office


@click.command(cls=KidCommand)
@click.argument("kid")
@click.option("--observer", required=True, help="Who has not confirmed the key: an issuer.")
@click.option("--by", help="Who agrees [the user of this machine].")
@at_desk
def approve(desk: Desk, kid: str, observer: str, by: str | None) -> None:
    """Agree, as the second person, to an override; prints a code that works once, for an hour."""
    with office(desk, by) as known:
        full = known.find(kid).kid
        code = known.approve(full, observer)
    desk.say({"kid": full, "observer": observer, "code": code}, f"code  {code}   (give it to who overrides)")


@click.command(cls=KidCommand)
@click.argument("kid")
@click.option("--observer", required=True, help="Who has not confirmed the key: an issuer.")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@click.option("--approval", required=True, help="The code of the second person.")
@click.option("--by", help="Who asks [the user of this machine].")
@at_desk
def override(desk: Desk, kid: str, *, observer: str, reason: str, approval: str, by: str | None) -> None:
    """Let a key pass somebody who has not confirmed it; takes a reason and a second person."""
    with office(desk, by) as known:
        given = known.override(known.find(kid).kid, observer, reason=reason, code=approval)
    desk.say(
        {"kid": given.kid, "observer": observer, "by": given.by, "second": given.second},
        f"{given.kid} may pass {observer}, say {given.by} and {given.second}",
    )
