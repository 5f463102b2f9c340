"""Key set: owns comparing public key sets by what their keys are, not by what they say of themselves. Pure.

A kid is a name that somebody chose; the thumbprint (RFC 7638) is the key.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from keys.public import required, thumbprint

Jwk = Mapping[str, Any]
Jwks = Mapping[str, object]


def members(jwks: Jwks) -> tuple[Jwk, ...]:
    """The keys of a set that are objects with a name."""
    keys = jwks.get("keys")
    found = keys if isinstance(keys, list | tuple) else ()
    return tuple(key for key in found if isinstance(key, Mapping) and isinstance(key.get("kid"), str))


def prints(jwks: Jwks) -> Mapping[str, str]:
    """The thumbprint of every key, by kid; a key that is none that we know is left out."""
    return dict(_prints(jwks))


def same(one: Jwks, other: Jwks) -> bool:
    """Whether two sets have the same keys under the same names, in whatever order."""
    return prints(one) == prints(other)


def _prints(jwks: Jwks) -> Iterator[tuple[str, str]]:
    for key in members(jwks):
        try:
            texts = {name: value for name, value in key.items() if isinstance(value, str)}
            yield str(key["kid"]), thumbprint(required(texts))
        except ValueError:
            continue
