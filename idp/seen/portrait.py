"""Portrait: owns what is seen of one entity of the federation, by whoever speaks of it. Pure.

A verified chain says more than our own registry, and that more than what was gathered a while ago, or a chain
that only passes through. Imports federation, homes, authority.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from federation.authority import Subordinate
from federation.chain import TrustChain
from idp.authority.gathering import Gathered
from idp.trusting.homes import region_of

Role = Literal["anchor", "authority", "provider", "party"]
State = Literal["trusted", "registered", "suspended", "passed"]
"""A living chain leads to it; our registry has it; it stands still there; a chain passes through it, or did
when the federation was gathered last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity.

    Attributes:
        name: what people call it, by language; empty where nobody said.
        superior: the entity directly above; None for an anchor, and where it is not known.
        region: GB/T 2260 code that the anchor gave it.
        identity_levels, authenticator_levels: the highest that it may assert, as its chain leaves them.
        marks: types of the trust marks that it shows.
        until: seconds since 1970 when its chain ends; None without one.
    """

    entity_id: str
    state: State
    name: Mapping[str, str] = field(default_factory=dict)
    superior: str | None = None
    roles: tuple[Role, ...] = ()
    region: str | None = None
    identity_levels: tuple[str, ...] = ()
    authenticator_levels: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    until: int | None = None

    @property
    def highest(self) -> tuple[str, ...]:
        """The top of each list of levels."""
        return tuple(max(many) for many in (self.identity_levels, self.authenticator_levels) if many)


def of_chain(chain: TrustChain) -> Iterator[Entity]:
    """The subject of a chain, and whoever it passes through."""
    provider = chain.metadata("openid_provider") or {}
    yield Entity(
        entity_id=chain.subject,
        state="trusted",
        name=_names(chain.resolved),
        superior=next(iter(chain.superiors), None),
        roles=_roles(chain.resolved, anchor=chain.subject == chain.anchor),
        region=region_of(chain),
        identity_levels=_levels(provider, "manyou_identity_levels"),
        authenticator_levels=_levels(provider, "manyou_authenticator_levels"),
        marks=_marks(chain),
        until=chain.expires,
    )
    path = chain.superiors
    for one, above in zip(path, (*path[1:], None), strict=False):
        role: Role = "anchor" if above is None else "authority"
        name = _names(chain.anchor_configuration.metadata) if above is None else {}
        yield Entity(entity_id=one, state="passed", name=name, superior=above, roles=(role,))


def of_registry(one: Subordinate, superior: str) -> Entity:
    """A subordinate of ours, as we registered it."""
    roles = _roles({kind: {} for kind in one.kinds}, anchor=False)
    provider = one.metadata.get("openid_provider", {})
    return Entity(
        entity_id=one.entity_id,
        state="suspended" if one.state == "suspended" else "registered",
        name=_names(one.metadata),
        superior=superior,
        roles=(*roles, "authority") if one.intermediate else roles,
        region=_text(provider.get("manyou_region")),
    )


def of_collection(one: Gathered) -> Entity:
    """An entity as it was when the federation was gathered last; its chain was verified then."""
    roles = _roles({kind: {} for kind in one.kinds}, anchor=False)
    return Entity(
        entity_id=one.entity_id,
        state="passed",
        name=_names(one.infos),
        superior=one.superior or None,
        roles=roles or ("authority",),  # only providers and authorities are gathered
        region=one.region,
        marks=tuple(kind for kind, _ in one.marks),
    )


def _roles(metadata: Mapping[str, Mapping[str, object]], *, anchor: bool) -> tuple[Role, ...]:
    entity = metadata.get("federation_entity", {})
    plays: dict[Role, bool] = {
        "anchor": anchor,
        "provider": "openid_provider" in metadata,
        "authority": not anchor and "federation_fetch_endpoint" in entity,
        "party": "openid_relying_party" in metadata and "openid_provider" not in metadata,
    }
    return tuple(role for role, does in plays.items() if does)


def _levels(provider: Mapping[str, object], name: str) -> tuple[str, ...]:
    said = provider.get(name)
    return tuple(one for one in said if isinstance(one, str)) if isinstance(said, list) else ()


def _marks(chain: TrustChain) -> tuple[str, ...]:
    shown = chain.configuration.claims.get("trust_marks", [])
    types = (
        [one.get("trust_mark_type") for one in shown if isinstance(one, dict)]
        if isinstance(shown, list)
        else []
    )
    return tuple(dict.fromkeys(one for one in types if isinstance(one, str)))


def _names(metadata: Mapping[str, Mapping[str, Any]]) -> Mapping[str, str]:
    """What people call it, by language."""
    entity = {**metadata.get("openid_provider", {}), **metadata.get("federation_entity", {})}
    plain = _text(entity.get("organization_name")) or _text(entity.get("display_name"))
    chinese = _text(entity.get("organization_name#zh")) or plain
    return {language: name for language, name in (("zh", chinese), ("en", plain)) if name}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
