"""Resolve: the endpoint of a resolver (OIDF §8.3)."""

from flask import Blueprint, Response, request

from federation.answers.resolved import TYP
from idp.authority.callers import Callers
from idp.authority.paths import RESOLVE
from idp.authority.resolves import NotResolved, Resolves
from idp.clock import Clock
from idp.errors import WireError
from idp.web.federation.asked import asked
from idp.web.federation.handing import signed
from idp.web.federation.subordinates import METHODS

_STATUS = {"invalid_subject": 404, "invalid_trust_anchor": 404}


def register(routes: Blueprint, *, resolves: Resolves, callers: Callers, clock: Clock) -> None:
    """Put the endpoint on the blueprint."""

    @routes.route(RESOLVE, methods=METHODS)
    def resolve() -> Response:
        question = asked(request, callers, repeat=("trust_anchor", "entity_type"))
        sub = question.need("sub")
        question.need("trust_anchor")
        try:
            found = resolves.answer(
                sub, question.many("trust_anchor"), question.many("entity_type"), question.caller
            )
        except NotResolved as error:
            raise WireError(
                error.code, error.public, status=_STATUS.get(error.code, 400), cause=error.public
            ) from error
        left = None if question.caller is not None else found.expires - clock()
        return signed(found.token, TYP, left=left)
