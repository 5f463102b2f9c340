"""Nation: owns a federation of provinces, departments and portals whose statements are made when they are
asked for. Imports federation, keys.

    anchor ← p07 ← d12.p07 ← s33.d12.p07        names below .localhost, all on one port

A hundred thousand portals cost nothing before somebody asks for one, so that what is measured is resolving.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from federation.statement import TYP
from keys.jose import sign
from keys.key import SigningKey, generate
from keys.ring import KeyRing

_POLICY: Mapping[str, object] = {
    "openid_relying_party": {
        "grant_types": {
            "subset_of": ["authorization_code", "refresh_token"],
            "default": ["authorization_code"],
        },
        "token_endpoint_auth_method": {"one_of": ["private_key_jwt", "tls_client_auth"], "essential": True},
        "scope": {"subset_of": ["openid", "profile", "email", "phone"], "superset_of": ["openid"]},
        "contacts": {"add": ["noc@anchor.example"]},
    }
}
_NARROWER: Mapping[str, object] = {
    "openid_relying_party": {
        "scope": {"subset_of": ["openid", "profile"]},
        "contacts": {"add": ["noc@province.example"]},
        "id_token_signed_response_alg": {"value": "ES256"},
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many of each, below each superior."""

    provinces: int = 32
    departments: int = 50
    portals: int = 60

    @property
    def leaves(self) -> int:
        """Portals of the whole country."""
        return self.provinces * self.departments * self.portals


@dataclass(slots=True)
class Nation:
    """The country.

    Attributes:
        port: where all of it answers.
        now: seconds since 1970: when everything is signed.
        life: seconds that statements live.
    """

    size: Size
    port: int
    now: float
    life: int = 86_400
    _keys: dict[str, SigningKey] = field(default_factory=dict)
    _made: dict[tuple[str, str], str] = field(default_factory=dict)

    def id_of(self, host: str) -> str:
        """The entity identifier of a short name."""
        return f"http://{host}.localhost:{self.port}"

    def portal(self, number: int) -> str:
        """The short name of one of the leaves, in any order that the numbers have."""
        department, portal = divmod(number % self.size.leaves, self.size.portals)
        province, department = divmod(department, self.size.departments)
        return f"s{portal}.d{department}.p{province}"

    def anchors(self) -> Mapping[str, Mapping[str, object]]:
        """What resolvers pin."""
        return {self.id_of("anchor"): self._ring("anchor").jwks(self.now)}

    def statement(self, issuer: str, subject: str) -> str | None:
        """What one says of another, or of itself; None: nothing."""
        if subject not in (issuer, *self._below(issuer, subject)) or not self._exists(subject):
            return None
        made = self._made.get((issuer, subject))
        if made is None:
            ring = self._ring(issuer)
            made = self._made[(issuer, subject)] = sign(
                ring.signer(self.now, "ES256"), self._claims(issuer, subject), typ=TYP
            )
        return made

    def _below(self, issuer: str, subject: str) -> Iterator[str]:
        if issuer == _superior(subject):
            yield subject

    def _exists(self, host: str) -> bool:
        parts = host.split(".")
        most = {"p": self.size.provinces, "d": self.size.departments, "s": self.size.portals}
        shape = "".join(part[:1] for part in parts)
        if host == "anchor":
            return True
        return shape in ("p", "dp", "sdp") and all(
            part[1:].isdecimal() and int(part[1:]) < most[part[0]] for part in parts
        )

    def _claims(self, issuer: str, subject: str) -> Mapping[str, object]:
        claims: dict[str, object] = {
            "iss": self.id_of(issuer),
            "sub": self.id_of(subject),
            "iat": int(self.now),
            "exp": int(self.now) + self.life,
            "jwks": self._ring(subject).jwks(self.now),
        }
        if issuer == subject:
            claims["metadata"] = self._metadata(subject)
            if (superior := _superior(subject)) is not None:
                claims["authority_hints"] = [self.id_of(superior)]
            return claims
        claims["source_endpoint"] = self._fetch(issuer)
        if issuer == "anchor":
            claims |= {"metadata_policy": _POLICY, "constraints": {"max_path_length": 2}}
        elif issuer.startswith("p"):
            claims |= {"metadata_policy": _NARROWER, "constraints": {"max_path_length": 1}}
        return claims

    def _metadata(self, host: str) -> Mapping[str, object]:
        own: dict[str, object] = {"organization_name": host}
        if not host.startswith("s"):
            return {"federation_entity": own | {"federation_fetch_endpoint": self._fetch(host)}}
        root = self.id_of(host)
        party = {
            "client_name": host,
            "redirect_uris": [f"{root}/callback"],
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": "openid profile email",
            "contacts": [f"ops@{host}.example"],
            "client_registration_types": ["automatic"],
        }
        return {"federation_entity": own, "openid_relying_party": party}

    def _fetch(self, host: str) -> str:
        return f"{self.id_of(host)}/fetch"

    def _ring(self, host: str) -> KeyRing:
        key = self._keys.get(host)
        if key is None:
            began = self.now - 1
            key = self._keys[host] = generate(
                alg="ES256", purpose="federation", issuer=self.id_of(host), now=began, active_from=began
            )
        return KeyRing(purpose="federation", keys=(key,))


def _superior(host: str) -> str | None:
    """Whom an entity names as its superior."""
    if host == "anchor":
        return None
    return host.partition(".")[2] or "anchor"
