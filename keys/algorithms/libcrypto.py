"""Libcrypto: owns the few functions of the system's OpenSSL that SM2 needs, by ctypes. Imports nothing of
ours.

The OpenSSL inside `cryptography` has no SM2, the one of the system has, and gets its security updates from
the system. It is loaded on first use, and its own symbols stay apart from those of `cryptography`.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p
from functools import cache
from typing import Any

_NAMES = ("libcrypto.so.3", "libcrypto.so.4", "libcrypto.3.dylib")
_OUT = POINTER(c_void_p)
_FUNCTIONS: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
    ("EVP_PKEY_CTX_new_from_name", c_void_p, (c_void_p, c_char_p, c_char_p)),
    ("EVP_PKEY_CTX_new", c_void_p, (c_void_p, c_void_p)),
    ("EVP_PKEY_CTX_free", None, (c_void_p,)),
    ("EVP_PKEY_CTX_set1_id", c_int, (c_void_p, c_char_p, c_size_t)),
    ("EVP_PKEY_keygen_init", c_int, (c_void_p,)),
    ("EVP_PKEY_generate", c_int, (c_void_p, _OUT)),
    ("EVP_PKEY_is_a", c_int, (c_void_p, c_char_p)),
    ("EVP_PKEY_free", None, (c_void_p,)),
    ("i2d_PrivateKey", c_int, (c_void_p, _OUT)),
    ("d2i_AutoPrivateKey", c_void_p, (c_void_p, _OUT, c_long)),
    ("d2i_PUBKEY", c_void_p, (c_void_p, _OUT, c_long)),
    ("EVP_sm3", c_void_p, ()),
    ("EVP_MD_CTX_new", c_void_p, ()),
    ("EVP_MD_CTX_free", None, (c_void_p,)),
    ("EVP_MD_CTX_set_pkey_ctx", None, (c_void_p, c_void_p)),
    ("EVP_DigestSignInit", c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    ("EVP_DigestSign", c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    ("EVP_DigestVerifyInit", c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    ("EVP_DigestVerify", c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    ("ERR_clear_error", None, ()),
)


class Missing(Exception):
    """The system has no OpenSSL with SM2."""


@cache
def library() -> Any:
    """The system's libcrypto with its functions described.

    Raises:
        Missing: there is none, or it lacks a function.
    """
    for name in _NAMES:
        try:
            return _described(ctypes.CDLL(name))
        except OSError:
            continue
    raise Missing("the system has no OpenSSL 3 (libcrypto); on Debian or Ubuntu install libssl3")


def _described(lib: ctypes.CDLL) -> ctypes.CDLL:
    for name, result, arguments in _FUNCTIONS:
        try:
            function = getattr(lib, name)
        except AttributeError:
            raise Missing(f"the system's OpenSSL was built without {name}") from None
        function.restype, function.argtypes = result, arguments
    return lib


class Handle:
    """A key inside libcrypto, freed together with this object."""

    __slots__ = ("_free", "pointer")

    def __init__(self, pointer: int) -> None:
        self.pointer = pointer
        self._free = library().EVP_PKEY_free

    def __del__(self) -> None:
        self._free(self.pointer)


def generate() -> Handle:
    """A fresh SM2 key.

    Raises:
        Missing: this OpenSSL has no SM2.
    """
    lib = library()
    context = lib.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    if not context:
        lib.ERR_clear_error()
        raise Missing("the system's OpenSSL was built without SM2")
    try:
        made = c_void_p()
        if lib.EVP_PKEY_keygen_init(context) != 1 or lib.EVP_PKEY_generate(context, byref(made)) != 1:
            lib.ERR_clear_error()
            raise Missing("the system's OpenSSL makes no SM2 keys")
        return Handle(made.value or 0)
    finally:
        lib.EVP_PKEY_CTX_free(context)


def load(der: bytes, *, private: bool) -> Handle:
    """The SM2 key of an ECPrivateKey (RFC 5915) or SubjectPublicKeyInfo (RFC 5480).

    Raises:
        ValueError: it is none; a point off the curve is none either.
    """
    lib = library()
    buffer = ctypes.create_string_buffer(der, len(der))
    at = c_void_p(ctypes.addressof(buffer))
    pointer = (lib.d2i_AutoPrivateKey if private else lib.d2i_PUBKEY)(None, byref(at), len(der))
    if not pointer:
        lib.ERR_clear_error()
        raise ValueError("not an SM2 key")
    handle = Handle(pointer)
    if lib.EVP_PKEY_is_a(pointer, b"SM2") != 1:
        raise ValueError("a key of another curve")
    return handle


def private_der(handle: Handle) -> bytes:
    """The key as an ECPrivateKey (RFC 5915 §3)."""
    lib = library()
    size = lib.i2d_PrivateKey(handle.pointer, None)
    buffer = ctypes.create_string_buffer(size)
    at = c_void_p(ctypes.addressof(buffer))
    lib.i2d_PrivateKey(handle.pointer, byref(at))
    return buffer.raw


def sign(handle: Handle, data: bytes, identity: bytes) -> bytes:
    """The DER signature of SM2 with SM3."""
    lib = library()
    with _context(handle, identity) as context:
        size = c_size_t(128)
        buffer = ctypes.create_string_buffer(size.value)
        if (
            lib.EVP_DigestSignInit(context, None, lib.EVP_sm3(), None, handle.pointer) != 1
            or lib.EVP_DigestSign(context, buffer, byref(size), data, len(data)) != 1
        ):
            lib.ERR_clear_error()
            raise ValueError("the system's OpenSSL made no SM2 signature")
        return buffer.raw[: size.value]


def verify(handle: Handle, data: bytes, signature: bytes, identity: bytes) -> bool:
    """Whether the DER signature of SM2 with SM3 holds."""
    lib = library()
    with _context(handle, identity) as context:
        done = lib.EVP_DigestVerifyInit(context, None, lib.EVP_sm3(), None, handle.pointer) == 1 and (
            lib.EVP_DigestVerify(context, signature, len(signature), data, len(data)) == 1
        )
    if not done:
        lib.ERR_clear_error()
    return bool(done)


@contextmanager
def _context(handle: Handle, identity: bytes) -> Iterator[int]:
    """A digest context that knows the signer's distinguishing identifier (GB/T 32918.2 §5.5)."""
    lib = library()
    key = lib.EVP_PKEY_CTX_new(handle.pointer, None)
    digest = lib.EVP_MD_CTX_new()
    try:
        if not key or not digest or lib.EVP_PKEY_CTX_set1_id(key, identity, len(identity)) != 1:
            lib.ERR_clear_error()
            raise ValueError("the system's OpenSSL takes no SM2 identifier")
        lib.EVP_MD_CTX_set_pkey_ctx(digest, key)
        yield digest
    finally:
        lib.EVP_MD_CTX_free(digest)
        lib.EVP_PKEY_CTX_free(key)
