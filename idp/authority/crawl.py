"""Crawl: owns gathering the providers and authorities of the federation for the collection.

Believes nothing that it is told: lists only say whom to look for; what is said of an entity comes from its
verified chain. Leaves that only use others (relying parties) are not looked for, so that the work grows with
the authorities. One process gathers for all; the rest read what it left in the store.
Imports gathering.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

import structlog

from idp.authority.gathering import UI_CLAIMS, Collected, Gathered
from idp.authority.resolves import ActiveMarks, Chain
from idp.clock import Clock
from idp.errors import Unavailable
from idp.shelf import Shelf

AGAIN, SELDOM = 300, 3600
"""Seconds between crawls: of an anchor, which is asked for its collection, and of everybody else."""

SOON = 5
"""Seconds after which one is begun again that found nothing, or somebody not there."""

AUTHORITIES, ENTITIES, SECONDS = 500, 5000, 60.0
"""How many superiors are asked in one crawl, how many entities are kept, and how long it may take."""

_LIFE = 86_400
_WORD = 500

log = structlog.get_logger("crawl")


class Below(Protocol):
    """Whoever lists the providers and the authorities directly below a superior."""

    def __call__(self, superior: str) -> Iterable[str]:
        """Raises `Unavailable`."""


class Crawl:
    """The collection of one node.

    Args:
        anchors: where it begins.
        below: lists who is below a superior.
        find: the chain of an entity, or None where there is none; raises `Unavailable`.
        shelf: where it is kept for all processes.
        turns: whose turn it is to gather.
        every: seconds between crawls.
    """

    def __init__(
        self,
        *,
        anchors: Callable[[], Collection[str]],
        below: Below,
        find: Callable[[str], Chain | None],
        marks: ActiveMarks,
        shelf: Shelf[Collected],
        turns: Shelf[Collected],
        clock: Clock,
        every: int = AGAIN,
    ) -> None:
        self._anchors = anchors
        self._below = below
        self._find = find
        self._marks = marks
        self._shelf = shelf
        self._turns = turns
        self._clock = clock
        self._every = every
        self._last = Collected()
        self._read = float("-inf")

    def collected(self) -> Collected:
        """What was gathered last, a few seconds ago at most known here.

        Raises:
            Unavailable: `store`, and nothing was read yet.
        """
        now = self._clock()
        if not 0 <= now - self._read < SOON:
            self._last, self._read = self._shelf.get("all") or self._last, now
        return self._last

    def round(self) -> bool:
        """Gather, if it is time and nobody else does; whether we did.

        Raises:
            Unavailable: `store`.
        """
        if not self._turns.add("turn", Collected(), self._every):
            return False
        found, whole = self._gather()
        self._shelf.put("all", Collected(entities=found, updated=int(self._clock())), _LIFE)
        if not whole or not found:
            self._turns.put("turn", Collected(), SOON)
        return True

    def _gather(self) -> tuple[tuple[Gathered, ...], bool]:
        end, whole = time.monotonic() + SECONDS, True
        waiting, seen, asked = list(self._anchors()), set(self._anchors()), 0
        found: dict[str, Gathered] = {}
        while waiting and asked < AUTHORITIES and time.monotonic() < end:
            superior = waiting.pop(0)
            asked += 1
            try:
                names = [one for one in self._below(superior) if one not in seen]
            except Unavailable as error:
                log.info("superior_unread", superior=superior, cause=error.cause)
                whole = False
                continue
            seen.update(names)
            for name in names[: ENTITIES - len(found)]:
                try:
                    chain = self._find(name)
                except Unavailable:
                    whole = False
                    continue
                if chain is not None:
                    found[name] = self._entry(chain, superior)
                    if _is_superior(chain):
                        waiting.append(name)
        return tuple(found[name] for name in sorted(found)), whole

    def _entry(self, chain: Chain, superior: str) -> Gathered:
        region = chain.resolved.get("openid_provider", {}).get("manyou_region")
        return Gathered(
            entity_id=chain.subject,
            anchor=chain.anchor,
            superior=superior,
            kinds=tuple(chain.resolved),
            infos={kind: _info(kind, said) for kind, said in chain.resolved.items()},
            marks=tuple((one.type, one.token) for one in self._marks(chain, True)),
            region=region if isinstance(region, str) else None,
        )


def _is_superior(chain: Chain) -> bool:
    return "federation_list_endpoint" in chain.resolved.get("federation_entity", {})


def _info(kind: str, said: Mapping[str, object]) -> Mapping[str, str | tuple[str, ...]]:
    """What people are shown of an entity in one of its roles; a client's name where it has no other."""
    named = {**_renamed(kind, said), **said}
    shown: dict[str, str | tuple[str, ...]] = {}
    for name, value in named.items():
        if name.partition("#")[0] not in UI_CLAIMS:
            continue
        if isinstance(value, str):
            shown[name] = value[:_WORD]
        elif isinstance(value, Sequence) and all(isinstance(one, str) for one in value):
            shown[name] = tuple(str(one)[:_WORD] for one in value[:20])
    return shown


def _renamed(kind: str, said: Mapping[str, object]) -> Mapping[str, object]:
    other = {"openid_relying_party": "client_name", "oauth_client": "client_name"}.get(
        kind, "organization_name"
    )
    return {
        "display_name" + name.removeprefix(other): value
        for name, value in said.items()
        if name == other or name.startswith(f"{other}#")
    }
