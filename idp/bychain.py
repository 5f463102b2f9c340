"""Bychain: owns finding relying parties that nobody registered here: a trust chain makes them known (OIDF
§12.1). Does not know HTTP. Imports trust, relying, federation.

Nothing is stored: a client by chain is what its living chain says at this moment, so it changes with the
chain and ends with it. "Not trusted" and "cannot be found out just now" are different answers: the first is
None or a page, the second is raised as `Unavailable`.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from federation.bounded import Bounded
from federation.chain import Broken, TrustChain
from federation.entity_id import is_entity_id
from idp.client import Client, Introduction
from idp.clock import Clock
from idp.errors import PageError
from idp.relying import Unfit, Way, client_of, comes

AGAIN = 10.0
"""Seconds between two readings of an entity that lacks a mark: it may have been given it a moment ago, and
anybody can ask in its name."""

_REMEMBERED = 4096


class Trusts(Protocol):
    """Whoever says whom a chain leads to."""

    def find(self, entity_id: str, *, supplied: Sequence[str] = ()) -> TrustChain | None: ...
    def renew(self, entity_id: str) -> TrustChain | None: ...
    def marks_missing(self, chain: TrustChain, types: Collection[str]) -> tuple[str, ...]: ...
    def why_not(self, entity_id: str) -> str: ...


class Untrusted(Exception):
    """A relying party that is not served.

    Attributes:
        code: of OIDF §8.9.
        public: which rule does not hold, for its engineer.
    """

    def __init__(self, code: str, public: str) -> None:
        super().__init__(f"{code}: {public}")
        self.code = code
        self.public = public


class ByChain:
    """Relying parties by their chains.

    Args:
        issuer: ours; nobody is introduced to itself.
        trust: whom chains lead to.
        marks: trust marks that every client must hold.
        algorithms: with which this node signs ID tokens.
        ours: verifies a chain that somebody says is ours (OIDF §4.4); raises `Broken`.
        automatic: whether a chain alone is enough (§12.1).
        registered: whether an entity registered explicitly, and that still counts (§12.2).
        clock: seconds since 1970.
    """

    def __init__(
        self,
        *,
        issuer: str,
        trust: Trusts,
        marks: Sequence[str],
        algorithms: Collection[str],
        ours: Callable[[Sequence[str]], TrustChain],
        automatic: bool = True,
        registered: Callable[[str], bool] = lambda _: False,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._trust = trust
        self._marks = marks
        self._algorithms = algorithms
        self._ours = ours
        self._automatic = automatic
        self._registered = registered
        self._clock = clock
        self._renewed: Bounded[str, float] = Bounded(_REMEMBERED)
        self._made: Bounded[str, tuple[TrustChain, Client]] = Bounded(_REMEMBERED)
        self._lock = threading.Lock()

    def find(self, entity_id: str) -> Client | None:
        """The client, or None when it is not trusted (any more).

        Raises:
            Unavailable: that cannot be found out just now.
        """
        try:
            return self._known(self.chain(entity_id))
        except Untrusted:
            return None

    def meet(self, entity_id: str, introduction: Introduction) -> Client:
        """A client that comes by itself (OIDF §12.1).

        Raises:
            PageError: it is not trusted; never to be redirected (§12.1.3).
            Unavailable: that cannot be found out just now.
        """
        try:
            chain = self.chain(entity_id, supplied=introduction.trust_chain)
            if introduction.peer_trust_chain:
                self._check_ours(introduction.peer_trust_chain, chain.anchor)
            return self._known(chain)
        except Untrusted as error:
            named = entity_id if is_entity_id(entity_id) else None
            raise PageError(error.code, error.public, entity=named) from None

    def chain(self, entity_id: str, *, supplied: Sequence[str] = ()) -> TrustChain:
        """The chain of an entity that holds every mark it must.

        Raises:
            Untrusted: there is none, or a mark is missing.
            Unavailable: that cannot be found out just now.
        """
        if not is_entity_id(entity_id) or entity_id == self._issuer:
            raise Untrusted("invalid_trust_chain", "the client_id is not an entity identifier (OIDF §1.2)")
        chain = self._trust.find(entity_id, supplied=supplied)
        if chain is None:
            why = self._trust.why_not(entity_id)
            raise Untrusted(
                "invalid_trust_chain", f"no trust chain leads from this client to an anchor: {why}"
            )
        missing = self._trust.marks_missing(chain, self._marks)
        if missing and self._turn(entity_id):
            chain = self._trust.renew(entity_id) or chain
            missing = self._trust.marks_missing(chain, self._marks)
        if missing:
            raise Untrusted("invalid_trust_chain", f"a trust mark is missing: {', '.join(missing)} (OIDF §7)")
        return chain

    def _turn(self, entity_id: str) -> bool:
        """Whether what an entity says of itself may be read again now."""
        now = self._clock()
        with self._lock:
            last = self._renewed.get(entity_id)
            if last is not None and 0 <= now - last < AGAIN:
                return False
            self._renewed.put(entity_id, now)
            return True

    def made(self, chain: TrustChain, way: Way) -> Client:
        """The client that a chain makes, once for each chain.

        Raises:
            Untrusted: it makes none.
        """
        name = f"{way} {chain.subject}"
        made = self._made.get(name)
        if made is not None and made[0] is chain:
            return made[1]
        try:
            client = client_of(chain, own=self._issuer, way=way, algorithms=self._algorithms)
        except Unfit as error:
            raise Untrusted("invalid_metadata", f"{error} (OIDF §6.1.4.2)") from None
        self._made.put(name, (chain, client))
        return client

    def _known(self, chain: TrustChain) -> Client:
        if comes(chain, "explicit") and self._registered(chain.subject):
            return self.made(chain, "explicit")
        if not self._automatic:
            raise Untrusted("invalid_metadata", "clients register explicitly here (OIDF §12.2)")
        return self.made(chain, "automatic")

    def _check_ours(self, tokens: Sequence[str], anchor: str) -> None:
        try:
            ours = self._ours(tokens)
        except Broken as error:
            raise Untrusted(error.code, f"peer_trust_chain is not a chain of ours: {error}") from None
        if ours.anchor != anchor:
            raise Untrusted(
                "invalid_trust_anchor", "the peer_trust_chain leads to another anchor (OIDF §4.4)"
            )
