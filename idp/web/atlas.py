"""Atlas: owns the pages about the federation: its picture, and one trust chain hop by hop. Decides nothing.

Strangers read them, so they say what is at hand and ask nobody. Imports sight, lineage, drawing, pages.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, request

from federation.chain import TrustChain
from federation.entity_id import is_entity_id
from federation.errors import Reason
from idp.clock import Clock
from idp.errors import PageError
from idp.seen.lineage import Recall, lineage
from idp.seen.portrait import Entity
from idp.seen.sight import Sight
from idp.seen.trouble import Trouble
from idp.web import drawing
from idp.web.edge import single
from idp.web.pages import Pages, locale_for

PAGE = 100
"""Entities on one page of a level."""

SIZE = {"width": drawing.WIDTH, "height": drawing.HEIGHT, "more": drawing.MORE}


class AtHand(Protocol):
    """Whoever remembers chains."""

    def at_hand(self, entity_id: str) -> TrustChain | None:
        """The living chain of an entity; asks nobody."""


class Remembers(Protocol):
    """Whoever remembers what went wrong."""

    def find(self, entity_id: str) -> Trouble | None:
        """Why there is no chain to an entity, if that was found out lately."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of chains."""

    trust: AtHand
    troubles: Remembers
    marks: Recall


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """What the pages show."""

    pages: Pages
    sight: Sight
    known: Known
    clock: Clock

    def picture(self, locale: str) -> Response:
        """Everybody, as a tree."""
        seen = self.sight.picture()
        return self.pages.render(
            "picture.html",
            locale=locale,
            picture=seen,
            drawing=drawing.drawing(seen, locale),
            called=lambda one: drawing.called(one, locale),
            now=self.clock(),
            left=[one for one in seen.levels if one.drawn < len(one.entities)],
            size=SIZE,
        )

    def level(self, locale: str, number: int, page: int) -> Response:
        """One level of the tree, a page of it.

        Raises:
            PageError: `not_found`.
        """
        seen = self.sight.picture()
        everybody = seen.levels[number].entities if number < len(seen.levels) else ()
        shown = everybody[page * PAGE : (page + 1) * PAGE]
        if not shown:
            raise PageError("not_found", "There is nobody on this page.", status=404)
        return self.pages.render(
            "level.html",
            locale=locale,
            level=number,
            entities=shown,
            known=len(everybody),
            called=lambda one: drawing.called(one, locale),
            own=seen.own,
            before=page - 1 if page else None,
            after=page + 1 if (page + 1) * PAGE < len(everybody) else None,
        )

    def chain(self, locale: str, sub: str, anchor: str) -> Response:
        """Why an entity is trusted, as far as that is known here."""
        wrong = bool(sub) and not is_entity_id(sub)
        asked = sub if sub and not wrong else None
        found, failed = self._of(asked, anchor) if asked else (None, None)
        return self.pages.render(
            "chain.html",
            locale=locale,
            status=400 if wrong else 200,
            asked=asked,
            wrong=wrong,
            lineage=lineage(found, self.known.marks, self.clock()) if found else None,
            trouble=failed,
            plain=plain,
            called=self._called(locale),
            command=f"manyou federation chain {shlex.quote(asked)} --why" if asked else "",
        )

    def _of(self, entity_id: str, anchor: str) -> tuple[TrustChain | None, Trouble | None]:
        found = self.known.trust.at_hand(entity_id)
        if found is not None:
            return (found, None) if anchor in ("", found.anchor) else (None, None)
        return None, self.known.troubles.find(entity_id)

    def _called(self, locale: str) -> Callable[[str], str]:
        known: Mapping[str, Entity] = {
            one.entity_id: one for level in self.sight.picture().levels for one in level.entities
        }

        def called(entity_id: str) -> str:
            one = known.get(entity_id) or Entity(entity_id=entity_id, state="passed")
            return drawing.called(one, locale)

        return called


def blueprint(atlas: Atlas) -> Blueprint:
    """The two pages."""
    room = Blueprint("atlas", __name__)

    @room.get("/federation/picture")
    def picture() -> Response:
        asked = single(request.args)
        if "level" not in asked:
            return atlas.picture(locale_for(request))
        return atlas.level(locale_for(request), _number(asked["level"]), _number(asked.get("page", "0")))

    @room.get("/federation/chain")
    def chain() -> Response:
        asked = single(request.args)
        return atlas.chain(locale_for(request), asked.get("sub", "").strip(), asked.get("anchor", ""))

    return room


def _number(text: str) -> int:
    """A page's number.

    Raises:
        PageError: `not_found`.
    """
    if not text.isdecimal() or not text.isascii() or len(text) > 6:
        raise PageError("not_found", "That is no number of a page.", status=404)
    return int(text)


def plain(sentence: str) -> str:
    """The key of plain words for what the program says: for the rule at its end, the longest that fits."""
    fitting = [one for one in Reason if sentence.endswith(one.sentence)]
    return max(fitting, key=lambda one: len(one.sentence)).name.lower() if fitting else ""
