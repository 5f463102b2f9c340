"""Sites: owns how the demo's small web programs are put together from the map. Does not serve them."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request

from federation.resolve import Resolver
from idp.demo.census import everybody
from idp.demo.leaf import Leaf, metadata
from idp.demo.loopback import Reply, asker, hosts_line
from idp.demo.membership import from_json
from idp.demo.places import Country, Place
from idp.demo.portal import Portal, create_portal
from idp.demo.registration import Registration
from idp.demo.relying import RelyingParty
from idp.demo.trusted import Kept, TrustedProvider
from idp.demo.trusted import Pages as Asked
from idp.demo.visitors import Visitors
from idp.demo.web import guard
from idp.web.pages import Pages, locale_for

_ROOM = Path(__file__).parent
_NAME = {"zh": "漫游 Manyou", "en": "Manyou"}


def demo_pages(name: Mapping[str, str], url: str) -> Pages:
    """Pages in the product's look, with the demo's own templates and words."""
    return Pages(name, url, also=_ROOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A small web program.

    Attributes:
        app: answers.
        duty: what it does between requests, again and again.
        whole: whether it has all that it needs to serve.
    """

    app: Flask
    duty: Callable[[], None] | None = None
    whole: Callable[[], bool] = lambda: True


def portal_site(country: Country, place: Place) -> Program:
    """The program of one portal. It keeps what it agreed on with its province in `client.json`; a leaf of the
    federation keeps in `member.json` what it holds as one."""
    folder, fetch = country.folder / place.name, asker(country.ca)
    registration = Registration(**json.loads((folder / "client.json").read_text()))
    joined = folder / "member.json"
    member = from_json(json.loads(joined.read_text())) if joined.exists() else None
    resolver = _resolver(joined, fetch) if member is not None else None
    known = TrustedProvider(registration.issuer, resolver, time.time) if resolver is not None else None
    leaf = None
    if member is not None and known is not None:
        said = metadata(registration, place.title)
        leaf = Leaf(member, said, chain=known.chain, fetch=fetch, clock=time.time)
    other = next(portal for portal in country.portals if portal.region != place.region)
    portal = Portal(
        pages=demo_pages(place.title, registration.url),
        region=country.node(place.node or "").title,
        other=(other.title, f"{other.origin}/"),
        party=RelyingParty(registration, clock=time.time, fetch=fetch, known=known),
        visitors=Visitors(time.time),
        log=_journal(country.log(place.name)),
        url=registration.url,
        leaf=leaf,
    )
    if leaf is None or resolver is None:
        return Program(app=create_portal(portal))
    duty = _duty(leaf, resolver, portal.log)
    return Program(app=create_portal(portal), duty=duty, whole=leaf.whole)


def _resolver(joined: Path, fetch: Callable[..., Reply]) -> Resolver:
    """Finds chains that end at what the portal pins: what is in its file now, since people may adopt keys."""

    def anchors() -> Mapping[str, Mapping[str, object]]:
        return from_json(json.loads(joined.read_text())).anchors

    return Resolver(anchors=anchors, fetcher=Asked(fetch), cache=Kept(time.time), clock=time.time)


def _duty(leaf: Leaf, resolver: Resolver, log: Callable[..., None]) -> Callable[[], None]:
    """Keep marks and chains fresh; a round that fails is not the last."""

    def duty() -> None:
        try:
            leaf.round()
            resolver.refresh()
        except Exception as error:
            log("duty_failed", cause=repr(error))

    return duty


def board_site(country: Country) -> Program:
    """The program of the board."""
    pages = demo_pages(_NAME, f"{country.board.origin}/")
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(pages.assets.blueprint())
    app.add_url_rule("/", "board", lambda: _board(country, pages))
    app.after_request(guard)
    return Program(app=app)


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
        authorities=[{"name": node.title[locale], "address": node.origin} for node in country.authorities],
        tree=_branch(country, country.anchor, locale),
        plain=[portal.title[locale] for portal in country.portals if portal.superior is None],
        citizens=_citizens(homes),
        hosts_line=hosts_line(country.hosts),
    )


def _branch(country: Country, place: Place, locale: str) -> Mapping[str, object]:
    """A place and whom it states something about, and so on."""
    return {
        "name": place.title[locale],
        "kind": _kind(country, place),
        "address": place.origin,
        "below": [_branch(country, one, locale) for one in country.below(place)],
    }


def _kind(country: Country, place: Place) -> str:
    if place in country.provinces:
        return "province"
    if place in country.authorities:
        return "authority"
    return place.name if place in country.nodes else "portal"


def _citizens(homes: Mapping[str | None, str]) -> list[Mapping[str, object]]:
    """Everybody, with the name of their home."""
    return [
        {
            "name": who.name,
            "username": who.username,
            "password": who.password,
            "home_name": homes[who.home],
            "source": who.source,
            "level": who.level,
        }
        for who in everybody()
    ]


def _journal(path: Path) -> Callable[..., None]:
    """A log of JSON lines; callers give it no secrets."""

    def log(event: str, **fields: object) -> None:
        line = json.dumps({"time": round(time.time(), 3), "event": event, **fields}, ensure_ascii=False)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return log
