"""Registration: owns how relying parties register themselves, look at, change and remove their registration
(RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration 1.0). Does not know HTTP or SQL.

Why Authlib's endpoints are not used is in docs/decisions/2026-11-24-dynamic-registration.md.
"""

from idp.oauth.registration.endpoint import DynamicRegistration

__all__ = ["DynamicRegistration"]
