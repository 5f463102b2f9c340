"""Anchor watch: owns noticing that an anchor changes its keys. Adopts none (`adoption`). Imports federation.

A pinned key of the anchor signs what the anchor lists; that is how a change is heard of in time (OIDF
§11.2). It is not how a key is believed: whoever stole the pinned key could announce one of their own. So what
is heard is told to people, once for each change, and they fetch the keys by a second channel (§11.3).
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from federation.errors import Invalid
from federation.keyset import Jwks, prints
from federation.statement import Statement, verify_configuration
from idp.audit import Audit
from idp.clock import Clock
from idp.errors import Unavailable

TOLD = 7 * 86_400
"""Seconds after which people are told again of what they have not done."""

_dice = random.SystemRandom().random

log = structlog.get_logger("anchors")


class Once(Protocol):
    """The one verb of the store that is needed."""

    def add(self, key: str, value: bytes, ttl: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """How the keys that an anchor lists differ from those that are pinned.

    Attributes:
        unpinned: kids that it lists and that are not pinned.
        dropped: kids that are pinned and that it does not list.
    """

    unpinned: tuple[str, ...]
    dropped: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.unpinned or self.dropped)


def difference(pinned: Jwks, listed: Jwks) -> Difference:
    """What an anchor's configuration says of the pinned keys."""
    before, now = prints(pinned), prints(listed)
    return Difference(
        unpinned=tuple(sorted(kid for kid in now if before.get(kid) != now[kid])),
        dropped=tuple(sorted(kid for kid in before if now.get(kid) != before[kid])),
    )


def advice(anchor: str, found: Difference) -> str:
    """What a person does about it."""
    command = f"manyou federation anchor adopt {anchor} --from FILE"
    if found.unpinned:
        return f"fetch its keys by another way than the network, then run `{command}`"
    return f"run `{command} --drop-old`, with its keys from another way than the network"


class AnchorWatch:
    """The pinned anchors, as one process watches them.

    Args:
        pinned: the keys of each, as the files have them.
        read: the entity configuration at the address of an entity, unverified; raises `Unavailable`.
        store: remembers what people were told.
        every: seconds between two readings of one anchor.
    """

    def __init__(
        self,
        *,
        pinned: Callable[[], Mapping[str, Jwks]],
        read: Callable[[str], str],
        store: Once,
        audit: Audit,
        every: float,
        clock: Clock,
        dice: Callable[[], float] = _dice,
    ) -> None:
        self._pinned = pinned
        self._read = read
        self._store = store
        self._audit = audit
        self._every = every
        self._clock = clock
        self._dice = dice
        self._next: dict[str, float] = {}

    def round(self) -> None:
        """Read the anchors whose turn it is.

        Raises:
            Unavailable: the store or the records.
        """
        for anchor, jwks in self._pinned().items():
            if self._clock() < self._next.get(anchor, float("-inf")):
                continue
            self._next[anchor] = self._clock() + self._every * (0.9 + 0.2 * self._dice())
            self._look(anchor, jwks)

    def _look(self, anchor: str, pinned: Jwks) -> None:
        try:
            found = difference(pinned, configuration(self._read, anchor, pinned, self._clock()).jwks)
        except Unavailable as error:
            log.info("anchor_not_read", anchor=anchor, cause=error.cause)
            return
        except Invalid as error:
            if self._first(anchor, str(error)):
                log.error("anchor_not_believed", anchor=anchor, cause=str(error), do=_LOST)  # noqa: TRY400
            return
        if not found or not self._first(anchor, [found.unpinned, found.dropped]):
            return
        log.warning(
            "anchor_keys_differ",
            anchor=anchor,
            unpinned=list(found.unpinned),
            dropped=list(found.dropped),
            do=advice(anchor, found),
        )
        self._audit.record(
            "anchor.keys_announced",
            client=anchor,
            unpinned=" ".join(found.unpinned),
            dropped=" ".join(found.dropped),
        )

    def _first(self, anchor: str, what: object) -> bool:
        name = hashlib.sha256(json.dumps([anchor, what]).encode()).hexdigest()
        return self._store.add(f"anchor-told:{name}", b"1", TOLD)


_LOST = "no pinned key signs it: fetch its keys by another way than the network, and write them into the file"


def configuration(read: Callable[[str], str], anchor: str, pinned: Jwks, now: float) -> Statement:
    """An anchor's own configuration, by a pinned key.

    Raises:
        Unavailable: it does not answer.
        Invalid: no pinned key signed it, or it is not lawful.
    """
    return verify_configuration(read(anchor), entity_id=anchor, jwks=pinned, now=now)
