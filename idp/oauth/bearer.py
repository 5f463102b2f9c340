"""Bearer: owns how an access token is presented (RFC 6750 §2) and refused (§3). Knows not what it opens."""

from idp.errors import WireError
from idp.oauth.wire import WireRequest


def presented(wire: WireRequest) -> str:
    """Return the access token of a request: from the header, or from the body of a POST; never from a URL.

    Raises:
        WireError: none, or more than one.
    """
    scheme, _, header = wire.headers.get("authorization", "").partition(" ")
    header = header.strip() if scheme.lower() == "bearer" else ""
    body = wire.form.get("access_token", "") if wire.method == "POST" else ""
    if "access_token" in wire.query:
        # URLs end in logs and in histories: a token that came by one is burnt, and taking it would hide that.
        raise _refusal(
            "invalid_request", "send the access token in the Authorization header, never in the URL", 400
        )
    if header and body:
        raise _refusal("invalid_request", "send the access token once: in the header or in the body", 400)
    if not (header or body):
        # No error code in the challenge when nothing was presented (RFC 6750 §3.1).
        message = "send the access token as Authorization: Bearer"
        raise WireError("invalid_token", message, status=401, headers={"WWW-Authenticate": "Bearer"})
    return header or body


_ENDED = "the access token is expired, ended or not ours: sign in again"


def invalid(cause: str, public: str = _ENDED) -> WireError:
    """Return the refusal of a token that opens nothing (any more)."""
    return _refusal("invalid_token", public, 401, cause)


def insufficient() -> WireError:
    """Return the refusal of a token that was refreshed without `openid` (RFC 6750 §3.1)."""
    return _refusal("insufficient_scope", "the access token lacks the scope openid", 403)


def _refusal(code: str, public: str, status: int, cause: str = "") -> WireError:
    challenge = f'Bearer error="{code}", error_description="{public}"'
    return WireError(code, public, status=status, cause=cause, headers={"WWW-Authenticate": challenge})
