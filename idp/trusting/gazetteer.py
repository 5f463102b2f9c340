"""Gazetteer: owns reading which identity providers the anchors know of. Believes none of it: the answers are
unsigned. Imports federation, keys.

An anchor's list (OIDF §8.2) has those immediately below it, as soon as they are enrolled; its collection
(Entity Collection §2) has those further down, as soon as it was gathered.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol
from urllib.parse import urlencode

from federation.entity_id import is_entity_id
from federation.resolve import Unreachable, Untrusted
from federation.statement import Statement
from idp.errors import Unavailable
from idp.pulse import Fetcher
from keys.encoding import JoseError, strict_value

PAGES, PAGE, BYTES, DEPTH = 20, 500, 512 * 1024, 12
"""Pages that are read of one collection, entities on each, bytes, and nesting."""


class Configurations(Protocol):
    """Whoever reads an anchor's own statement, by its pinned keys."""

    def configuration(self, entity_id: str) -> Statement: ...


class Gazetteer:
    """The identity providers of the federation.

    Args:
        anchors: entity identifiers of the pinned anchors.
    """

    def __init__(
        self, *, anchors: Callable[[], Collection[str]], configurations: Configurations, fetcher: Fetcher
    ) -> None:
        self._anchors = anchors
        self._configurations = configurations
        self._fetcher = fetcher

    def __call__(self) -> list[str]:
        """Entity identifiers, each once.

        Raises:
            Unavailable: an anchor does not answer, or not with a list.
        """
        found = (one for anchor in self._anchors() for one in self._of(anchor))
        return list(dict.fromkeys(one for one in found if is_entity_id(one)))

    def _of(self, anchor: str) -> Iterator[str]:
        try:
            own = self._configurations.configuration(anchor).metadata.get("federation_entity", {})
        except (Unreachable, Untrusted) as error:
            raise Unavailable("peer", f"{anchor} cannot be read: {error}") from error
        collection, listing = own.get("federation_collection_endpoint"), own.get("federation_list_endpoint")
        if isinstance(listing, str):
            yield from _strings(self._read(listing, {"entity_type": "openid_provider"}))
        if isinstance(collection, str):
            yield from self._collected(anchor, collection)

    def _collected(self, anchor: str, endpoint: str) -> Iterator[str]:
        asked = {"trust_anchor": anchor, "entity_type": "openid_provider", "limit": str(PAGE)}
        for _ in range(PAGES):
            page = self._read(endpoint, asked)
            if not isinstance(page, Mapping) or not isinstance(page.get("entities"), list):
                raise Unavailable("peer", f"{anchor} answers no collection")
            for entity in page["entities"]:
                yield from _strings([entity.get("entity_id")] if isinstance(entity, Mapping) else [])
            if not isinstance(page.get("next"), str):
                return
            asked["from"] = page["next"]

    def _read(self, endpoint: str, asked: Mapping[str, str]) -> object:
        mark = "&" if "?" in endpoint else "?"
        try:
            return strict_value(
                self._fetcher.get(f"{endpoint}{mark}{urlencode(asked)}", limit=BYTES), depth=DEPTH
            )
        except JoseError as error:
            raise Unavailable("peer", "the list of an anchor is not JSON") from error


def _strings(values: object) -> Iterator[str]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, str):
            yield value
