"""Showing: owns what our entity configuration says besides keys and metadata: marks that we hold, and of an
anchor, who issues and owns marks (OIDF §3.1.2). Imports federation.authority.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from federation.authority.marks import MarkType
from idp.authority.held import HeldMark
from idp.clock import Clock

FRESH = 2.0
"""Seconds for which what was read is believed."""


class Types(Protocol):
    """Whoever keeps the types of marks."""

    def types(self) -> Sequence[MarkType]: ...


class Holds(Protocol):
    """Whoever keeps the marks that we hold."""

    def all(self) -> Sequence[HeldMark]: ...


@dataclass(slots=True, kw_only=True)
class Showing:
    """Gives the claims.

    Attributes:
        wanted: the types of the marks that settings say we hold.
        types: of an anchor; what other superiors say of types is ignored by everybody.
        jwks: our federation keys, which a type has whose owner we are.
    """

    wanted: Sequence[str]
    held: Holds
    types: Types | None
    jwks: Callable[[], Mapping[str, object]]
    clock: Clock
    _read: tuple[float, Mapping[str, object]] | None = field(default=None, init=False)

    def __call__(self) -> Mapping[str, object]:
        """The claims; empty for a node that neither holds nor defines anything.

        Raises:
            Unavailable: `records`.
        """
        now = self.clock()
        if self._read is None or not 0 <= now - self._read[0] < FRESH:
            self._read = (now, {name: value for name, value in self._claims(now).items() if value})
        return self._read[1]

    def _claims(self, now: float) -> Mapping[str, object]:
        said: dict[str, object] = {}
        if self.wanted:
            said["trust_marks"] = [
                {"trust_mark_type": one.type, "trust_mark": one.token}
                for one in self.held.all()
                if one.type in self.wanted and (one.expires is None or now < one.expires)
            ]
        if self.types is not None:
            known = self.types.types()
            said["trust_mark_issuers"] = {
                one.type: list(one.issuers) for one in known if one.issuers is not None
            }
            said["trust_mark_owners"] = {
                one.type: {"sub": one.owner, "jwks": one.owner_jwks or self.jwks()}
                for one in known
                if one.owner is not None
            }
        return said
