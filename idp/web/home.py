"""Home: owns the front page, for somebody who came without a site. Imports pages, visitor."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from idp.peers import Peers
from idp.web.pages import Pages
from idp.web.visitor import Visitor


def blueprint(
    *,
    pages: Pages,
    peers: Peers,
    visitor: Callable[[], Visitor],
    issuer: str,
    region: str | None,
    name: Mapping[str, str],
) -> Blueprint:
    """What this place is, and who is signed in in this browser."""
    room = Blueprint("home", __name__)

    def region_name(code: str, locale: str) -> str:
        names = (
            name if code == region else next((one.name for one in peers.regions() if one.region == code), {})
        )
        return names.get(locale) or code

    @room.get("/")
    def home() -> Response:
        who = visitor()
        locale, session = who.locale(), who.session
        return who.dress(
            pages.render(
                "home.html",
                locale=locale,
                signed_in=session is not None,
                region=region_name(session.citizen.home_region, locale) if session else None,
                level=session.citizen.rl if session else None,
                signout_url=f"{issuer}/logout" if session else None,
            )
        )

    return room
