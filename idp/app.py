"""App: owns the Flask application of one node: which pages and endpoints it has. Imports wiring and
idp.web."""

import gc
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Blueprint, Flask, request

from idp import logs
from idp.caretaker import Caretaker
from idp.errors import Unavailable
from idp.hardening import end_with_parent, keep_memory_private
from idp.login import start_again
from idp.settings import load
from idp.web import (
    announce,
    arrive,
    atlas,
    authorize,
    consent,
    federation,
    federation_registration,
    health,
    home,
    notices,
    par,
    regions,
    register,
    signin,
    signout,
    token,
    tokens,
    userinfo,
    wellknown,
)
from idp.web.cookies import Cookies
from idp.web.desk import Desk
from idp.web.dispatch import Dispatch
from idp.web.edge import Edge
from idp.web.entrance import Entrance
from idp.web.pages import Pages
from idp.web.visitor import Visitor
from idp.wiring import Node, build
from idp.wiring.sight import open_sight
from idp.wiring.trusting import Trusting

Who = Callable[[], Visitor]


def create_app(node: Node) -> Flask:
    """The application of a node: federation and health everywhere, an OpenID provider where people can
    sign in."""
    settings = node.settings
    app = Flask("manyou", static_folder=None)
    pages = Pages(settings.name.model_dump(), settings.issuer)
    Edge(issuer=settings.issuer, pages=pages, again=_again(node)).guard(app)
    cookies = Cookies(secure=settings.issuer.startswith("https:"))

    def visitor() -> Visitor:
        return Visitor(request, cookies, node.sessions, node.clock)

    _public_rooms(app, node, pages, visitor)
    if settings.provider:
        desk = _desk(node, pages, visitor)
        _machine_rooms(app, node)
        _person_rooms(app, node, desk)
        _travel_rooms(app, node, desk)
        _leaving_rooms(app, node, desk)
    return app


def _public_rooms(app: Flask, node: Node, pages: Pages, visitor: Who) -> None:
    settings = node.settings
    ready = health.blueprint(clock=node.clock, store=node.store.ping, records=node.records.database.ping)
    discovery = node.provider.metadata() if settings.provider else None
    known = wellknown.blueprint(
        publications=node.publications,
        discovery=discovery,
        shop=wellknown.Shop(
            max_age=settings.rotation.document_age, life=settings.lifetimes.entity_configuration
        ),
        fetched=node.readers.fetched,
    )
    front = home.blueprint(
        pages=pages,
        peers=node.peers,
        visitor=visitor,
        issuer=settings.issuer,
        region=settings.region,
        name=settings.name.model_dump(),
    )
    for room in (ready, known, pages.assets.blueprint(), front, _federation(node)):
        app.register_blueprint(room)
    if node.trusting is not None:
        app.register_blueprint(_atlas(node, node.trusting, pages))


def _atlas(node: Node, trusting: Trusting, pages: Pages) -> Blueprint:
    known = atlas.Known(trust=trusting.resolver, troubles=trusting.troubles, marks=trusting.marks.recall)
    sight = open_sight(node.settings, trusting, node.federation, node.clock)
    return atlas.blueprint(atlas.Atlas(pages=pages, sight=sight, known=known, clock=node.clock))


def _federation(node: Node) -> Blueprint:
    return federation.blueprint(
        entity_id=node.settings.issuer,
        callers=node.federation.callers,
        clock=node.clock,
        superior=node.federation.authority,
        resolver=node.federation.resolving,
    )


def _again(node: Node) -> Callable[[str], tuple[str | None, Mapping[str, str]]]:
    def again(client_id: str) -> tuple[str | None, Mapping[str, str]]:
        try:
            client = node.clients.find(client_id)
        except Unavailable:
            client = None
        if client is None or client.peer:
            return None, {}
        return start_again(client), client.name

    return again


def _desk(node: Node, pages: Pages, visitor: Who) -> Desk:
    dispatch = Dispatch(
        issuer=node.settings.issuer,
        passwords=bool(node.settings.directory) or node.settings.accounts.enabled,
        provider=node.provider,
        logins=node.logins,
        sessions=node.sessions,
        agreements=node.records.consents,
        peers=node.peers,
        travel=node.travel,
        audit=node.records.audit,
        clock=node.clock,
    )
    return Desk(
        pages=pages,
        dispatch=dispatch,
        logins=node.logins,
        clients=node.clients,
        visitor=visitor,
        clock=node.clock,
    )


def _entrance(node: Node) -> Entrance:
    return Entrance(sessions=node.sessions, leaving=node.leaving, audit=node.records.audit, clock=node.clock)


def _machine_rooms(app: Flask, node: Node) -> None:
    app.register_blueprint(par.blueprint(node.provider))
    if node.explicit is not None:
        app.register_blueprint(federation_registration.blueprint(node.explicit))
    if node.dynamic is not None:
        app.register_blueprint(register.blueprint(node.dynamic))
    for room in (token.blueprint, userinfo.blueprint, tokens.revocation, tokens.introspection):
        app.register_blueprint(room(node.provider))
    app.register_blueprint(notices.blueprint(notices=node.notices))


def _person_rooms(app: Flask, node: Node, desk: Desk) -> None:
    posted = authorize.Posted(node.store, "authorize")
    page = signin.Signin(desk=desk, directory=node.directory, entrance=_entrance(node))
    app.register_blueprint(
        authorize.blueprint(desk, issuer=node.settings.issuer, provider=node.provider, posted=posted)
    )
    app.register_blueprint(signin.blueprint(page))
    app.register_blueprint(regions.blueprint(regions.Regions(desk, node.peers)))
    asked = consent.ConsentPage(desk, node.records.consents, node.records.audit)
    app.register_blueprint(consent.blueprint(asked))


def _travel_rooms(app: Flask, node: Node, desk: Desk) -> None:
    arrivals = arrive.Arrivals(
        dispatch=desk.dispatch,
        logins=node.logins,
        visits=node.visits,
        travel=node.travel,
        entrance=_entrance(node),
        leaving=node.leaving,
        audit=node.records.audit,
        clock=node.clock,
    )
    app.register_blueprint(arrive.blueprint(arrivals=arrivals, visitor=desk.visitor))
    app.register_blueprint(
        announce.blueprint(
            announce.Announcements(desk=desk, peers=node.peers, travel=node.travel, sessions=node.sessions)
        )
    )


def _leaving_rooms(app: Flask, node: Node, desk: Desk) -> None:
    out = signout.Signout(
        issuer=node.settings.issuer,
        pages=desk.pages,
        requests=node.logout_requests,
        goodbyes=node.goodbyes,
        sessions=node.sessions,
        leaving=node.leaving,
        clients=node.clients,
        peers=node.peers,
    )
    posted = authorize.Posted(node.store, "logout")
    app.register_blueprint(signout.blueprint(signout=out, visitor=desk.visitor, posted=posted))


def application() -> Flask:
    """The application of the node whose settings file the environment names; what an HTTP server is
    pointed at.

    Raises:
        idp.settings.SettingsError: naming every problem of the settings at once.
    """
    end_with_parent()
    keep_memory_private()
    settings = load(Path(os.environ["MANYOU_SETTINGS"]), os.environ)
    logs.configure(file=settings.log.file, level=settings.log.level)
    node = build(settings)
    caretaker = Caretaker(
        deliver=node.deliveries.deliver_due,
        keep=node.keeper.round,
        visit=node.peers.visit,
        notices=node.records.outbox,
        tombstones=node.records.tombstones,
        origins=node.records.origins,
        clock=node.clock,
        duties={**node.federation.duties(), **node.trusted()},
    )
    caretaker.start()
    app = create_app(node)
    _settle()
    return app


def _settle() -> None:
    """What was made until now stays: the collector need not look at it again, and looks at the rest more
    seldom.

    Requests leave few cycles behind; with its usual thresholds the collector is a tenth of a request's work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
