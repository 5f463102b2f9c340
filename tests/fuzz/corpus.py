"""Corpus: owns the lawful things that fuzzing starts from, each as header, payload and signature, or as plain
JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from federation.entity import configuration
from keys.encoding import unb64
from keys.jose import sign
from keys.key import generate
from keys.ring import KeyRing
from tests.federation.country import Country
from tests.keys.forge import AUDIENCE, ISSUER, NOW, claims, key, private, ring, segment, unchecked

ALGS = ("ES256", "ES384", "RS256", "PS256", "EdDSA")


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart."""

    header: bytes
    payload: bytes
    signature: bytes


def taken_apart(token: str) -> Token:
    return Token(*(unb64(part) for part in token.split(".")))


def statement_ring() -> KeyRing:
    """The federation keys of whoever states."""
    first = key(purpose="federation")
    next_one = generate(alg="ES256", purpose="federation", issuer=ISSUER, now=NOW, published=NOW - 1)
    return KeyRing(purpose="federation", keys=(first, next_one))


def statement(of: KeyRing) -> str:
    """An entity configuration with everything in it that we read."""
    oidc = ring("ES256").jwks(NOW)
    metadata: Mapping[str, Mapping[str, object]] = {
        "openid_provider": {"issuer": ISSUER, "jwks": oidc, "scopes_supported": ["openid"]},
        "openid_relying_party": {"redirect_uris": [f"{ISSUER}/arrive"], "jwks": oidc},
        "federation_entity": {"organization_name": "漫游", "contacts": ["a@example.cn"]},
    }
    hints = ["https://anchor.example"]
    return configuration(
        entity_id=ISSUER, ring=of, metadata=metadata, authority_hints=hints, now=NOW, lifetime=86_400
    )


MARK_TYPE = "https://anchor.example/marks/safe"


def federation() -> Country:
    """Four entities in a line."""
    return Country()


def chain_of(country: Country, name: str = "portal") -> list[str]:
    """A chain with policies, constraints and marks in it."""
    owner = {"sub": country.id_of("anchor"), "jwks": country.jwks("anchor")}
    operators = {"scope": {"subset_of": ["openid"], "default": "openid"}, "contacts": {"add": ["a"]}}
    limits = {"max_path_length": 3, "naming_constraints": {"permitted": [".example", "gz.example"]}}
    return country.chain(
        name,
        changes={
            ("anchor", "anchor"): {
                "trust_mark_issuers": {MARK_TYPE: []},
                "trust_mark_owners": {MARK_TYPE: owner},
            },
            ("anchor", "gd"): {
                "metadata_policy": {"openid_relying_party": operators},
                "constraints": {**limits, "naming_constraints": {"excluded": ["x.example"]}},
            },
            ("gd", "gz"): {"constraints": {"allowed_entity_types": ["openid_relying_party"]}},
            ("gz", "portal"): {"metadata": {"openid_relying_party": {"client_name": "x"}}},
        },
    )


def trust_mark(country: Country) -> str:
    """A mark of `gd` for the portal under a delegation of the anchor."""
    anchor, gd = country.id_of("anchor"), country.id_of("gd")
    word = {"iss": anchor, "sub": gd, "trust_mark_type": MARK_TYPE, "iat": int(NOW)}
    claims = {"iss": gd, "sub": country.id_of("portal"), "trust_mark_type": MARK_TYPE, "iat": int(NOW)}
    delegation = unchecked(country.key("anchor"), word, typ="trust-mark-delegation+jwt")
    return unchecked(
        country.key("gd"),
        {**claims, "exp": int(NOW) + 60, "delegation": delegation},
        typ="trust-mark+jwt",
    )


def tokens() -> tuple[Token, ...]:
    """ID token, access token, logout token, event, assertion, and a DPoP proof (RFC 9449), which brings its
    key along."""
    who = claims()
    event: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    texts = [sign(key(alg), who, typ="JWT") for alg in ALGS]
    texts += [
        sign(key(), {**who, "client_id": "portal", "gid": "g", "scope": "openid profile"}, typ="at+jwt"),
        sign(key(), {**who, "sid": "s", "events": event}, typ="logout+jwt"),
        sign(
            key(),
            {**who, "events": {"session-revoked": {"sub_id": {"format": "opaque"}}}},
            typ="secevent+jwt",
        ),
        sign(key(), {**who, "iss": AUDIENCE, "sub": AUDIENCE, "aud": [ISSUER]} | {"iss": ISSUER}, typ="JWT"),
    ]
    return (*(taken_apart(text) for text in texts), _proof())


def _proof() -> Token:
    head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": dict(key().public)}
    body = {"htm": "POST", "htu": f"{ISSUER}/token", "iat": int(NOW), "jti": "one"}
    text = f"{segment(head)}.{segment(body)}"
    assert private() is not None
    return Token(json.dumps(head).encode(), json.dumps(body).encode(), text.encode()[:64])


def key_sets() -> tuple[bytes, ...]:
    """Key sets as others publish them."""
    usual = ring(*ALGS).jwks(NOW)
    certified = {"keys": [{**dict(key().public), "x5c": ["MIIB"], "key_ops": ["verify"], "exp": int(NOW)}]}
    return tuple(json.dumps(one).encode() for one in (usual, ring().jwks(NOW), certified))
