"""Subordinates: the endpoints fetch and list (OIDF §8.1, §8.2)."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from federation.authority.listing import Filters
from federation.statement import TYP
from idp.authority.callers import Callers
from idp.authority.paths import FETCH, LIST
from idp.authority.registry import Registry
from idp.authority.statements import Statements
from idp.clock import Clock
from idp.errors import WireError
from idp.web.federation.asked import Asked, asked
from idp.web.federation.handing import listed, signed

METHODS = ("GET", "POST")


def register(
    routes: Blueprint,
    *,
    entity_id: str,
    registry: Registry,
    statements: Statements,
    callers: Callers,
    clock: Clock,
) -> None:
    """Put the two endpoints on the blueprint.

    Args:
        entity_id: ours.
    """

    @routes.route(FETCH, methods=METHODS)
    def fetch() -> Response:
        sub = asked(request, callers).need("sub")
        if sub == entity_id:
            raise WireError("invalid_request", "sub is this entity itself; read its entity configuration.")
        found = statements.find(sub)
        if found is None:
            raise WireError("not_found", "No subordinate of that name is registered here.", status=404)
        return signed(found.token, TYP, left=found.expires - clock())

    @routes.route(LIST, methods=METHODS)
    def entities() -> Response:
        filters = listing(asked(request, callers, repeat=("entity_type",)))
        return listed(registry.ids(filters))


def listing(question: Asked, **more: float | None) -> Filters:
    """The filters of a question about subordinates.

    Raises:
        WireError: `invalid_request`.
    """
    times: Mapping[str, float | None] = more
    return Filters(
        entity_types=question.many("entity_type"),
        trust_marked=question.flag("trust_marked"),
        mark_types=question.many("trust_mark_type"),
        intermediate=question.flag("intermediate"),
        updated_after=times.get("updated_after"),
        updated_before=times.get("updated_before"),
    )
