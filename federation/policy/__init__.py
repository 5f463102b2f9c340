"""Policy: owns metadata policies (OpenID Federation 1.0 §6.1): what a chain makes of an entity's metadata.

Pure: takes claims of statements that somebody verified, answers new objects and edits none. Knows neither
signatures nor constraints. Imports nothing of ours.
"""

from federation.policy.application import Metadata, apply, overlay, resolve
from federation.policy.errors import InvalidMetadata, InvalidPolicy, PolicyError, Where
from federation.policy.resolution import Policy, merge

__all__ = [
    "InvalidMetadata",
    "InvalidPolicy",
    "Metadata",
    "Policy",
    "PolicyError",
    "Where",
    "apply",
    "merge",
    "overlay",
    "resolve",
]
