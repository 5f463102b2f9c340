"""Homes: owns which regions the federation has, for a node that leads to all of them. Imports federation,
trust, peer.

Which entities there are is read from the anchors' collections, which are unsigned and only a hint (Entity
Collection §2); what is believed of each comes from its chain. Its region is the anchor's word: an entity,
or an authority below the anchor, that claims a region of its own is nobody's home.
"""

import threading
from collections.abc import Callable, Iterable, Mapping

import structlog

from federation.chain import TrustChain
from idp.clock import Clock
from idp.errors import Unavailable
from idp.peer import Acquaintance
from idp.trusting.trust import Trust

REGION = "manyou_region"
"""Member of `openid_provider` metadata: GB/T 2260 code of the region whose home this is."""

AGAIN = 30.0
"""Seconds after which the collections are read again."""

PAUSE = 3.0
"""Seconds for which a collection that could not be read is not asked again."""

log = structlog.get_logger("homes")


def region_of(chain: TrustChain) -> str | None:
    """The region that the anchor of a chain gave to its subject, or None."""
    provider = chain.metadata("openid_provider") or {}
    region = provider.get(REGION)
    word = next((one for one in chain.statements if one.iss == chain.anchor != one.sub), None)
    if word is None or not isinstance(region, str):
        return None
    stated = [_inside(word.claims, "metadata_policy", "openid_provider", REGION, "value")]
    if word.sub == chain.subject:
        stated.append(_inside(word.claims, "metadata", "openid_provider", REGION))
    return region if region in stated else None


def name_of(chain: TrustChain) -> Mapping[str, str]:
    """What people call the subject of a chain, by language."""
    entity = {**(chain.metadata("openid_provider") or {}), **(chain.metadata("federation_entity") or {})}
    spoken = {
        language: str(entity[name])
        for language, names in (
            ("en", ("organization_name", "display_name")),
            ("zh", ("organization_name#zh", "display_name#zh", "organization_name", "display_name")),
        )
        for name in reversed(names)
        if isinstance(entity.get(name), str)
    }
    return spoken or {"zh": chain.subject, "en": chain.subject}


def _inside(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


class Homes:
    """The home regions of the federation.

    Args:
        own: our entity identifier.
        collections: entity identifiers of the identity providers that the anchors know of; raises
            `Unavailable`.
    """

    def __init__(
        self, *, own: str, trust: Trust, collections: Callable[[], Iterable[str]], clock: Clock
    ) -> None:
        self._own = own
        self._trust = trust
        self._collections = collections
        self._clock = clock
        self._known: Mapping[str, Acquaintance] = {}
        self._read: float | None = None
        self._failed: float | None = None
        self._unsure = False
        self._reading = threading.Lock()

    def known(self) -> Mapping[str, Acquaintance]:
        """The homes by issuer, as they were read last; reads them where that never was."""
        if self._read is None:
            with self._reading:
                if self._read is None and not _within(self._failed, self._clock(), PAUSE):
                    self._look()
        return self._known

    def visit(self) -> None:
        """Read the collections again when it is time, so that a province that came or went is seen; soon when
        no chain leads yet to one that is listed, since it may have been reinstated a moment ago."""
        again = PAUSE if self._unsure else AGAIN
        if _within(self._read, self._clock(), again) or not self._reading.acquire(blocking=False):
            return
        try:
            self._look()
        finally:
            self._reading.release()

    def forget(self, issuer: str) -> None:
        """No chain leads to it any more."""
        self._known = {name: one for name, one in self._known.items() if name != issuer}

    def _look(self) -> None:
        now, found = self._clock(), dict[str, Acquaintance]()
        try:
            listed = [one for one in self._collections() if one != self._own]
        except Unavailable as error:
            log.warning("collection_unread", cause=error.cause)
            self._failed = now
            return
        self._unsure = False
        for issuer in listed:
            home = self._home(issuer)
            if home is not None and home.region not in {one.region for one in found.values()}:
                found[issuer] = home
        self._known, self._read = found, now

    def _home(self, issuer: str) -> Acquaintance | None:
        try:
            chain = self._trust.find(issuer)
        except Unavailable:
            before = self._known.get(issuer)
            self._unsure = self._unsure or before is None
            return before
        if chain is None:
            self._unsure = True
            return None
        region = region_of(chain)
        if region is None:
            return None
        return Acquaintance(issuer=issuer, name=name_of(chain), jwks=None, region=region)


def _within(at: float | None, now: float, seconds: float) -> bool:
    return at is not None and 0 <= now - at < seconds
