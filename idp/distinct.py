"""Distinct: owns that a key serves one issuer for one purpose. Does not fetch or verify. Imports keys.

A key that signs statements and tokens could be made to sign the one as the other (OIDF §3.1.1), so whoever
lists a key for both is not believed, also when the two lists are months apart. A key at two issuers means
that a private half is in two places, or that somebody lists what is another's. Where it is certain whose key
it is (the settings pin it) the other is not believed; elsewhere it is an alarm alone: public keys can be
copied by anybody, and a copy must not put the owner out of service.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence

import structlog

from keys.key import Purpose
from keys.public import required, thumbprint

KEPT = 1000
"""Keys of one issuer that are remembered."""

log = structlog.get_logger("peers")


class Reused(Exception):
    """A key is listed for a second purpose, or is another issuer's."""


class Distinct:
    """The keys of all peers, as far as they were seen.

    Args:
        pinned: for each issuer, the federation keys that settings introduce it with.
    """

    def __init__(self, pinned: Mapping[str, Mapping[str, object]]) -> None:
        self._pinned = {name: issuer for issuer, jwks in pinned.items() for name in _names(jwks)}
        self._seen: dict[str, dict[str, Purpose]] = {issuer: {} for issuer in pinned}
        self._lock = threading.Lock()

    def note(self, issuer: str, federation: Sequence[object], oidc: Sequence[object]) -> None:
        """Look at the key sets that an issuer lists now, and remember them.

        Raises:
            Reused: nothing of them is remembered.
        """
        sets: list[tuple[Sequence[object], Purpose]] = [(federation, "federation"), (oidc, "oidc")]
        listed = {(name, purpose) for several, purpose in sets for one in several for name in _names(one)}
        with self._lock:
            purposes: dict[str, Purpose] = dict(self._seen.get(issuer, {}))
            for name, purpose in sorted(listed):
                if purposes.setdefault(name, purpose) != purpose:
                    raise Reused(f"{issuer} lists the key {name} for statements and for tokens")
                self._check_owner(issuer, name)
            self._seen[issuer] = dict(list(purposes.items())[-KEPT:])

    def _check_owner(self, issuer: str, name: str) -> None:
        if (owner := self._pinned.get(name, issuer)) != issuer:
            raise Reused(f"{issuer} lists the key {name}, which is {owner}'s")
        if name in self._seen.get(issuer, {}):
            return  # the alarm was given when it was first seen
        for other, names in self._seen.items():
            if other != issuer and name in names:
                log.error("peer_key_shared", kid=name, peer=issuer, other=other)


def _names(jwks: object) -> Iterator[str]:
    """Thumbprints: a kid is what its issuer likes, the same key may have several."""
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    for key in keys if isinstance(keys, list | tuple) else ():
        if isinstance(key, Mapping):
            try:
                yield thumbprint(required(key))
            except ValueError:
                continue  # a kind of key that verifies nothing here
