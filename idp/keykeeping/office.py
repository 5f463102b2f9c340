"""Office: owns what people may ask of the rings: announce, rotate, roll back, revoke, override. Imports
registrar, keys.

Each is one change of a ring that is saved whole or not at all, with its audit events. Whoever is second sees
what the first did: a ring that others changed is read again, and if it signs with another key by then, the
second is told so instead of rotating once more.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from idp.audit import Entry
from idp.clock import Clock
from idp.keykeeping.registrar import Registrar
from idp.rings import Held
from keys import emergency, rotation
from keys.change import Change, Refused, with_standby
from keys.evidence import Override, Sighting
from keys.facts import Facts, Replica
from keys.key import Purpose, SigningKey
from keys.plan import Plan, currents, plan
from keys.ring import KeyRing

APPROVAL_LIFETIME = 3600.0
"""Seconds for which a second person's agreement can be used."""

_TRIES = 5


class Declined(Exception):
    """Nothing was changed; the text says why, and what to do."""


class Papers(Protocol):
    """Where agreements and overrides are kept."""

    def approve(
        self, code: str, *, kid: str, observer: str, by: str, expires: float, entry: Entry
    ) -> None: ...
    def approval(self, code: str, *, kid: str, observer: str, now: float) -> str | None: ...
    def override(self, override: Override, code: str, entry: Entry) -> bool: ...
    def sightings(self, kids: Collection[str]) -> tuple[tuple[Sighting, int], ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A ring and all that is known about it."""

    held: Held
    facts: Facts
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The rings of one node, as an operator sees them.

    Attributes:
        by: who asks, for the audit.
    """

    registrar: Registrar
    papers: Papers
    clock: Clock
    by: str

    def view(self, purpose: Purpose) -> View:
        """A ring, the facts about it, and its next steps."""
        held = self.registrar.rings.look(purpose)
        facts, now = self.registrar.facts(held.ring), self.clock()
        steps = plan(held.ring, facts, now, self.registrar.wanted[purpose])
        return View(held=held, facts=facts, plan=steps)

    def evidence(self, purpose: Purpose) -> tuple[tuple[Sighting, int], ...]:
        """Who has seen which key, and how often."""
        ring = self.registrar.rings.look(purpose).ring
        return self.papers.sightings([key.kid for key in ring.keys])

    def announce(self, purpose: Purpose, alg: str | None) -> Change:
        """Publish a standby of each algorithm where there is none."""

        def asked(ring: KeyRing, _facts: Facts, now: float) -> Change:
            change = Change(ring=ring)
            for one in (alg,) if alg else self.registrar.wanted[purpose]:
                change = with_standby(change, one, now, self._maker(purpose))
            return change

        return self._change(purpose, asked)

    def rotate(self, purpose: Purpose, alg: str | None) -> Change:
        """Let the standby sign now; its gates hold."""
        signing = _signing(self.registrar.rings.look(purpose).ring)

        def asked(ring: KeyRing, facts: Facts, now: float) -> Change | Refused:
            if _signing(ring) != signing:
                return Refused(why="somebody else has rotated this ring just now")
            return rotation.rotate(ring, facts, now, new_key=self._maker(purpose), alg=alg)

        return self._change(purpose, asked)

    def rollback(self, purpose: Purpose, alg: str | None, reason: str) -> Change:
        """Let the key before sign again."""
        return self._change(
            purpose, lambda ring, facts, now: rotation.rollback(ring, facts, now, reason=reason, alg=alg)
        )

    def revoke(self, kid: str, reason: str) -> Change:
        """Burn a key; another signs at once."""
        purpose = self.find(kid).purpose
        return self._change(
            purpose,
            lambda ring, facts, now: emergency.revoke(
                ring, facts, now, kid=kid, reason=reason, new_key=self._maker(purpose)
            ),
        )

    def still_signing(self, kid: str) -> tuple[Replica, ...]:
        """The live processes that said last that they sign with a key, or serve it."""
        purpose, now = self.find(kid).purpose, self.clock()
        facts = self.registrar.facts(self.registrar.rings.look(purpose).ring)
        return tuple(one for one in facts.alive(now) if kid in one.signing | one.acknowledged)

    def approve(self, kid: str, observer: str) -> str:
        """Agree, as the second person, that a key may pass an observer; returns a code for the first."""
        now, purpose = self.clock(), self._overridable(kid, observer)
        code = secrets.token_urlsafe(12)
        entry = Entry(
            at=now,
            event="key.approved",
            client=observer,
            details={"ring": purpose, "kid": kid, "by": self.by},
        )
        expires = now + APPROVAL_LIFETIME
        self.papers.approve(code, kid=kid, observer=observer, by=self.by, expires=expires, entry=entry)
        return code

    def override(self, kid: str, observer: str, *, reason: str, code: str) -> Override:
        """Let a key pass an observer that did not confirm it; two people answer for that."""
        now, purpose = self.clock(), self._overridable(kid, observer)
        second = self.papers.approval(code, kid=kid, observer=observer, now=now)
        if second is None:
            raise Declined("nobody agreed under that code; a second person runs `manyou keys approve` first")
        try:
            given = Override(kid=kid, observer=observer, at=now, reason=reason, by=self.by, second=second)
        except ValueError as error:
            raise Declined(f"{error}; the approval must come from somebody else") from None
        details = {"ring": purpose, "kid": kid, "why": reason, "by": self.by, "second": second}
        entry = Entry(at=now, event="key.overridden", client=observer, details=details)
        if not self.papers.override(given, code, entry):
            raise Declined("that code was used already")
        return given

    def find(self, kid: str) -> SigningKey:
        """The key whose name begins so, in either ring."""
        rings = [self.registrar.rings.look(purpose).ring for purpose in self.registrar.lifetimes]
        found = [key for ring in rings for key in ring.keys if key.kid.startswith(kid)]
        if len(found) == 1:
            return found[0]
        raise Declined(
            f"{'several keys begin' if found else 'no key begins'} with {kid}; `manyou keys list` shows all"
        )

    def _overridable(self, kid: str, observer: str) -> Purpose:
        purpose = self.find(kid).purpose
        facts = self.registrar.facts(self.registrar.rings.look(purpose).ring)
        if observer not in (*facts.superiors, *facts.pins):
            raise Declined(f"no key of this ring waits for {observer}; `manyou keys plan` says for whom")
        return purpose

    def _maker(self, purpose: Purpose) -> Callable[[str], SigningKey]:
        return lambda alg: self.registrar.rings.make(purpose, alg)

    def _change(self, purpose: Purpose, asked: Callable[[KeyRing, Facts, float], Change | Refused]) -> Change:
        for _ in range(_TRIES):
            held = self.registrar.rings.look(purpose)
            change = asked(held.ring, self.registrar.facts(held.ring), self.clock())
            if isinstance(change, Refused):
                raise Declined(change.why)
            if not change.events or self.registrar.write(held, change, by=self.by):
                return change
        raise Declined("others change this ring all the time; try again")


def _signing(ring: KeyRing) -> frozenset[str]:
    algs = {key.alg for key in ring.keys}
    return frozenset(key.kid for alg in algs for key in currents(ring, alg)[:1])
