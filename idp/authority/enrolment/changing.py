"""Changing: owns whether a change makes sense as things are, and making changes from what people ask for.

Imports federation.enrolment, federation.membership, registry's nouns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from federation.authority import State, Subordinate
from federation.authority.subordinate import Metadata, Policy
from federation.enrolment import Change, Verb
from federation.membership import Request


class Declined(Exception):
    """Nothing was changed; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What we would say about a member, besides its keys.

    Attributes:
        metadata, metadata_policy, metadata_policy_crit, constraints: as in a subordinate statement.
    """

    metadata: Metadata = field(default_factory=dict)
    metadata_policy: Policy = field(default_factory=dict)
    metadata_policy_crit: tuple[str, ...] = ()
    constraints: Mapping[str, object] = field(default_factory=dict)


def enrolling(request: Request, terms: Terms, before: Subordinate | None, *, issuer: str) -> Change:
    """The change that a request asks for; the region it names is stated, if we do not name another.

    Args:
        before: of one that was removed.
        issuer: who we are.

    Raises:
        Declined: it was written to somebody else.
    """
    if request.superior != issuer:
        raise Declined(f"{request.entity_id} asks {request.superior}, and we are {issuer}")
    stated = {kind: dict(parameters) for kind, parameters in terms.metadata.items()}
    provider = stated.get("openid_provider", {})
    if request.region and "openid_provider" in request.kinds and "manyou_region" not in provider:
        stated["openid_provider"] = {**provider, "manyou_region": request.region}
    one = Subordinate(
        entity_id=request.entity_id,
        jwks=request.jwks,
        kinds=request.kinds,
        intermediate=request.intermediate,
        metadata=stated,
        metadata_policy=terms.metadata_policy,
        metadata_policy_crit=terms.metadata_policy_crit,
        constraints=terms.constraints,
        contacts=request.contacts,
    )
    seen = before.version if before is not None else 0
    return Change(verb="enrol", entity_id=one.entity_id, subordinate=one, seen=seen)


def updating(before: Subordinate, edit: Callable[[Subordinate], Subordinate]) -> Change:
    """The change to a subordinate that is registered.

    Raises:
        Declined: it changes nothing.
    """
    after = edit(before)
    if after == before:
        raise Declined(f"{before.entity_id} is registered like that already")
    return Change(verb="update", entity_id=before.entity_id, subordinate=plain(after), seen=before.version)


def plain(one: Subordinate) -> Subordinate:
    """What people decide about, without what the registry sets."""
    return replace(one, state="active", registered=0.0, updated=0.0, version=0)


_NEEDS: Mapping[Verb, tuple[State, ...]] = {
    "update": ("active", "suspended"),
    "suspend": ("active",),
    "reinstate": ("suspended",),
    "remove": ("active", "suspended"),
}


def described(change: Change, before: Subordinate | None, wide_version: int) -> None:
    """Whether a change fits what is registered now.

    Args:
        before: the entity as it is registered, or None.
        wide_version: of what is said of all.

    Raises:
        Declined: it does not.
    """
    if change.verb == "policy":
        if change.seen != wide_version:
            raise Declined("what is said of all was changed meanwhile; look at it again")
        return
    if change.verb == "enrol":
        if before is not None and before.state != "removed":
            raise Declined(f"{change.entity_id} is registered already ({before.state}); see enrol update")
    elif before is None or before.state not in _NEEDS[change.verb]:
        state = before.state if before is not None else "not registered"
        raise Declined(f"{change.entity_id} is {state}; `manyou federation list` shows who is below us")
    if change.seen != (before.version if before is not None else 0):
        raise Declined(f"{change.entity_id} was changed meanwhile; look at it again")
