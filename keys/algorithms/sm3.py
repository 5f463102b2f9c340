"""Sm3: owns the national digest and its HMAC (GB/T 32905, GB/T 15852.2). Imports nothing of ours."""

from cryptography.hazmat.primitives import hashes, hmac


def digest(data: bytes) -> bytes:
    """SM3 of `data`, 32 bytes."""
    hashing = hashes.Hash(hashes.SM3())
    hashing.update(data)
    return hashing.finalize()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SM3 of `data` under `key`, 32 bytes."""
    hashing = hmac.HMAC(key, hashes.SM3())
    hashing.update(data)
    return hashing.finalize()
