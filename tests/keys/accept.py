"""Accept: the one way in which the tests of the envelope verify a token."""

from collections.abc import Mapping

from keys.jose import JoseError, verify
from tests.keys.forge import AUDIENCE, ISSUER, NOW, ring


def accept(token: str, jwks: Mapping[str, object] | None = None, **options: object) -> Mapping[str, object]:
    chosen: dict[str, object] = {
        "algs": ("ES256",),
        "typ": ("JWT",),
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "now": NOW,
        **options,
    }
    return verify(token, ring().jwks(NOW) if jwks is None else jwks, **chosen)  # type: ignore[arg-type]


def reason(token: str, jwks: Mapping[str, object] | None = None, **options: object) -> str:
    """Why the token is refused; `accepted` when it is not."""
    try:
        accept(token, jwks, **options)
    except JoseError as error:
        return error.reason
    return "accepted"
