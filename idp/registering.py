"""Registering: owns our own registration at providers that do not take us by our chain alone (OIDF §12.2, as
the relying party). Does not travel. Imports trust, federation, outbound.

Kept in memory only: whoever starts anew registers anew, and a provider replaces what it had. A registration
never outlives a chain, ours or the provider's, and is made again when either is another one.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from federation.chain import TrustChain
from federation.registration import RESPONSE, Refused, Registered, verify_response
from federation.statement import TYP
from idp.authority.stamp import Stamp
from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Sender
from keys.jose import STATEMENT, peek

MARGIN = 60
"""Seconds before its end at which a registration is made anew."""

_LIFE = 300
_ENDPOINT = "federation_registration_endpoint"


class Finds(Protocol):
    """Whoever says whom a chain leads to."""

    def find(self, entity_id: str) -> TrustChain | None: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    registered: Registered
    provider: TrustChain
    own: TrustChain


class Registering:
    """Registers us.

    Args:
        issuer: ours.
        configuration: gives our entity configuration.
        stamp: signs it anew for one provider.
        trust: whom chains lead to.
        outbound: sends it.
    """

    def __init__(
        self,
        *,
        issuer: str,
        configuration: Callable[[], str],
        stamp: Stamp,
        trust: Finds,
        outbound: Sender,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._configuration = configuration
        self._stamp = stamp
        self._trust = trust
        self._outbound = outbound
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, threading.Lock] = {}

    def at(self, provider: str) -> Registered:
        """Our registration at this provider, made now if there is none that counts.

        Raises:
            Unavailable: no chain leads to it or to us, it does not answer, or its answer does not hold.
        """
        with self._locks.setdefault(provider, threading.Lock()):
            theirs, own = self._chain(provider), self._chain(self._issuer)
            kept = self._kept.get(provider)
            same = kept is not None and kept.provider is theirs and kept.own is own
            if kept is not None and same and self._clock() < kept.registered.expires - MARGIN:
                return kept.registered
            registered = self._register(theirs, own)
            self._kept[provider] = _Kept(registered, theirs, own)
            return registered

    def _chain(self, entity_id: str) -> TrustChain:
        chain = self._trust.find(entity_id)
        if chain is None:
            raise Unavailable("peer", f"no trust chain leads to {entity_id}")
        return chain

    def _register(self, provider: TrustChain, own: TrustChain) -> Registered:
        endpoint = (provider.metadata("openid_provider") or {}).get(_ENDPOINT)
        if not isinstance(endpoint, str):
            raise Unavailable("peer", f"{provider.subject} publishes no {_ENDPOINT}")
        reply = self._outbound.send(
            "POST",
            endpoint,
            headers={"Content-Type": f"application/{TYP}", "Accept": f"application/{RESPONSE}"},
            body=self._request(provider.subject).encode(),
        )
        if reply.status != 200:
            raise Unavailable("peer", f"{provider.subject} did not register us: {reply.status}")
        token = reply.body.decode("ascii", "replace").strip()
        try:
            registered = verify_response(token, provider=provider, own=own, now=self._clock())
        except Refused as error:
            cause = f"the registration at {provider.subject} is refused: {error}"
            raise Unavailable("peer", cause) from error
        if registered.client_id != self._issuer:
            # Everything that we sign names us by our entity identifier.
            raise Unavailable("peer", f"{provider.subject} gave us another name")
        return registered

    def _request(self, provider: str) -> str:
        said = peek(self._configuration(), limits=STATEMENT).claims
        signed = self._stamp.sign(
            lambda issued, expires: {**said, "aud": provider, "iat": issued, "exp": expires},
            typ=TYP,
            life=_LIFE,
        )
        return signed.token
