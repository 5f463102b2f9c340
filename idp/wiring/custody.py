"""Custody: owns opening what keeps private keys: key-encrypting keys, old and new, and the token."""

import os
from collections.abc import MutableMapping
from pathlib import Path

from idp.errors import Unavailable
from idp.settings.model import Keys
from keys.hsm import Token, TokenSettings
from keys.kek import Kek, SealError, Sealing, read_kek, stretch_kek, take_kek

_taken: dict[str, str] = {}
"""Secrets taken out of the environment, for whoever opens the same settings again in this process."""


def open_kek(keys: Keys, environ: MutableMapping[str, str] = os.environ) -> Kek:
    """The key-encrypting key, with the one that it replaces where the settings still name that.

    Secrets in the environment are taken out of it.

    Raises:
        SealError: one of them is missing or malformed.
    """
    new = _kek(keys.kek_file, keys.kek_env, keys.passphrase_env, keys.sealing, environ)
    if not (keys.old_kek_file or keys.old_kek_env or keys.old_passphrase_env):
        return new
    where = keys.old_kek_file or keys.kek_file
    return new.replacing(_kek(where, keys.old_kek_env, keys.old_passphrase_env, keys.sealing, environ))


def open_token(keys: Keys) -> Token | None:
    """The PKCS#11 token of the settings; it is logged in at when it first signs."""
    if keys.token_module is None or keys.token_label is None or keys.token_pin_file is None:
        return None
    pin = keys.token_pin_file.read_text(encoding="utf-8").strip("\r\n")
    settings = TokenSettings(module=keys.token_module, label=keys.token_label, pin=pin)
    return Token(settings, gone=lambda cause: Unavailable("token", cause))


def handed_on(keys: Keys) -> dict[str, str]:
    """The environment that worker processes need besides: what was taken out of ours."""
    names = (keys.kek_env, keys.passphrase_env, keys.old_kek_env, keys.old_passphrase_env)
    return {name: _taken[name] for name in names if name in _taken}


def _kek(
    path: Path, secret: str, passphrase: str, sealing: Sealing, environ: MutableMapping[str, str]
) -> Kek:
    if secret:
        return take_kek(_take(secret, environ), secret, sealing=sealing)
    if passphrase:
        text = _take(passphrase, environ).get(passphrase)
        if not text:
            raise SealError("kek_missing", f"the environment has no {passphrase}; set it to the passphrase")
        return stretch_kek(text, path, sealing=sealing)
    return read_kek(path, sealing=sealing)


def _take(name: str, environ: MutableMapping[str, str]) -> dict[str, str]:
    value = environ.pop(name, None)
    if value is not None:
        _taken[name] = value
    return {name: _taken[name]} if name in _taken else {}
