"""Publication: owns carrying out what two people agreed to. Imports registry."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from federation.authority import State, Subordinate, Wide
from federation.enrolment import Change, Proposal
from idp.authority.registry import Conflict, Registry

_STATES: Mapping[str, State] = {"suspend": "suspended", "reinstate": "active", "remove": "removed"}
_DECIDED = (
    "jwks",
    "kinds",
    "intermediate",
    "metadata",
    "metadata_policy",
    "metadata_policy_crit",
    "constraints",
    "contacts",
)


def publish(registry: Registry, one: Proposal) -> None:
    """Say it to everybody, once: whoever comes to it again finds it done.

    Raises:
        Conflict, Unknown, Unlawful: it cannot be said as things are.
    """
    if done(registry, one.change):
        return
    _VERBS[one.change.verb](registry, one.change, f"{one.by} and {one.second}", one.reason)


def done(registry: Registry, change: Change) -> bool:
    """Whether the very next version is what the change asks for: a process died after writing it."""
    if change.wide is not None:
        return replace(change.wide, version=change.seen + 1) == registry.wide()
    found = registry.find(change.entity_id)
    if found is None or found.version != change.seen + 1:
        return False
    if change.subordinate is None:
        return found.state == _STATES[change.verb]
    same = all(getattr(found, name) == getattr(change.subordinate, name) for name in _DECIDED)
    return same and found.state in ("active", "suspended")


def _enrol(registry: Registry, change: Change, by: str, reason: str) -> None:
    registry.add(_subordinate(change), by=by, reason=reason)


def _update(registry: Registry, change: Change, by: str, reason: str) -> None:
    wanted = _subordinate(change)
    changed = {name: getattr(wanted, name) for name in _DECIDED}
    registry.change(
        change.entity_id, lambda one: replace(one, **changed), by=by, reason=reason, seen=change.seen
    )


def _suspend(registry: Registry, change: Change, by: str, reason: str) -> None:
    registry.suspend(change.entity_id, by=by, reason=reason, seen=change.seen)


def _reinstate(registry: Registry, change: Change, by: str, reason: str) -> None:
    registry.reinstate(change.entity_id, by=by, reason=reason, seen=change.seen)


def _remove(registry: Registry, change: Change, by: str, reason: str) -> None:
    registry.remove(change.entity_id, by=by, reason=reason, seen=change.seen)


def _say(registry: Registry, change: Change, by: str, reason: str) -> None:
    wide = change.wide if change.wide is not None else Wide()
    registry.set_wide(wide, by=by, reason=reason, seen=change.seen)


def _subordinate(change: Change) -> Subordinate:
    if change.subordinate is None:
        raise Conflict("the proposal lost its content")
    return change.subordinate


_VERBS: Mapping[str, Callable[[Registry, Change, str, str], None]] = {
    "enrol": _enrol,
    "update": _update,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "remove": _remove,
    "policy": _say,
}
