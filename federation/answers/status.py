"""Status: owns the answer about one trust mark (OIDF §8.4.2)."""

from collections.abc import Mapping
from typing import Literal, get_args

from federation.answers.reading import BadAnswer, read

TYP = "trust-mark-status-response+jwt"
SECTION = "OIDF §8.4.2"
OLDEST = 300.0
"""Seconds after which an answer about a mark is not believed any more: it has no end of its own."""

Status = Literal["active", "expired", "revoked", "invalid"]


def claims(mark: str, status: Status, *, issuer: str, issued: int) -> Mapping[str, object]:
    """What we answer about a mark.

    Args:
        mark: as it was sent.
        issued: seconds since 1970.
    """
    return {"iss": issuer, "iat": issued, "trust_mark": mark, "status": status}


def verify(token: str, *, mark: str, issuer: str, jwks: Mapping[str, object], now: float) -> Status:
    """The status of a mark as its issuer gave it to us.

    Args:
        mark: the very mark that was asked about.
        issuer: who was asked, the mark's issuer.
        jwks: its federation keys.
        now: seconds since 1970.

    Raises:
        BadAnswer: it is not believed; a status that we do not know counts as none.
    """
    said = read(
        token,
        typ=TYP,
        section=SECTION,
        issuer=issuer,
        jwks=jwks,
        now=now,
        require=("trust_mark", "status"),
        oldest=OLDEST,
    )
    if said["trust_mark"] != mark:
        raise BadAnswer(SECTION, "it is about another mark")
    for known in get_args(Status):
        if said["status"] == known:
            status: Status = known
            return status
    raise BadAnswer(SECTION, "a status that is not understood")
