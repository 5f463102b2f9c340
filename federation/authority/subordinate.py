"""Subordinate: owns what a superior has registered about one entity below it, and about all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["active", "suspended", "removed"]
"""Only of an active one is anything stated; who was removed may be registered again."""

Kind = Literal[
    "registration",
    "metadata_update",
    "metadata_policy_update",
    "jwks_update",
    "constraints_update",
    "suspension",
    "reinstatement",
    "revocation",
    "trust_mark_issuance",
    "trust_mark_revocation",
]
"""What can happen to a subordinate (Subordinate Events Endpoint 1.0 §3; reinstatement, constraints and marks
are ours)."""

Metadata = Mapping[str, Mapping[str, object]]
Policy = Mapping[str, Mapping[str, Mapping[str, object]]]
"""Entity Type, parameter, operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subordinate:
    """One entity below us.

    Attributes:
        entity_id: its entity identifier.
        jwks: its federation keys, public: what we certify.
        kinds: its Entity Types.
        intermediate: whether it has subordinates of its own.
        metadata: what we state over its own metadata (OIDF §3.1.3).
        metadata_policy: for it and all below it, besides what we say to all (`Wide`).
        metadata_policy_crit: operators that whoever reads the policy must understand.
        constraints: for the chains through it (OIDF §6.2).
        contacts: where its people are told of what concerns them; never published.
        state: whether anything is stated about it.
        registered, updated: seconds since 1970; `updated` moves whenever what we say about it changes.
        version: grows with every change; 0 before it is registered.
    """

    entity_id: str
    jwks: Mapping[str, object]
    kinds: tuple[str, ...] = ()
    intermediate: bool = False
    metadata: Metadata = field(default_factory=dict)
    metadata_policy: Policy = field(default_factory=dict)
    metadata_policy_crit: tuple[str, ...] = ()
    constraints: Mapping[str, object] = field(default_factory=dict)
    contacts: tuple[str, ...] = ()
    state: State = "active"
    registered: float = 0.0
    updated: float = 0.0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """What we say about everybody below us.

    Attributes:
        metadata_policy: by Entity Type, so that one rule holds for all of a kind, however deep they are.
        metadata_policy_crit: operators that must be understood.
        constraints: for all chains through us.
        version: grows with every change.
    """

    metadata_policy: Policy = field(default_factory=dict)
    metadata_policy_crit: tuple[str, ...] = ()
    constraints: Mapping[str, object] = field(default_factory=dict)
    version: int = 0
