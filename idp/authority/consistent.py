"""Consistent: owns what a registration must not contradict: what is said of all, and the keys that were there
before.

Imports federation.authority, rows.
"""

from collections.abc import Sequence

from federation.authority import Subordinate, Unlawful, Wide, joined
from federation.authority.wide import Contradiction
from federation.keyset import prints
from federation.policy import PolicyError
from idp.authority.rows import KeptKey


def check_past(one: Subordinate, kept: Sequence[KeptKey]) -> None:
    """A kid stands for one key for ever, and what was refused once stays refused, whoever asks.

    Args:
        kept: every key that was ever certified for it, or refused.

    Raises:
        Unlawful: it lists one that cannot come back.
    """
    listed = prints(one.jwks)
    for key in kept:
        if listed.get(key.kid, key.thumbprint) != key.thumbprint:
            raise Unlawful("3.1.1", f"the kid {key.kid[:80]} stood for another key of this entity")
        if key.reason and key.thumbprint in listed.values():
            raise Unlawful("11.2", f"the key {key.kid[:80]} was refused: {key.reason}")


def check_fits(wide: Wide, one: Subordinate) -> None:
    """What is said of one must not contradict what is said of all.

    Raises:
        Unlawful: it does.
    """
    try:
        joined(wide, one)
    except PolicyError as error:
        raise Unlawful(error.section, f"with what is said of {one.entity_id}: {error}") from None
    except Contradiction as error:
        raise Unlawful("6.2", f"with what is said of {one.entity_id}: {error}") from None
