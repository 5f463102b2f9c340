"""Statements: owns what a subordinate statement says (OIDF §3.1.3). Pure; signs nothing."""

from collections.abc import Mapping

from federation.authority.subordinate import Subordinate, Wide
from federation.authority.wide import joined


def statement_claims(
    one: Subordinate, wide: Wide, *, issuer: str, source_endpoint: str, issued: int, expires: int
) -> Mapping[str, object]:
    """The claims of our statement about a subordinate; what is empty is left out.

    Args:
        wide: what is said of all.
        issuer: our entity identifier.
        source_endpoint: our fetch endpoint, so that a cache can refresh this one statement with one request.
        issued, expires: seconds since 1970.

    Raises:
        Contradiction, federation.policy.InvalidPolicy: they do not fit together.
    """
    said = joined(wide, one)
    optional: dict[str, object] = {
        "metadata": {kind: dict(parameters) for kind, parameters in said.metadata.items()},
        "metadata_policy": said.metadata_policy,
        "metadata_policy_crit": list(said.metadata_policy_crit),
        "constraints": dict(said.constraints),
    }
    return {
        "iss": issuer,
        "sub": one.entity_id,
        "iat": issued,
        "exp": expires,
        "jwks": dict(one.jwks),
        "source_endpoint": source_endpoint,
        **{name: value for name, value in optional.items() if value},
    }
