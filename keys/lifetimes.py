"""Lifetimes: owns the periods that rotation is computed from, and whether they fit together. Pure. Imports
key.

Every wait of a rotation is a sum of these; none of them is a guess. What is configured elsewhere (token
lifetimes, `max-age`) is handed in as it is configured.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

from keys.key import Purpose

HOUR, DAY = 3600.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """The periods of one ring, all in seconds; the letters are those of `docs/explanation/keys.md`.

    Attributes:
        purpose: of the ring.
        longest_token: L_art, the longest life of anything signed with a key: ID token, access token, logout
            token, assertion; for federation statements about others, marks, resolve answers.
        document_age: `max-age` of the key set, for which caches may keep it.
        replica_delay: D, until every replica of ours serves a ring that was saved, its own caches included.
        skew: S, the greatest difference between a verifier's clock and ours that is put up with.
        drift: W, the greatest difference between the clocks of two nodes of ours: one may publish a key, and
            another turn the wheel when it is due; 0 where one node does both.
        configuration_life: L_ec, life of our entity configuration, which carries both rings' public keys.
        statement_life: L_ss, longest life of a superior's statement about us.
        superior_poll: P, how often a superior looks for new keys of ours.
        approval: A, how long a person of the superior may take to approve one.
        hold: H, waited on top of everything.
        pin_window: W_pin, after which somebody who pinned our keys has surely adopted one that we published
            all the time (RFC 5011 §2.4.1 is the model).
        rollback_window: for how long after its retirement a key's private half is kept, at most until the key
            is forgotten.
        period: for how long a key signs before the schedule replaces it.
        lead: for how long at least a key was published when the schedule lets it sign.
    """

    purpose: Purpose
    longest_token: float
    document_age: float
    replica_delay: float
    skew: float
    drift: float = 0.0
    configuration_life: float
    statement_life: float = 0.0
    superior_poll: float = 0.0
    approval: float = 0.0
    hold: float = 0.0
    pin_window: float = 0.0
    rollback_window: float
    period: float
    lead: float

    @property
    def copies(self) -> float:
        """For how long a verifier may know us without having seen a change: its copy of what we publish.

        A key set may lie in a shared cache for its whole age and then as long in the verifier's own; the
        entity configuration carries its end in itself, however often it was copied.
        """
        if self.purpose == "federation":
            return self.configuration_life
        return max(2 * self.document_age, self.configuration_life)

    @property
    def signed(self) -> float:
        """For how long anything that is signed now may matter to a verifier."""
        if self.purpose == "federation":
            return max(self.longest_token, self.configuration_life, self.statement_life)
        return self.longest_token + self.document_age

    @property
    def margin(self) -> float:
        """What every wait for others has on top: replicas that are late, and clocks that differ."""
        return self.replica_delay + self.skew + self.drift

    @property
    def wait(self) -> float:
        """From a key's publication until it may sign, if every superior does its part as late as agreed."""
        certified = self.superior_poll + self.approval + self.statement_life
        return max(self.copies, certified) + self.margin + self.hold

    @property
    def farewell(self) -> float:
        """From a key's retirement until nothing it signed is alive, by the bound alone."""
        return self.signed + self.margin


OIDC = Lifetimes(
    purpose="oidc",
    longest_token=600.0,
    document_age=HOUR,
    replica_delay=300.0,
    skew=300.0,
    drift=300.0,
    configuration_life=DAY,
    rollback_window=7 * DAY,
    period=90 * DAY,
    lead=2 * DAY,
)
"""The ring that signs tokens, with the settings' defaults."""

FEDERATION = Lifetimes(
    purpose="federation",
    longest_token=DAY,
    document_age=HOUR,
    replica_delay=300.0,
    skew=300.0,
    drift=300.0,
    configuration_life=DAY,
    statement_life=DAY,
    superior_poll=HOUR,
    approval=4 * HOUR,
    pin_window=32 * DAY,
    rollback_window=7 * DAY,
    period=365 * DAY,
    lead=7 * DAY,
)
"""The ring that signs statements, with the settings' defaults."""


def problems(lifetimes: Lifetimes) -> list[str]:
    """Why the waits cannot hold with these periods, each with what to write instead; empty when they can.

    Start-up refuses periods with problems: a rotation under them would break somebody.
    """
    values = {field.name: getattr(lifetimes, field.name) for field in fields(Lifetimes)[1:]}
    wrong = [
        f"{name} is {value} s: write seconds, 0 or more"
        for name, value in values.items()
        if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0)
    ]
    return wrong or list(_misfits(lifetimes))


def _misfits(of: Lifetimes) -> Iterator[str]:
    for name in ("longest_token", "document_age", "replica_delay", "configuration_life", "period"):
        if getattr(of, name) == 0:
            yield f"{name} is 0 s: nothing lives that short; write how long it really is"
    yield from _order_misfits(of)
    if of.purpose == "federation":
        yield from _federation_misfits(of)


def _order_misfits(of: Lifetimes) -> Iterator[str]:
    if of.lead < of.wait:
        yield (
            f"lead is {of.lead:g} s, but a new key can need {of.wait:g} s until it may sign"
            " (copies or certification + replica_delay + skew + drift + hold): write"
            f" lead = {of.wait:g} or more, or shorten what is waited for"
        )
    if of.period < of.lead:
        yield (
            f"period is {of.period:g} s, shorter than the lead of {of.lead:g} s: the next key would be due"
            f" before it may sign; write period = {of.lead:g} or more"
        )
    if of.rollback_window < of.replica_delay + of.drift:
        yield (
            f"rollback_window is {of.rollback_window:g} s, but a replica may sign with a retired key for"
            f" {of.replica_delay + of.drift:g} s (replica_delay + drift): its private half must live as long;"
            " write that or more"
        )


def _federation_misfits(of: Lifetimes) -> Iterator[str]:
    if of.pin_window < 2 * of.configuration_life:
        yield (
            f"pin_window is {of.pin_window:g} s, but whoever pinned our keys looks once per"
            f" configuration_life: write pin_window = {2 * of.configuration_life:g} or more"
        )
    if of.document_age > of.configuration_life:
        yield (
            f"document_age is {of.document_age:g} s, longer than the configuration_life of"
            f" {of.configuration_life:g} s: caches would serve statements that have expired"
        )
