"""keys: owns key rings, signing and verifying, and sealing at rest. Does not know HTTP, storage or OAuth.

Imports none of ours. JOSE libraries are imported in `jose.py` only.
"""
