"""Use: owns the last look before a signature: a key signs only what it is for. Pure. Imports key.

The ring chooses signers rightly; this is the second lock, so that a mistake elsewhere does not become a
signature that others believe.
"""

from collections.abc import Mapping

from keys.key import SigningKey

PROOF = "key-proof+jwt"
"""The type of a proof that its signer holds a key; the only thing that a key signs before it is active."""

FEDERATION_TYPES = frozenset(
    {
        "entity-events-statement+jwt",
        "entity-statement+jwt",
        "explicit-registration-response+jwt",
        "jwk-set+jwt",
        PROOF,
        "resolve-response+jwt",
        "trust-mark+jwt",
        "trust-mark-delegation+jwt",
        "trust-mark-status-response+jwt",
    }
)
"""What only federation keys sign, and nothing else do they sign (OIDF §3.1.1)."""


class KeyMisuse(ValueError):
    """A key was asked for a signature that is not its to make."""


def check(key: SigningKey, claims: Mapping[str, object], typ: str) -> None:
    """Judge a signature before it is made.

    Raises:
        KeyMisuse: another purpose, another issuer, or a date (`iat`) at which the key does not sign.
    """
    if (typ in FEDERATION_TYPES) != (key.purpose == "federation"):
        raise KeyMisuse(f"a {key.purpose} key does not sign {typ}")
    if "iss" in claims and claims["iss"] != key.issuer:
        raise KeyMisuse("a key signs for its own issuer alone")
    issued = claims.get("iat")
    begun = key.published if typ == PROOF else key.active_from
    if isinstance(issued, int) and not _valid_at(key, begun, issued):
        raise KeyMisuse("a key does not sign before it is active, nor after it was retired or compromised")


def _valid_at(key: SigningKey, begun: float | None, issued: int) -> bool:
    # A date in a token has whole seconds, cut off: one second of grace at the start, none at the end.
    started = begun is not None and begun < issued + 1
    return started and all(end is None or issued < end for end in (key.retired_at, key.compromised_at))
