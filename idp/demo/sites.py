"""Sites: owns how the demo's small web programs are put together from the map. Does not serve them."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask, Response, request

from idp.demo.census import everybody
from idp.demo.loopback import asker, hosts_line
from idp.demo.places import Country, Place
from idp.demo.portal import Portal, create_portal
from idp.demo.provider import Registration
from idp.demo.relying import RelyingParty
from idp.demo.visitors import Visitors
from idp.demo.web import guard
from idp.web.pages import Pages, locale_for

_ROOM = Path(__file__).parent
_NAME = {"zh": "漫游 Manyou", "en": "Manyou"}


def demo_pages(name: Mapping[str, str], url: str) -> Pages:
    """Pages in the product's look, with the demo's own templates and words."""
    return Pages(name, url, also=_ROOM)


def portal_site(country: Country, place: Place) -> Flask:
    """The program of one portal, which keeps what it agreed on with its province in `client.json`."""
    registration = Registration(**json.loads((country.folder / place.name / "client.json").read_text()))
    node = country.node(place.node or "")
    other = next(portal for portal in country.portals if portal is not place)
    return create_portal(
        Portal(
            pages=demo_pages(place.title, registration.url),
            region=node.title,
            other=(other.title, f"{other.origin}/"),
            party=RelyingParty(registration, clock=time.time, fetch=asker(country.ca)),
            visitors=Visitors(time.time),
            log=_journal(country.log(place.name)),
            url=registration.url,
        )
    )


def board_site(country: Country) -> Flask:
    """The program of the board."""
    pages = demo_pages(_NAME, f"{country.board.origin}/")
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(pages.assets.blueprint())
    app.add_url_rule("/", "board", lambda: _board(country, pages))
    app.after_request(guard)
    return app


def _board(country: Country, pages: Pages) -> Response:
    locale = locale_for(request)
    homes = {node.region: node.title[locale] for node in country.provinces}
    return pages.render(
        "board.html",
        locale=locale,
        anchor=country.anchor.origin,
        hub=country.hub.origin,
        provinces=[
            {"name": node.title[locale], "code": node.region, "issuer": node.origin}
            for node in country.provinces
        ],
        portals=[
            {"name": portal.title[locale], "url": f"{portal.origin}/", "region_name": homes[portal.region]}
            for portal in country.portals
        ],
        citizens=[
            {
                "name": who.name,
                "username": who.username,
                "password": who.password,
                "home_name": homes[who.home],
                "source": who.source,
                "level": who.level,
            }
            for who in everybody()
        ],
        hosts_line=hosts_line(country.hosts),
    )


def _journal(path: Path) -> Callable[..., None]:
    """A log of JSON lines; callers give it no secrets."""

    def log(event: str, **fields: object) -> None:
        line = json.dumps({"time": round(time.time(), 3), "event": event, **fields}, ensure_ascii=False)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return log
