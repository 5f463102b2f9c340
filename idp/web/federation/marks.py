"""Marks: the endpoints of trust marks, their lists and their status (OIDF §8.4 to §8.6)."""

from flask import Blueprint, Response, request

from federation.answers import status as answers
from federation.authority.marks import MARK_TYP
from idp.authority.callers import Callers
from idp.authority.marks import Marks
from idp.authority.paths import MARK, MARK_LIST, MARK_STATUS
from idp.clock import Clock
from idp.errors import WireError
from idp.web.federation.asked import asked
from idp.web.federation.handing import listed, signed
from idp.web.federation.subordinates import METHODS


def register(routes: Blueprint, *, marks: Marks, callers: Callers, clock: Clock) -> None:
    """Put the three endpoints on the blueprint."""

    @routes.route(MARK, methods=METHODS)
    def trust_mark() -> Response:
        question = asked(request, callers)
        found = marks.find(question.need("trust_mark_type"), question.need("sub"))
        if found is None:
            raise WireError("not_found", "That entity has no such trust mark of ours.", status=404)
        return signed(found.token, MARK_TYP, left=found.expires - clock())

    @routes.route(MARK_LIST, methods=METHODS)
    def trust_marked() -> Response:
        question = asked(request, callers)
        held = marks.holders(question.need("trust_mark_type"))
        only = question.one("sub")
        return listed([one for one in held if only in (None, one)])

    @routes.post(MARK_STATUS)
    def trust_mark_status() -> Response:
        token = asked(request, callers, always_post=True).need("trust_mark")
        found = marks.status(token)
        if found is None:
            raise WireError("not_found", "That is not a trust mark that we issued.", status=404)
        return signed(found[1], answers.TYP)
