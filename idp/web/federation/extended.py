"""Extended: the endpoints of the extended list and of events (Extended Subordinate Listing 1.0, Subordinate
Events Endpoint 1.0)."""

from flask import Blueprint, Response, request

from federation.authority.listing import Filters, Place, UnknownPage, place
from federation.events import TYP
from idp.authority.callers import Callers
from idp.authority.events import Events
from idp.authority.pages import MOST, Pages, Wanted
from idp.authority.paths import EVENTS, EXTENDED_LIST
from idp.clock import Clock
from idp.errors import WireError
from idp.web.federation.asked import Asked, asked
from idp.web.federation.handing import listed, signed
from idp.web.federation.subordinates import METHODS, listing

_REPEAT = ("entity_type", "trust_mark_type", "claims")
_LAST = 253_402_300_799  # the end of the year 9999


def register(routes: Blueprint, *, pages: Pages, events: Events, callers: Callers, clock: Clock) -> None:
    """Put the two endpoints on the blueprint."""

    @routes.route(EXTENDED_LIST, methods=METHODS)
    def extended_list() -> Response:
        return listed(pages.page(_wanted(asked(request, callers, repeat=_REPEAT))))

    @routes.route(EVENTS, methods=METHODS)
    def subordinate_events() -> Response:
        found = events.find(asked(request, callers).need("sub"))
        if found is None:
            raise WireError("not_found", "No entity of that name was ever registered here.", status=404)
        return signed(found.token, TYP, left=found.expires - clock())


def _wanted(question: Asked) -> Wanted:
    after, before = question.number("updated_after", _LAST), question.number("updated_before", _LAST)
    filters = listing(question, updated_after=after, updated_before=before)
    limit, timestamps = question.number("limit", 10**9), question.flag("audit_timestamps")
    if limit == 0:
        raise WireError("invalid_request", "The parameter limit is 1 or more.")
    return Wanted(
        filters=filters,
        after=begins(question, filters),
        limit=MOST if limit is None else limit,
        claims=question.many("claims"),
        timestamps=filters.by_time if timestamps is None else timestamps,
    )


def begins(question: Asked, filters: Filters) -> Place | None:
    """Where the page begins that a question asks for.

    Raises:
        WireError: `page_not_found`.
    """
    text = question.one("from")
    if text is None:
        return None
    try:
        return place(text, filters)
    except UnknownPage as error:
        public = "There is no such page of this list; begin again without from."
        raise WireError("page_not_found", public, status=404) from error
