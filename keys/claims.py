"""Claims: owns the rules for the registered claims of a verified token (RFC 7519 §4.1). Pure. Imports
encoding.

Dates are finite integers, the issuer is one exact string, the audience is compared as a set.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from keys.encoding import JoseError

_LAST = 253_402_300_799  # the end of the year 9999: later dates are not dates, and overflow calendars
_DATES = ("exp", "iat", "nbf")
_NAMES = frozenset({"iss", "sub", "aud", "exp", "iat", "nbf", "jti"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a verifier demands of the claims.

    Attributes:
        issuer: the one issuer.
        audience: what the token may be meant for: every audience it names must be one of these; None leaves
            `aud` alone.
        leeway: seconds that clocks may differ.
        require: names of claims that must be there.
        expired_ok: a past `exp` is no reason to refuse.
    """

    issuer: str
    audience: str | Collection[str] | None
    leeway: float
    require: Collection[str]
    expired_ok: bool


def check(claims: Mapping[str, object], expected: Expected, now: float) -> None:
    """Judge the registered claims.

    Raises:
        JoseError: the name of the first claim that is missing, malformed or wrong; `claims` for one without a
            code.
    """
    for name in expected.require:
        if claims.get(name) is None:
            raise JoseError(name if name in _NAMES else "claims", f"{name} is missing")
    if claims.get("iss") != expected.issuer:
        raise JoseError("iss", "another issuer")
    if expected.audience is not None:
        _check_audience(claims.get("aud"), expected.audience)
    for name in ("sub", "jti"):
        if name in claims and not (isinstance(claims[name], str) and claims[name]):
            raise JoseError(name, f"{name} is not a string")
    _check_dates(claims, expected, now)


def _check_audience(audience: object, accepted: str | Collection[str]) -> None:
    """Also refuses further audiences: each of them could replay the token here (OIDC Core
    §3.1.3.7 item 3)."""
    named = [audience] if isinstance(audience, str) else audience
    allowed = {accepted} if isinstance(accepted, str) else set(accepted)
    if not isinstance(named, list) or not named or not all(isinstance(name, str) for name in named):
        raise JoseError("aud", "no audience")
    if not set(named) <= allowed:
        raise JoseError("aud", "another audience")


def _check_dates(claims: Mapping[str, object], expected: Expected, now: float) -> None:
    dates: dict[str, int] = {}
    for name in _DATES:
        if name in claims:
            value = claims[name]
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LAST:
                raise JoseError(name, f"{name} is not an integer date")
            dates[name] = value
    if not expected.expired_ok and "exp" in dates and dates["exp"] <= now - expected.leeway:
        raise JoseError("exp", "expired")
    for name in ("iat", "nbf"):
        if name in dates and dates[name] > now + expected.leeway:
            raise JoseError(name, "from the future")
