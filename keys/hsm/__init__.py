"""hsm: owns signing keys in PKCS#11 tokens. The only importer of python-pkcs11, which is the extra `hsm`.

Imports none of ours.
"""

from keys.hsm.session import TokenSettings, TokenUnavailable
from keys.hsm.token import Token, TokenKey

__all__ = ["Token", "TokenKey", "TokenSettings", "TokenUnavailable"]
