"""Peers: owns what we know of other identity providers. Does not travel or sign. Imports federation,
keys, distinct, introduced, pulse.

A peer is known by settings: its issuer and its pinned federation keys, which it may replace by itself
(`introduced`). All else (endpoints, protocol keys, where its logout tokens go) is read from the entity
configuration that it signs with those keys. A trust chain is another way to become known and fits behind the
same verbs. Whatever a peer answers, the last configuration that was good serves until it expires.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from federation.statement import Invalid, verify_configuration
from idp.clock import Clock
from idp.distinct import Distinct, Reused
from idp.errors import Unavailable
from idp.introduced import Introduced
from idp.pulse import Fetcher, Pulse
from keys.encoding import JoseError
from keys.remote import usable_keys

REFRESH = 60
"""Seconds after which a peer's configuration is read again."""

UNKNOWN = 60.0
"""Seconds between two readings of a peer that unknown keys ask for: anybody can make up the name of a key."""

PAUSE = 3.0
"""Seconds for which a peer that could not be read, and never was, is not asked again."""

CONFIGURATION_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """What settings say of a peer.

    Attributes:
        issuer: also its entity identifier and its `client_id` here.
        name: by language.
        jwks: its pinned federation keys; None for a peer that a trust chain must lead to.
        region: GB/T 2260 code; None for a hub, the way to other regions.
    """

    issuer: str
    name: Mapping[str, str]
    jwks: Mapping[str, object] | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A peer whose configuration was verified.

    Attributes:
        provider: its `openid_provider` metadata.
        party: its `openid_relying_party` metadata.
        expires: when the configuration ends, seconds.
    """

    issuer: str
    name: Mapping[str, str]
    region: str | None
    provider: Mapping[str, object]
    party: Mapping[str, object]
    expires: float

    def endpoint(self, name: str) -> str:
        """An address of its provider side; raises `Unavailable` when it has none."""
        value = self.provider.get(name)
        if not isinstance(value, str):
            raise Unavailable("peer", f"{self.issuer} publishes no {name}")
        return value

    def jwks(self) -> Mapping[str, object]:
        """The keys it signs ID tokens, logout tokens and events with."""
        value = self.provider.get("jwks")
        return value if isinstance(value, dict) else {"keys": []}


class Peers:
    """The peers of this node.

    Args:
        acquaintances: from settings.
        fetcher: reads configurations and health.
        introduced: knows which federation keys of theirs are believed by now.
        badge: what says to a peer that we are the one who reads it.
    """

    def __init__(
        self,
        acquaintances: Sequence[Acquaintance],
        fetcher: Fetcher,
        clock: Clock,
        introduced: Introduced,
        badge: Callable[[str], Mapping[str, str]] | None = None,
    ) -> None:
        self._known = {one.issuer: one for one in acquaintances}
        self._fetcher = fetcher
        self._clock = clock
        self._introduced = introduced
        self._badge = badge
        self._peers: dict[str, tuple[float, Peer]] = {}
        self._failed: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._distinct = Distinct({one.issuer: one.jwks for one in acquaintances if one.jwks is not None})
        self._reading = {issuer: threading.Lock() for issuer in self._known}
        self._pulses = {issuer: Pulse(issuer, fetcher, clock) for issuer in self._known}

    def known(self, issuer: str) -> Acquaintance | None:
        """Whether we know this issuer at all; never fetches anything."""
        return self._known.get(issuer)

    def at_hand(self, issuer: str) -> Peer | None:
        """The peer as it was read last, if that has not expired; never fetches anything."""
        _, peer = self._peers.get(issuer, (0.0, None))
        return peer if peer is not None and self._clock() < peer.expires else None

    def regions(self) -> tuple[Acquaintance, ...]:
        """The peers that are somebody's home region."""
        return tuple(one for one in self._known.values() if one.region is not None)

    def beyond(self) -> str | None:
        """The issuer through which other regions are reached, if there is one."""
        return next((one.issuer for one in self._known.values() if one.region is None), None)

    def get(self, issuer: str, *, fresh: bool = False) -> Peer:
        """The verified peer; its last good configuration serves while it does not answer, until that expires.

        Args:
            fresh: an unknown key was seen: read it again now, though at most once a minute.

        Raises:
            Unavailable: it is not known, does not answer, or its configuration does not verify.
        """
        one = self._known.get(issuer)
        if one is None:
            raise Unavailable("peer", f"{issuer} is not a peer")
        now = self._clock()
        entry = self._peers.get(issuer)
        at, peer = entry or (0.0, None)
        good = peer if peer is not None and now < peer.expires else None
        asked = fresh and now != at and not 0 <= now - self._asked.get(issuer, -UNKNOWN) < UNKNOWN
        if good is not None and not asked and at <= now < at + _again(at, good):
            return good
        reading = self._reading[issuer]
        if not reading.acquire(blocking=asked or good is None) and good is not None:
            return good  # somebody reads it already
        try:
            peer = self._refresh(one, now, entry)
            if asked:
                # Only now: whoever saw the same key meanwhile waits for this reading, not does without.
                self._asked[issuer] = now
            return peer
        finally:
            reading.release()

    def visit(self) -> None:
        """Read every peer again whose turn it is: a peer that changes its keys must be seen while those
        before are alive, also when nobody travels there.

        Nobody waits for this, and a failure is held against nobody: somebody may travel there a moment later.
        """
        for issuer, one in self._known.items():
            now, entry = self._clock(), self._peers.get(issuer)
            if entry is not None and entry[0] <= now < entry[0] + _again(*entry):
                continue
            with contextlib.suppress(Unavailable):
                peer = self._read(one, now)
                if self._peers.get(issuer) is entry:
                    self._peers[issuer] = (now, peer)

    def up(self, issuer: str) -> bool:
        """Whether the peer's health probe succeeds; an unknown issuer is never asked."""
        return issuer in self._pulses and self._pulses[issuer].up()

    def seen_down(self, issuer: str) -> bool:
        """Whether the last probe failed; asks nobody."""
        return issuer in self._pulses and self._pulses[issuer].seen_down

    def _refresh(self, one: Acquaintance, now: float, entry: tuple[float, Peer] | None) -> Peer:
        current = self._peers.get(one.issuer)
        last = current[1] if current is not None else None
        if last is not None and current is not entry:
            return last  # somebody read it while we waited for our turn
        if now < self._failed.get(one.issuer, float("-inf")) + PAUSE:
            raise Unavailable("peer", f"{one.issuer} did not answer just now")
        try:
            peer = self._read(one, now)
        except Unavailable:
            if last is None or now >= last.expires:
                self._failed[one.issuer] = now
                raise
            peer = last
        self._peers[one.issuer] = (now, peer)
        return peer

    def _read(self, one: Acquaintance, now: float) -> Peer:
        if one.jwks is None:
            raise Unavailable("peer", f"no chain leads to {one.issuer}")
        url = one.issuer.removesuffix("/") + "/.well-known/openid-federation"
        said = self._badge(one.issuer) if self._badge else None
        read = self._fetcher.get(url, limit=CONFIGURATION_BYTES, headers=said)
        token = read.decode("ascii", "replace").strip()
        try:
            believed = self._introduced.keys(one.issuer, one.jwks)
            statement = verify_configuration(token, entity_id=one.issuer, jwks=believed, now=now)
            provider = _part(statement.metadata, "openid_provider")
            party = _part(statement.metadata, "openid_relying_party")
            self._distinct.note(
                one.issuer, [believed, statement.jwks], [provider.get("jwks"), party.get("jwks")]
            )
        except (Invalid, JoseError, Reused) as error:
            raise Unavailable(
                "peer", f"the configuration of {one.issuer} does not verify: {error}"
            ) from error
        self._introduced.follow(one.jwks, statement)
        return Peer(
            issuer=one.issuer,
            name=one.name,
            region=one.region,
            provider=provider,
            party=party,
            expires=float(statement.expires),
        )


def _again(at: float, peer: Peer) -> float:
    """Seconds after which a peer is read again: a minute, and never later than half of its configuration's
    life."""
    return min(REFRESH, (peer.expires - at) / 2)


def _part(metadata: Mapping[str, Mapping[str, object]], kind: str) -> Mapping[str, object]:
    """One role's metadata, with those of its keys that verify something; raises `JoseError`."""
    value: dict[str, object] = json.loads(json.dumps(metadata.get(kind, {})))
    if "jwks" not in value:
        return value
    if not isinstance(value["jwks"], dict):
        raise JoseError("key", "not a key set")
    return {**value, "jwks": {"keys": usable_keys(value["jwks"])}}
