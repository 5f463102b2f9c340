"""Authority: owns what a superior says about those below it, and who they are. Pure: no storage, no HTTP.

Imports federation.entity_id, federation.policy, keys.
"""

from federation.authority.lawful import Unlawful, check, check_wide
from federation.authority.statements import statement_claims
from federation.authority.subordinate import Kind, State, Subordinate, Wide
from federation.authority.wide import joined

__all__ = [
    "Kind",
    "State",
    "Subordinate",
    "Unlawful",
    "Wide",
    "check",
    "check_wide",
    "joined",
    "statement_claims",
]
