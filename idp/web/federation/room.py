"""Room: owns which federation endpoints a node has, by what it is. Imports the endpoints."""

from typing import Protocol

from flask import Blueprint

from idp.authority.callers import Callers
from idp.authority.candidates import Candidates
from idp.authority.crawl import Crawl
from idp.authority.events import Events
from idp.authority.marks import Marks
from idp.authority.pages import Pages
from idp.authority.pushes import Pushes
from idp.authority.registry import Registry
from idp.authority.resolves import Resolves
from idp.authority.statements import Statements
from idp.clock import Clock
from idp.web.crossing import open_to_browsers
from idp.web.federation import collection, extended, jwks_update, marks, resolve, subordinates


class Superior(Protocol):
    """What an authority answers with."""

    @property
    def registry(self) -> Registry: ...
    @property
    def statements(self) -> Statements: ...
    @property
    def pages(self) -> Pages: ...
    @property
    def events(self) -> Events: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def candidates(self) -> Candidates: ...
    @property
    def pushes(self) -> Pushes: ...


class Resolver(Protocol):
    """What a node answers with that evaluates chains."""

    @property
    def resolves(self) -> Resolves: ...
    @property
    def crawl(self) -> Crawl: ...


def blueprint(
    *, entity_id: str, callers: Callers, clock: Clock, superior: Superior | None, resolver: Resolver | None
) -> Blueprint:
    """The routes of a node.

    Args:
        entity_id: ours.
        superior: of an authority.
        resolver: of a node that trusts an anchor, or is one.
    """
    routes = Blueprint("federation", __name__)
    open_to_browsers(routes)
    if superior is not None:
        subordinates.register(
            routes,
            entity_id=entity_id,
            registry=superior.registry,
            statements=superior.statements,
            callers=callers,
            clock=clock,
        )
        extended.register(routes, pages=superior.pages, events=superior.events, callers=callers, clock=clock)
        marks.register(routes, marks=superior.marks, callers=callers, clock=clock)
        jwks_update.register(routes, pushes=superior.pushes, candidates=superior.candidates, callers=callers)
    if resolver is not None:
        resolve.register(routes, resolves=resolver.resolves, callers=callers, clock=clock)
        collection.register(routes, collected=resolver.crawl.collected, callers=callers)
    return routes
