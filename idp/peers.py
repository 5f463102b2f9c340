"""Peers: owns what we know of other identity providers. Does not travel or sign. Imports federation,
client, pulse.

A peer is known by settings: its issuer and its pinned federation keys, which it may replace by itself
(`introduced`). All else (endpoints, protocol keys,
where its logout tokens go) is read from the entity configuration that it signs with those keys. A trust
chain is another way to become known and fits behind the same verbs.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from federation.statement import Invalid, verify_configuration
from idp.client import Client
from idp.clock import Clock
from idp.errors import Unavailable
from idp.introduced import Introduced
from idp.pulse import Fetcher, Pulse

REFRESH = 60
"""Seconds after which a peer's configuration is read again."""

PAUSE = 3.0
"""Seconds for which a peer that could not be read, and never was, is not asked again."""

CONFIGURATION_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """What settings say of a peer.

    Attributes:
        issuer: also its entity identifier and its `client_id` here.
        name: by language.
        jwks: its pinned federation keys.
        region: GB/T 2260 code; None for a hub, the way to other regions.
    """

    issuer: str
    name: Mapping[str, str]
    jwks: Mapping[str, object]
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
    """

    def __init__(
        self,
        acquaintances: Sequence[Acquaintance],
        fetcher: Fetcher,
        clock: Clock,
        introduced: Introduced,
    ) -> None:
        self._known = {one.issuer: one for one in acquaintances}
        self._fetcher = fetcher
        self._clock = clock
        self._introduced = introduced
        self._peers: dict[str, tuple[float, Peer]] = {}
        self._failed: dict[str, float] = {}
        self._reading = {issuer: threading.Lock() for issuer in self._known}
        self._pulses = {issuer: Pulse(issuer, fetcher, clock) for issuer in self._known}

    def known(self, issuer: str) -> Acquaintance | None:
        """Whether we know this issuer at all; never fetches anything."""
        return self._known.get(issuer)

    def regions(self) -> tuple[Acquaintance, ...]:
        """The peers that are somebody's home region."""
        return tuple(one for one in self._known.values() if one.region is not None)

    def beyond(self) -> str | None:
        """The issuer through which other regions are reached, if there is one."""
        return next((one.issuer for one in self._known.values() if one.region is None), None)

    def get(self, issuer: str, *, fresh: bool = False) -> Peer:
        """The verified peer; its last good configuration serves while it does not answer, until that expires.

        Args:
            fresh: read it again now, at most once a second (an unknown key was seen).

        Raises:
            Unavailable: it is not known, does not answer, or its configuration does not verify.
        """
        one = self._known.get(issuer)
        if one is None:
            raise Unavailable("peer", f"{issuer} is not a peer")
        now = self._clock()
        at, peer = self._peers.get(issuer, (0.0, None))
        good = peer if peer is not None and now < peer.expires else None
        if good is not None and now < at + (1 if fresh else min(REFRESH, (good.expires - at) / 2)):
            return good
        reading = self._reading[issuer]
        if not reading.acquire(blocking=fresh or good is None) and good is not None:
            return good  # somebody reads it already
        try:
            return self._refresh(one, now)
        finally:
            reading.release()

    def visit(self) -> None:
        """Read every peer again whose turn it is: a peer that changes its keys must be seen while those
        before are alive, also when nobody travels there."""
        for issuer in self._known:
            with contextlib.suppress(Unavailable):
                self.get(issuer)

    def up(self, issuer: str) -> bool:
        """Whether the peer's health probe succeeds; an unknown issuer is never asked."""
        return issuer in self._pulses and self._pulses[issuer].up()

    def seen_down(self, issuer: str) -> bool:
        """Whether the last probe failed; asks nobody."""
        return issuer in self._pulses and self._pulses[issuer].seen_down

    def client(self, issuer: str) -> Client:
        """The peer as a relying party of ours; raises `Unavailable` as `get` does."""
        return as_client(self.get(issuer))

    def _refresh(self, one: Acquaintance, now: float) -> Peer:
        at, last = self._peers.get(one.issuer, (0.0, None))
        if last is not None and at >= now:
            return last
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
        url = one.issuer.removesuffix("/") + "/.well-known/openid-federation"
        token = self._fetcher.get(url, limit=CONFIGURATION_BYTES).decode("ascii", "replace").strip()
        try:
            believed = self._introduced.keys(one.issuer, one.jwks)
            statement = verify_configuration(token, entity_id=one.issuer, jwks=believed, now=now)
        except Invalid as error:
            raise Unavailable(
                "peer", f"the configuration of {one.issuer} does not verify: {error}"
            ) from error
        self._introduced.follow(one.jwks, statement)
        return Peer(
            issuer=one.issuer,
            name=one.name,
            region=one.region,
            provider=_part(statement.metadata, "openid_provider"),
            party=_part(statement.metadata, "openid_relying_party"),
            expires=float(statement.expires),
        )


class KnownClients:
    """Relying parties registered here, and peers: one way to find both."""

    def __init__(self, registered: Callable[[str], Client | None], peers: Peers) -> None:
        self._registered = registered
        self._peers = peers

    def find(self, client_id: str) -> Client | None:
        """The client, or None when nobody knows it.

        Raises:
            Unavailable: a peer whose configuration cannot be read, or the records.
        """
        if self._peers.known(client_id) is not None:
            return self._peers.client(client_id)
        return self._registered(client_id)


def as_client(peer: Peer) -> Client:
    """A peer seen as a relying party: entity identifier as `client_id`, private_key_jwt, PKCE always."""
    party = peer.party
    jwks = party.get("jwks")
    return Client(
        client_id=peer.issuer,
        name=peer.name,
        redirect_uris=_strings(party.get("redirect_uris")),
        auth_method="private_key_jwt",
        jwks=jwks if isinstance(jwks, dict) else {"keys": []},
        post_logout_redirect_uris=_strings(party.get("post_logout_redirect_uris")),
        backchannel_logout_uri=_string(party.get("backchannel_logout_uri")),
        initiate_login_uri=_string(party.get("initiate_login_uri")),
        client_uri=peer.issuer,
        peer=True,
        region=peer.region,
        extra={"return_uri": party.get("manyou_return_uri")},
    )


def _part(metadata: Mapping[str, object], kind: str) -> Mapping[str, object]:
    value = metadata.get(kind)
    return json.loads(json.dumps(value)) if isinstance(value, Mapping) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
