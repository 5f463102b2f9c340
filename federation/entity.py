"""Entity: owns what we publish about ourselves: the signed entity configuration. Imports keys."""

from collections.abc import Mapping, Sequence

from federation.entity_id import is_entity_id
from federation.statement import TYP
from keys.jose import sign
from keys.ring import KeyRing


def configuration(
    *,
    entity_id: str,
    ring: KeyRing,
    metadata: Mapping[str, Mapping[str, object]],
    authority_hints: Sequence[str],
    now: float,
    lifetime: int,
    alg: str = "ES256",
    further: Mapping[str, object] | None = None,
) -> str:
    """Our entity configuration, signed with the federation ring (OIDF §3.1).

    Args:
        entity_id: ours, an https URL (http on loopback).
        ring: of purpose `federation`; its published keys become `jwks`.
        metadata: by entity type.
        authority_hints: our immediate superiors; empty for a trust anchor, and then left out (§3.1.2).
        now: seconds since 1970.
        alg: the algorithm of the key that signs.
        lifetime: seconds until it expires, and until others look for new keys (§11.1).
        further: `trust_marks`, and of an anchor `trust_mark_issuers` and `trust_mark_owners` (§3.1.2).

    Raises:
        ValueError: a ring of another purpose or entity, or something that is not an entity identifier.
        keys.ring.NoKey: the ring cannot sign.
    """
    if ring.purpose != "federation" or any(key.issuer != entity_id for key in ring.keys):
        raise ValueError("an entity configuration is signed with the entity's own federation ring")
    if not all(is_entity_id(url) for url in (entity_id, *authority_hints)):
        raise ValueError("entity identifiers are https URLs without query and fragment")
    issued = int(now)
    claims: dict[str, object] = {
        "iss": entity_id,
        "sub": entity_id,
        "iat": issued,
        "exp": issued + lifetime,
        "jwks": ring.jwks(now),
        "metadata": metadata,
        **(further or {}),
    }
    if authority_hints:
        claims["authority_hints"] = list(authority_hints)
    return sign(ring.signer(now, alg), claims, typ=TYP)
