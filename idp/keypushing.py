"""Key pushing: owns telling a superior about keys of ours that it does not state yet. Imports federation,
outbound, the store.

A push is made once for each superior and set of keys, by whichever process comes first, and again when it did
not arrive, or an hour later when it had no effect. The superior decides what follows.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from federation.chain import TrustChain
from federation.keypush import LIFE, TYP, build, digest
from federation.keyset import prints
from federation.statement import Statement
from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Sender
from keys.key import SigningKey
from keys.ledger import Tally
from keys.ring import KeyRing, is_published, signs

ENDPOINT = "federation_jwks_update_endpoint"
AGAIN = 3600
"""Seconds after which a push that had no effect is made again."""

_ANSWER = 4096

log = structlog.get_logger("keypush")


class Marks(Protocol):
    """The verbs of the store that are needed."""

    def add(self, key: str, value: bytes, ttl: int) -> bool: ...
    def take(self, key: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPushing:
    """Makes pushes.

    Attributes:
        store: remembers which were made.
        tally: notes until when what was signed counts.
    """

    sender: Sender
    store: Marks
    tally: Tally
    clock: Clock

    def tell(self, superior: TrustChain, stated: Statement, ring: KeyRing) -> bool:
        """Push what the superior does not state; whether it was told something new.

        Raises:
            Unavailable: the store, or the superior does not answer; it is tried again.
        """
        now = self.clock()
        known, jwks = prints(stated.jwks), ring.jwks(now)
        fresh = [key for key in ring.published(now) if key.kid not in known]
        endpoint = superior.configuration.metadata.get("federation_entity", {}).get(ENDPOINT)
        if not fresh or not isinstance(endpoint, str):
            return False
        made = f"keypush:{hashlib.sha256(superior.subject.encode()).hexdigest()}:{digest(jwks)}"
        if not self.store.add(made, b"1", AGAIN):
            return False
        try:
            return self._push(superior.subject, endpoint, ring, fresh, known)
        except Unavailable:
            self.store.take(made)
            raise

    def _push(
        self,
        superior: str,
        endpoint: str,
        ring: KeyRing,
        fresh: Sequence[SigningKey],
        known: Mapping[str, str],
    ) -> bool:
        now = self.clock()
        signer = _signer(ring, known, now)
        if signer is None:
            log.error("push_impossible", superior=superior, kids=[key.kid for key in fresh])
            return False
        held = [key for key in fresh if key.private is not None and is_published(key, now)]
        listed = {
            "keys": [dict(key.public) for key in ring.published(now) if key in held or key not in fresh]
        }
        token = build(
            superior=superior, signer=signer, jwks=listed, fresh=held, jti=secrets.token_urlsafe(24), now=now
        )
        self.tally.note(signer.kid, at=now, exp=now + LIFE)
        headers = {"Content-Type": f"application/{TYP}", "Accept": "application/json"}
        reply = self.sender.send("POST", endpoint, headers=headers, body=token.encode("ascii"), limit=_ANSWER)
        kids = [key.kid for key in held]
        if reply.status >= 500 or reply.status == 429:
            raise Unavailable("peer", f"{superior} answers a push of our keys with {reply.status}")
        if reply.status >= 300:
            cause = reply.body.decode("utf-8", "replace")[:300]
            log.warning("push_refused", superior=superior, kids=kids, status=reply.status, cause=cause)
            return False
        log.info("keys_pushed", superior=superior, kids=kids)
        return True


def _signer(ring: KeyRing, known: Mapping[str, str], now: float) -> SigningKey | None:
    """A key that signs and that the superior states: no other would be believed."""
    able = [key for key in ring.published(now) if signs(key, now)]
    return next((key for key in able if key.kid in known), None)
