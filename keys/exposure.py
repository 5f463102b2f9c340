"""Exposure: owns what remains at others of a key that was burned, and until when. Pure.

Imports evidence, facts, gates.
"""

from dataclasses import dataclass

from keys import evidence
from keys.evidence import Sighting
from keys.facts import Facts
from keys.gates import clock
from keys.key import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a revocation cannot call back.

    Attributes:
        kid: the burned key.
        at: when it was revoked here (seconds since 1970); nothing that it signed counts here from then on.
        tokens_until: when the last thing that was lawfully signed with it has expired; its holders are
            refused here and have to sign in again.
        copies_until: when the last copy of our old key set has expired at verifiers who keep the rules: until
            then a thief's tokens may pass there, whatever `exp` the thief wrote into them.
        observers: who is known to have the key, best evidence first: tell them to fetch again.
        forced: whether its successor signs before every verifier can know it.
        whys: the same in sentences, for people.
    """

    kid: str
    at: float
    tokens_until: float
    copies_until: float
    observers: tuple[Sighting, ...]
    forced: bool
    whys: tuple[str, ...]


def exposure(key: SigningKey, facts: Facts, now: float, *, forced: bool) -> Exposure:
    """What remains of `key` if it is revoked now.

    Args:
        facts: about its ring.
        now: seconds since 1970.
        forced: whether its successor did not pass its gates.
    """
    times = facts.lifetimes
    signed = key.active_from is not None
    tokens = max(now + times.longest_token, facts.ledger.latest_exp(key.kid) or 0.0) if signed else now
    copies = now + times.copies + times.margin if key.published is not None else now
    if key.purpose == "federation" and facts.superiors:
        statements = now + times.approval + times.statement_life + times.margin
        copies = max(copies, statements)
    seen = [one for one in evidence.best(facts.sightings) if one.kid == key.kid]
    return Exposure(
        kid=key.kid,
        at=now,
        tokens_until=tokens,
        copies_until=copies,
        observers=tuple(sorted(seen, key=lambda one: (-one.level, one.observer))),
        forced=forced,
        whys=tuple(_sentences(tokens, copies, now, forced=forced)),
    )


def _sentences(tokens: float, copies: float, now: float, *, forced: bool) -> list[str]:
    said = ["nothing signed with the key counts here any more, cached or not"]
    if tokens > now:
        said.append(
            f"what it signed lawfully is refused as well; the last of it would have expired {clock(tokens)}"
        )
    if copies > now:
        said.append(
            f"verifiers elsewhere may hold a copy of our old keys until {clock(copies)}; until then they may"
            " believe whoever has the private half"
        )
    if forced:
        said.append(
            "its successor is not known everywhere yet: verifiers that do not fetch again refuse us till then"
        )
    return said
