"""Collection: the endpoint of the entity collection (Entity Collection Endpoint 1.0, draft 01)."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request

from federation.authority.listing import UnknownPage
from idp.authority.callers import Callers
from idp.authority.gathering import ENTITY_CLAIMS, MOST, UI_CLAIMS, Collected, Sought, page
from idp.authority.paths import COLLECTION
from idp.errors import WireError
from idp.web.federation.asked import Asked, asked
from idp.web.federation.handing import listed
from idp.web.federation.subordinates import METHODS

_REPEAT = ("entity_type", "trust_mark_type", "entity_claims", "ui_claims")


def register(routes: Blueprint, *, collected: Callable[[], Collected], callers: Callers) -> None:
    """Put the endpoint on the blueprint."""

    @routes.route(COLLECTION, methods=METHODS)
    def collection() -> Response:
        question = asked(request, callers, repeat=_REPEAT)
        try:
            return listed(page(collected(), _sought(question), question.one("from")))
        except UnknownPage as error:
            public = "There is no such page of this list; begin again without from."
            raise WireError("page_not_found", public, status=404) from error


def _sought(question: Asked) -> Sought:
    limit = question.number("limit", 10**9)
    if limit == 0:
        raise WireError("invalid_request", "The parameter limit is 1 or more.")
    return Sought(
        anchor=question.need("trust_anchor"),
        kinds=question.many("entity_type"),
        mark_types=question.many("trust_mark_type"),
        query=question.one("query") or "",
        entity_claims=_known(question.many("entity_claims"), ENTITY_CLAIMS, "entity_claims"),
        ui_claims=_known(question.many("ui_claims"), UI_CLAIMS, "ui_claims"),
        limit=MOST if limit is None else limit,
    )


def _known(wanted: Sequence[str], known: Sequence[str], parameter: str) -> Sequence[str]:
    if not all(name.partition("#")[0] in known for name in wanted):
        text = f"The parameter {parameter} names a claim that is not given here."
        raise WireError("unsupported_parameter", text)
    return wanted
