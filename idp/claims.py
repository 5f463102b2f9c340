"""Claims: owns which claims a scope releases and what a pairwise subject is. Does not know tokens or HTTP.

Imports nothing of ours but the nouns. Profile claims leave only by name: whatever else a directory or a peer
says cannot reach a client, so nothing can overwrite `iss`, `aud` or `exp` either.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

# OIDC Core §5.4.
BY_SCOPE: Mapping[str, tuple[str, ...]] = {
    "openid": (),
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
}
SCOPES = tuple(BY_SCOPE)

# What every relying party is told of a sign-in, whatever it asked for.
VOUCHED = ("acr", "amr", "idp", "home_region", "rl")
SUPPORTED = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "sid",
    "session_expiry",
    *VOUCHED,
    *(name for names in BY_SCOPE.values() for name in names),
)


def released(claims: Mapping[str, object], scopes: Iterable[str]) -> dict[str, object]:
    """Return the claims that these scopes release; empty values are left out (OIDC Core §5.3.2)."""
    names = (name for scope in scopes for name in BY_SCOPE.get(scope, ()))
    return {name: claims[name] for name in names if claims.get(name) not in (None, "")}


def subject(secret: bytes, *, sector: str, source: str, local_id: str) -> str:
    """Return the pairwise subject of somebody at a sector (OIDC Core §8.1).

    Args:
        secret: sealed, backed up and never rotated: another one makes everybody a stranger.
        sector: `Client.sector`.
        source: `Citizen.source`.
        local_id: `Citizen.local_id`.
    """
    # NUL cannot occur in a host or a URL, so no two people can be spelt alike by moving a border.
    message = "\0".join((sector, source, local_id)).encode()
    return base64.urlsafe_b64encode(hmac.digest(secret, message, hashlib.sha256)).rstrip(b"=").decode()
