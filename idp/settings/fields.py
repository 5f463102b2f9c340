"""Fields: owns the kinds of value that settings have. Does not know which has which.

Imports places, federation.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from federation.entity_id import is_entity_id
from idp.settings import places

# What the protocol decides; a directory that could set one of these could speak for us.
PROTOCOL_CLAIMS = frozenset(
    {
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "sid",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "events",
    }
    | {"at_hash", "c_hash", "idp", "home_region", "rl", "session_expiry"}
)


def _base(info: ValidationInfo) -> Path:
    context: Mapping[str, Path] = info.context or {}
    return context.get("base", Path.cwd())


def _absolute(path: Path | None, info: ValidationInfo) -> Path | None:
    return None if path is None else _base(info) / path


def _written(path: Path, info: ValidationInfo) -> Path:
    if path == Path():
        raise ValueError("must name a path")
    return _base(info) / path


def _database(url: str, info: ValidationInfo) -> str:
    return places.records(url, _base(info))


def _own_claims(claims: Mapping[str, object]) -> Mapping[str, object]:
    taken = sorted(PROTOCOL_CLAIMS & claims.keys())
    if taken:
        raise ValueError(f"must not set {', '.join(taken)}, which the protocol decides")
    return claims


def _with_username(value: str) -> str:
    if "{username}" not in value or not (value.startswith("(") and value.endswith(")")):
        raise ValueError("must be an LDAP filter in parentheses with {username} where the typed name belongs")
    return value


def _region(code: str) -> str:
    if not (len(code) == 6 and code.isascii() and code.isdigit() and code[0] != "0"):
        raise ValueError("must be the six digits of a GB/T 2260 code")
    return code


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", name):
        raise ValueError("must be at most 32 lower-case letters, digits and hyphens")
    return name


def _entity(url: str) -> str:
    if not is_entity_id(url):
        raise ValueError("must be an entity identifier: an https URL without query and fragment")
    return url


def _mark(url: str) -> str:
    if not url.isascii() or not url.isprintable() or " " in url or ":" not in url:
        raise ValueError("must be a trust mark type, which is a URI")
    return url


def _variable(name: str) -> str:
    if not re.fullmatch(r"(?!MANYOU_)[A-Z][A-Z0-9_]{0,63}|", name):
        raise ValueError("must be a name of capital letters, digits and _ that does not begin with MANYOU_")
    return name


WrittenPath = Annotated[Path, AfterValidator(_written)]
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None), AfterValidator(_absolute)]
Issuer = Annotated[str, AfterValidator(places.issuer)]
Namespace = Annotated[str, AfterValidator(places.namespace)]
Listen = Annotated[str, AfterValidator(places.listen)]
StoreUrl = Annotated[str, AfterValidator(places.store)]
Database = Annotated[str, AfterValidator(_database)]
DirectoryUrl = Annotated[str, AfterValidator(places.directory)]
UserFilter = Annotated[str, AfterValidator(_with_username)]
Claims = Annotated[Mapping[str, object], AfterValidator(_own_claims)]
Region = Annotated[str, AfterValidator(_region)]
Name = Annotated[str, AfterValidator(_name)]
EntityId = Annotated[str, AfterValidator(_entity)]
MarkType = Annotated[str, AfterValidator(_mark)]
Variable = Annotated[str, AfterValidator(_variable)]
Sentence = Annotated[str, Field(min_length=1, max_length=100)]
TokenAlg = Literal["ES256", "ES384", "RS256", "PS256", "EdDSA", "urn:oid:1.2.156.10197.1.501"]
FederationAlg = Literal["ES256", "ES384", "RS256", "PS256", "EdDSA", "ML-DSA-65"]
