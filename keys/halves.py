"""Halves: owns the half hashes that tie a token or a code to an ID token. Imports algorithms, public."""

import hashlib

from keys.algorithms import sm3
from keys.encoding import b64
from keys.public import ALGORITHMS


def half_hash(value: str, alg: str) -> str:
    """`at_hash` or `c_hash` of a token or code (OIDC Core §3.1.3.6): the left half of its hash.

    Args:
        value: the access token or code, ASCII.
        alg: the algorithm of the ID token, which names the hash; EdDSA takes SHA-512.

    Raises:
        ValueError: no hash is agreed on for ID tokens of this algorithm.
    """
    name, data = ALGORITHMS[alg].digest, value.encode("ascii")
    if not name:
        raise ValueError(f"{alg} names no hash; it signs no ID tokens")
    digest = sm3.digest(data) if name == "sm3" else hashlib.new(name, data).digest()
    return b64(digest[: len(digest) // 2])
