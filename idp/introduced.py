"""Introduced: owns which federation keys of a peer are believed: those of its settings file, then those
that it announced with a key that was believed. Does not fetch.

A peer is introduced by a file once. From then on it may change its keys by itself: a configuration that
is signed with a believed key lists the keys of from now on, and a key that it does not list any more is
believed no longer. A new file introduces the peer anew. Imports federation, keys.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from federation.statement import Statement

CONFIRMS = "manyou_peer_keys"
"""Member of `federation_entity` metadata: for each peer, the kids that we would believe something from."""

log = structlog.get_logger("introduced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A key set that a peer announced.

    Attributes:
        pinned_sha256: of the file that had introduced it.
        jwks: the keys.
        issued: `iat` of the configuration that listed them, seconds since 1970.
    """

    pinned_sha256: str
    jwks: Mapping[str, object]
    issued: int


class PeerKeys(Protocol):
    """Where announced keys are kept."""

    def find(self, issuer: str) -> Announced | None:
        """What the peer announced last."""

    def put(self, issuer: str, announced: Announced, *, over: Announced | None) -> bool:
        """Keep it in the place of what was found; False: somebody else has kept something meanwhile."""


class Introduced:
    """The believed keys of every peer.

    Args:
        issuer: ours.
        records: where announced keys are kept.
        confirmed: takes the kids of ours that a peer says it would believe something from.
        changed: told when a peer's keys are others from now on.
    """

    def __init__(
        self,
        *,
        issuer: str,
        records: PeerKeys,
        confirmed: Callable[[str, Collection[str]], None],
        changed: Callable[[str, Collection[str]], None],
    ) -> None:
        self._issuer = issuer
        self._records = records
        self._confirmed = confirmed
        self._changed = changed
        self._held: dict[str, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def keys(self, issuer: str, pinned: Mapping[str, object]) -> Mapping[str, object]:
        """The keys that the peer's next configuration must be signed with.

        Raises:
            Unavailable: `records`; which keys are believed is not guessed.
        """
        found = self._records.find(issuer)
        return found.jwks if found is not None and found.pinned_sha256 == _digest(pinned) else pinned

    def follow(self, pinned: Mapping[str, object], statement: Statement) -> None:
        """Believe what a verified configuration lists, and hear what it confirms.

        Raises:
            Unavailable: `records`.
        """
        issuer, digest = statement.iss, _digest(pinned)
        found = self._records.find(issuer)
        before = found.jwks if found is not None and found.pinned_sha256 == digest else pinned
        fresh = found is None or found.pinned_sha256 != digest or statement.issued > found.issued
        if fresh and _kids(before) != _kids(statement.jwks):
            announced = Announced(pinned_sha256=digest, jwks=statement.jwks, issued=statement.issued)
            if self._records.put(issuer, announced, over=found):
                log.info("peer_keys_changed", peer=issuer, kids=sorted(_kids(statement.jwks)))
                self._changed(issuer, sorted(_kids(statement.jwks)))
        # What we say of others must hold for every process: only what was kept is said.
        believed = self.keys(issuer, pinned)
        provider = statement.metadata.get("openid_provider", {}).get("jwks")
        with self._lock:
            self._held[issuer] = tuple(sorted(_kids(believed) | _kids(provider)))
        self._confirmed(issuer, confirmations(statement, self._issuer))

    def held(self) -> Mapping[str, tuple[str, ...]]:
        """For each peer, the kids that we would believe something from."""
        with self._lock:
            return dict(self._held)


def confirmations(statement: Statement, issuer: str) -> Collection[str]:
    """The kids of `issuer` that the subject of a verified configuration would believe something from."""
    said = statement.metadata.get("federation_entity", {}).get(CONFIRMS)
    kids = said.get(issuer) if isinstance(said, Mapping) else None
    return [kid for kid in kids if isinstance(kid, str)] if isinstance(kids, list | tuple) else []


def _digest(jwks: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(jwks, sort_keys=True).encode()).hexdigest()


def _kids(jwks: object) -> set[str]:
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    found = keys if isinstance(keys, list | tuple) else ()
    return {str(key["kid"]) for key in found if isinstance(key, Mapping) and "kid" in key}
