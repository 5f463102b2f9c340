"""Key change: owns what a superior makes of the keys that a subordinate lists. Pure.

The specification says that keys change (OIDF §11.2), not how a superior learns of it. The rules:

 1. Only a configuration that a certified key signed is heard, and none that is older than the last one.
 2. A kid stands for one key for ever, and a key that left, or was refused, does not come back by itself.
 3. Keys that are listed and not certified are one candidate; while it waits there is no other.
 4. A candidate waits out the hold-down, so that somebody can object; a person can let it pass sooner. A push
    that proved possession does so only where the settings say so, and never without rule 1.
 5. A candidate that is not listed any more is dropped, and begins anew when it comes back.
 6. A certified key that is not listed any more leaves after a while (processes and caches of the subordinate
    may be late); the last one never does.

So a thief of one certified key who cannot make the subordinate's own address list another key installs none.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from federation.keyset import Jwk, Jwks, members, prints

What = Literal["seen", "dropped", "certified", "left", "refused"]

MOST = 16
"""Federation keys that we certify for one entity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Keys that wait.

    Attributes:
        keys: public.
        since: first seen, seconds since 1970.
        proven: a push showed who holds them.
        approved_by: who let them pass; empty: nobody.
    """

    keys: tuple[Jwk, ...]
    since: float
    proven: bool = False
    approved_by: str = ""

    @property
    def prints(self) -> Mapping[str, str]:
        """Thumbprints by kid."""
        return prints({"keys": list(self.keys)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long a superior waits, in seconds.

    Attributes:
        hold_down: before a candidate is certified.
        proven_at_once: whether a proven one need not wait.
        settle: before a key that is not listed leaves.
    """

    hold_down: float
    proven_at_once: bool
    settle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a superior knows of one subordinate's keys.

    Attributes:
        certified: in its statement.
        candidate: what waits.
        past: thumbprints by kid of keys that were certified or refused once, and are not certified now.
        missing: since when a certified kid is not listed, seconds since 1970.
    """

    certified: Jwks
    candidate: Candidate | None = None
    past: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that somebody should know: what happened to which kids, and why."""

    what: What
    kids: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be kept: as `Known`, and what is to be told."""

    certified: Jwks
    candidate: Candidate | None
    missing: Mapping[str, float]
    told: tuple[Told, ...]


def follow(known: Known, listed: Jwks, *, proven: Collection[str], terms: Terms, now: float) -> Verdict:
    """What one reading changes.

    Args:
        known: before it.
        listed: the keys of a configuration that a certified key signed just now (rule 1).
        proven: thumbprints whose possession a push proved.
        now: seconds since 1970.
    """
    told: list[Told] = []
    fresh = _fresh(known, listed, told)
    candidate = _candidate(known.candidate, fresh, proven, now, told)
    certified = list(members(known.certified))
    if candidate is not None and (why := ripe(candidate, terms, now)):
        certified += candidate.keys
        told.append(Told(what="certified", kids=_kids(candidate.keys), why=why))
        candidate = None
    there = prints(listed).keys()
    absent = [kid for kid in prints({"keys": certified}) if kid not in there]
    missing = {kid: known.missing.get(kid, now) for kid in absent}
    gone = {kid for kid, since in missing.items() if now >= since + terms.settle}
    stay = [key for key in certified if key["kid"] not in gone]
    if gone and stay:  # rule 6
        certified = stay
        told.append(Told(what="left", kids=tuple(sorted(gone)), why="it is not listed any more"))
        missing = {kid: since for kid, since in missing.items() if kid not in gone}
    return Verdict(certified={"keys": certified}, candidate=candidate, missing=missing, told=tuple(told))


def ripe(candidate: Candidate, terms: Terms, now: float) -> str:
    """Why a candidate need not wait any longer; empty: it waits (rule 4)."""
    if candidate.approved_by:
        return f"approved by {candidate.approved_by}"
    if candidate.proven and terms.proven_at_once:
        return "its holder proved to hold the certified key as well"
    return f"nobody objected for {terms.hold_down:g} s" if now >= candidate.since + terms.hold_down else ""


def _fresh(known: Known, listed: Jwks, told: list[Told]) -> list[Jwk]:
    """The listed keys that could be certified (rules 2, 3)."""
    certified = prints(known.certified)
    fresh: list[Jwk] = []
    refused: list[Jwk] = []
    names = prints(listed)
    taken = {*certified.values(), *known.past.values()}
    for key in members(listed):
        kid = str(key["kid"])
        if kid not in names or certified.get(kid) == names[kid]:
            continue  # a kind of key that we cannot certify, or one that is certified
        again = kid in certified or kid in known.past or names[kid] in taken
        (refused if again else fresh).append(key)
    room = max(0, MOST - len(certified))
    refused += fresh[room:]
    if refused:
        told.append(Told(what="refused", kids=_kids(refused), why="the name or the key was there before"))
    return fresh[:room]


def _candidate(
    before: Candidate | None, fresh: list[Jwk], proven: Collection[str], now: float, told: list[Told]
) -> Candidate | None:
    """Rules 3 and 5."""
    names = prints({"keys": fresh})
    if before is not None and before.prints.items() <= names.items():
        return _with_proof(before, proven)  # what came besides waits for its turn
    if before is not None:
        told.append(Told(what="dropped", kids=_kids(before.keys), why="it is not listed any more"))
    if not fresh:
        return None
    told.append(Told(what="seen", kids=_kids(fresh), why="it is listed and not certified"))
    return _with_proof(Candidate(keys=tuple(fresh), since=now), proven)


def _with_proof(candidate: Candidate, proven: Collection[str]) -> Candidate:
    held = candidate.proven or set(candidate.prints.values()) <= set(proven)
    return Candidate(
        keys=candidate.keys, since=candidate.since, proven=held, approved_by=candidate.approved_by
    )


def _kids(keys: Iterable[Jwk]) -> tuple[str, ...]:
    return tuple(sorted(str(key["kid"]) for key in keys))
