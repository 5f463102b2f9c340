"""Pushes: owns taking in what subordinates push about their keys. Certifies nothing: a push makes us look.

Imports federation.keypush, candidates, the store.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.keypush import LIMITS, LONGEST, NotProven, judge
from federation.keyset import prints
from federation.statement import LEEWAY
from idp.authority.candidates import Candidates
from idp.authority.registry import Registry
from idp.clock import Clock
from keys.encoding import JoseError
from keys.jose import peek


class Seen(Protocol):
    """The one verb of the store that a replay guard needs."""

    def add(self, key: str, value: bytes, ttl: int) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a push.

    Attributes:
        subordinate: whose it is.
        certified: kids that we state already.
        waiting: kids that are new; we look whether its configuration lists them.
    """

    subordinate: str
    certified: Sequence[str]
    waiting: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """Takes pushes.

    Attributes:
        entity_id: ours.
        store: remembers every `jti`.
    """

    entity_id: str
    registry: Registry
    candidates: Candidates
    store: Seen
    clock: Clock

    def take(self, token: str) -> Taken:
        """Judge a push, and look at its maker's configuration soon.

        Args:
            token: as it came.

        Raises:
            NotProven: with the code to answer.
            Unavailable: `store` or `records`.
        """
        try:
            claimed = peek(token, limits=LIMITS).iss
        except JoseError as error:
            raise NotProven("invalid_request", f"The body is no signed JWT ({error}).") from None
        one = self.registry.find(claimed) if claimed else None
        if claimed is None or one is None or one.state != "active":
            raise NotProven("invalid_client", "The push is from nobody who is registered here.")
        push = judge(
            token, subordinate=claimed, superior=self.entity_id, certified=one.jwks, now=self.clock()
        )
        name = hashlib.sha256(f"{claimed}\0{push.jti}".encode()).hexdigest()
        if not self.store.add(f"jti:push:{name}", b"1", LONGEST + 3 * int(LEEWAY)):
            raise NotProven("invalid_request", "The push was made before.")
        self.candidates.hurry(claimed, proven=push.fresh)
        known = prints(one.jwks)
        listed = prints(push.jwks)
        return Taken(
            subordinate=claimed,
            certified=sorted(kid for kid in listed if kid in known),
            waiting=sorted(kid for kid in listed if kid not in known),
        )
