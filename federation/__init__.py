"""federation: owns what entities state about themselves and each other (OpenID Federation 1.0). Imports keys.

Knows neither HTTP nor sign-ins: statements come in as text that somebody fetched, and go out as text.
"""
