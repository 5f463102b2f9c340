"""Reading: owns what every signed answer has to pass: type, key, issuer and dates. Imports
statement and keys."""

from collections.abc import Collection, Mapping

from federation.statement import ALGS, LEEWAY
from keys.encoding import JoseError
from keys.jose import STATEMENT, verify


class BadAnswer(ValueError):
    """An answer that is not believed.

    Attributes:
        section: where the rule stands.
        sentence: what is wrong.
    """

    def __init__(self, section: str, sentence: str) -> None:
        super().__init__(f"{sentence} ({section})")
        self.section = section
        self.sentence = sentence


def read(
    token: str,
    *,
    typ: str,
    section: str,
    issuer: str,
    jwks: Mapping[str, object],
    now: float,
    require: Collection[str],
    audience: str | None = None,
    oldest: float | None = None,
) -> Mapping[str, object]:
    """The claims of an answer that holds.

    Args:
        section: of the document that defines the answer.
        issuer: who was asked.
        jwks: its federation keys, verified by the caller.
        now: seconds since 1970.
        require: claims that must be there besides `iss` and `iat`.
        audience: who we said we were; None when we did not.
        oldest: seconds that may have passed since it was signed.

    Raises:
        BadAnswer: with what is wrong.
    """
    try:
        claims = verify(
            token,
            jwks,
            algs=ALGS,
            typ=(typ,),
            issuer=issuer,
            audience=audience,
            now=now,
            leeway=LEEWAY,
            require=("iat", *require),
            expired_ok=False,
            limits=STATEMENT,
        )
    except JoseError as error:
        raise BadAnswer(section, f"the answer does not verify: {error}") from error
    # Without an end of its own an old answer could be shown again for ever.
    if oldest is not None and number(claims["iat"]) < now - oldest - LEEWAY:
        raise BadAnswer(section, "the answer is too old")
    return claims


def number(value: object) -> int:
    """A date that was verified to be one."""
    return value if isinstance(value, int) else 0
