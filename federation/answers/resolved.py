"""Resolved: owns the answer of a resolver (OIDF §8.3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.answers.reading import BadAnswer, number, read

TYP = "resolve-response+jwt"
SECTION = "OIDF §8.3.2"
_LONGEST_CHAIN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a resolver says of an entity.

    Attributes:
        sub: the entity.
        issued, expires: seconds since 1970.
        metadata: by entity type, after all policies.
        trust_chain: the statements it was resolved from; verify them to trust nobody but the anchor.
        trust_marks: pairs of type and mark, which the resolver found active.
    """

    sub: str
    issued: int
    expires: int
    metadata: Mapping[str, Mapping[str, object]]
    trust_chain: tuple[str, ...]
    trust_marks: tuple[tuple[str, str], ...] = ()


def claims(one: Resolved, *, issuer: str, audience: str | None) -> Mapping[str, object]:
    """What we answer about an entity.

    Args:
        audience: the caller, if it proved who it is.
    """
    said: dict[str, object] = {
        "iss": issuer,
        "sub": one.sub,
        "iat": one.issued,
        "exp": one.expires,
        "metadata": {kind: dict(parameters) for kind, parameters in one.metadata.items()},
        "trust_chain": list(one.trust_chain),
    }
    if one.trust_marks:
        said["trust_marks"] = [
            {"trust_mark_type": kind, "trust_mark": token} for kind, token in one.trust_marks
        ]
    return said if audience is None else {**said, "aud": audience}


def verify(
    token: str,
    *,
    issuer: str,
    subject: str,
    jwks: Mapping[str, object],
    now: float,
    audience: str | None = None,
) -> Resolved:
    """What a resolver answered us.

    Args:
        issuer, subject: the resolver that was asked, and about whom.
        jwks: the resolver's federation keys.
        now: seconds since 1970.
        audience: who we said we were; None when we did not.

    Raises:
        BadAnswer: it is not believed.
    """
    said = read(
        token,
        typ=TYP,
        section=SECTION,
        issuer=issuer,
        jwks=jwks,
        now=now,
        require=("exp", "sub", "metadata", "trust_chain"),
        audience=audience,
    )
    if said["sub"] != subject:
        raise BadAnswer(SECTION, "it is about somebody else")
    if audience is None and "aud" in said:
        raise BadAnswer(SECTION, "it is meant for somebody else")
    return Resolved(
        sub=subject,
        issued=number(said["iat"]),
        expires=number(said["exp"]),
        metadata=_metadata(said["metadata"]),
        trust_chain=_chain(said["trust_chain"]),
        trust_marks=_marks(said.get("trust_marks", [])),
    )


def _metadata(value: object) -> Mapping[str, Mapping[str, object]]:
    if not isinstance(value, dict) or not all(isinstance(kind, dict) for kind in value.values()):
        raise BadAnswer(SECTION, "metadata is not objects by entity type")
    return value


def _chain(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= _LONGEST_CHAIN:
        raise BadAnswer(SECTION, "trust_chain is not an array of statements")
    if not all(isinstance(one, str) for one in value):
        raise BadAnswer(SECTION, "trust_chain is not an array of statements")
    return tuple(value)


def _marks(value: object) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for one in value if isinstance(value, list) else [None]:
        pair = (one.get("trust_mark_type"), one.get("trust_mark")) if isinstance(one, dict) else (None, None)
        if not isinstance(pair[0], str) or not isinstance(pair[1], str):
            raise BadAnswer(SECTION, "trust_marks is not an array of types and marks")
        found.append((pair[0], pair[1]))
    return tuple(found)
