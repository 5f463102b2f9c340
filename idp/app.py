"""App: owns the Flask application of one node: which pages and endpoints it has. Imports wiring and
idp.web."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog
from flask import Flask, request

from idp import logs
from idp.errors import Unavailable
from idp.login import start_again
from idp.settings import load
from idp.web import (
    announce,
    arrive,
    authorize,
    consent,
    health,
    home,
    notices,
    regions,
    signin,
    signout,
    token,
    userinfo,
    wellknown,
)
from idp.web.cookies import Cookies
from idp.web.dispatch import Dispatch
from idp.web.edge import Edge
from idp.web.entrance import Entrance
from idp.web.pages import Pages
from idp.web.visitor import Visitor
from idp.wiring import Node, build

RETRY_EVERY = 2.0
"""Seconds between looks into the outbox."""

DOCUMENT_AGE = 60
"""Seconds for which caches may hold discovery, keys and the entity configuration."""

Who = Callable[[], Visitor]

log = structlog.get_logger("app")


def create_app(node: Node) -> Flask:
    """The application of a node: federation and health everywhere, an OpenID provider where people can
    sign in."""
    settings = node.settings
    app = Flask("manyou", static_folder=None)
    pages = Pages(settings.name.model_dump(), settings.issuer)
    Edge(issuer=settings.issuer, pages=pages, again=_again(node)).guard(app)
    app.register_blueprint(
        health.blueprint(clock=node.clock, store=node.store.ping, records=node.records.database.ping)
    )
    discovery = node.provider.metadata() if settings.provider else None
    app.register_blueprint(wellknown.blueprint(entity=node.entity, discovery=discovery, max_age=DOCUMENT_AGE))
    app.register_blueprint(pages.assets.blueprint())
    cookies = Cookies(secure=settings.issuer.startswith("https:"))

    def visitor() -> Visitor:
        return Visitor(request, cookies, node.sessions, node.clock)

    app.register_blueprint(
        home.blueprint(
            pages=pages,
            peers=node.peers,
            visitor=visitor,
            issuer=settings.issuer,
            region=settings.region,
            name=settings.name.model_dump(),
        )
    )
    if settings.provider:
        dispatch = _dispatch(node)
        _machine_rooms(app, node)
        _person_rooms(app, node, pages, dispatch, visitor)
        _travel_rooms(app, node, dispatch, visitor)
        _leaving_rooms(app, node, pages, visitor)
    return app


def _again(node: Node) -> Callable[[str], tuple[str | None, Mapping[str, str]]]:
    def again(client_id: str) -> tuple[str | None, Mapping[str, str]]:
        try:
            client = node.clients.find(client_id)
        except Unavailable:
            client = None
        return (start_again(client), client.name) if client is not None else (None, {})

    return again


def _dispatch(node: Node) -> Dispatch:
    return Dispatch(
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


def _machine_rooms(app: Flask, node: Node) -> None:
    app.register_blueprint(token.blueprint(node.provider))
    app.register_blueprint(userinfo.blueprint(node.provider))
    app.register_blueprint(notices.blueprint(notices=node.notices))


def _person_rooms(app: Flask, node: Node, pages: Pages, dispatch: Dispatch, visitor: Who) -> None:
    app.register_blueprint(
        authorize.blueprint(
            issuer=node.settings.issuer,
            provider=node.provider,
            dispatch=dispatch,
            visitor=visitor,
            posted=authorize.Posted(node.store, "authorize"),
        )
    )
    app.register_blueprint(
        signin.blueprint(
            pages=pages,
            dispatch=dispatch,
            logins=node.logins,
            clients=node.clients,
            directory=node.directory,
            entrance=_entrance(node),
            visitor=visitor,
            clock=node.clock,
        )
    )
    app.register_blueprint(
        regions.blueprint(
            pages=pages,
            dispatch=dispatch,
            logins=node.logins,
            clients=node.clients,
            peers=node.peers,
            visitor=visitor,
            clock=node.clock,
        )
    )
    app.register_blueprint(
        consent.blueprint(
            pages=pages,
            dispatch=dispatch,
            logins=node.logins,
            clients=node.clients,
            agreements=node.records.consents,
            audit=node.records.audit,
            visitor=visitor,
            clock=node.clock,
        )
    )


def _entrance(node: Node) -> Entrance:
    return Entrance(sessions=node.sessions, leaving=node.leaving, audit=node.records.audit, clock=node.clock)


def _travel_rooms(app: Flask, node: Node, dispatch: Dispatch, visitor: Who) -> None:
    arrivals = arrive.Arrivals(
        dispatch=dispatch,
        logins=node.logins,
        visits=node.visits,
        travel=node.travel,
        entrance=_entrance(node),
        leaving=node.leaving,
        audit=node.records.audit,
        clock=node.clock,
    )
    app.register_blueprint(arrive.blueprint(arrivals=arrivals, visitor=visitor))
    app.register_blueprint(
        announce.blueprint(
            peers=node.peers,
            travel=node.travel,
            dispatch=dispatch,
            logins=node.logins,
            sessions=node.sessions,
            visitor=visitor,
            clock=node.clock,
        )
    )


def _leaving_rooms(app: Flask, node: Node, pages: Pages, visitor: Who) -> None:
    out = signout.Signout(
        issuer=node.settings.issuer,
        pages=pages,
        requests=node.logout_requests,
        goodbyes=node.goodbyes,
        sessions=node.sessions,
        leaving=node.leaving,
        clients=node.clients,
        peers=node.peers,
    )
    posted = authorize.Posted(node.store, "logout")
    app.register_blueprint(signout.blueprint(signout=out, visitor=visitor, posted=posted))


def application() -> Flask:
    """The application of the node whose settings file the environment names; what an HTTP server is
    pointed at.

    Raises:
        idp.settings.SettingsError: naming every problem of the settings at once.
    """
    settings = load(Path(os.environ["MANYOU_SETTINGS"]), os.environ)
    logs.configure(file=settings.log.file, level=settings.log.level)
    node = build(settings)
    worker = threading.Thread(target=_carry_on, args=(node,), name="outbox", daemon=True)
    worker.start()
    return create_app(node)


def _carry_on(node: Node) -> None:
    """Deliver what could not be delivered at once, for as long as the process lives."""
    pause = threading.Event()
    while not pause.wait(RETRY_EVERY):
        try:
            node.deliveries.deliver_due()
        except Unavailable as error:
            log.warning("outbox_unavailable", part=error.part, cause=error.cause)
