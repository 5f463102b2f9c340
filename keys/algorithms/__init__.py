"""algorithms: owns signatures and digests that the JOSE libraries do not have: SM2, SM3, ML-DSA-65. Knows no
tokens.

Imports none of ours; `keys.public` and `keys.jose` import it.
"""
