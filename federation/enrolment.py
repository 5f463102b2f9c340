"""Enrolment: owns what a change of a federation is on its way to being published, and that two people answer
for it. Pure: knows neither where changes are kept nor who publishes them.

    proposed → approved → published
        ↓          ↓
    rejected     failed                 (and a proposal that nobody decided on in time has expired)

`approved` is a state of its own so that a process that dies between the two people's word and the publication
loses neither: whoever approves again finishes it. There is no way past the second person.
Imports federation.authority.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from federation.authority import Subordinate, Wide

Verb = Literal["enrol", "update", "suspend", "reinstate", "remove", "policy"]
Stage = Literal["proposed", "approved", "published", "rejected", "failed", "expired"]

NEXT: Mapping[Stage, frozenset[Stage]] = {
    "proposed": frozenset({"approved", "rejected"}),
    "approved": frozenset({"published", "failed"}),
    "published": frozenset(),
    "rejected": frozenset(),
    "failed": frozenset(),
    "expired": frozenset(),
}
"""What may follow what; everything else is refused."""

LIFE = 7 * 86_400.0
"""Seconds for which a proposal can be approved: what was judged a week ago has to be judged again."""

LONGEST = 64
"""Characters of a person's name."""


class NotAllowed(Exception):
    """A step that is refused; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would be published.

    Attributes:
        verb: what happens.
        entity_id: to whom; empty where it is what we say of all.
        subordinate: how the entity will be registered (`enrol`, `update`), else None.
        wide: what will be said of all (`policy`), else None.
        seen: the version that whoever proposes had before them; 0: there was none.
    """

    verb: Verb
    entity_id: str = ""
    subordinate: Subordinate | None = None
    wide: Wide | None = None
    seen: int = 0

    def __post_init__(self) -> None:
        """Refuse a change that lacks its content.

        Raises:
            ValueError: it does.
        """
        if (self.subordinate is not None) != (self.verb in ("enrol", "update")):
            raise ValueError("enrol and update say how the entity is registered, and nothing else does")
        if (self.wide is not None) != (self.verb == "policy") or bool(self.entity_id) == (
            self.verb == "policy"
        ):
            raise ValueError("policy says what is said of all, and everything else names an entity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change and the people who answer for it.

    Attributes:
        code: its name, for people to tell each other; no secret.
        by: who proposed it.
        reason: why; published with the event where it is about one entity.
        at, expires: seconds since 1970.
        breaks: entities that it breaks, as the proposer was shown and let stand.
        notes: what whoever decides should know, in sentences.
        stage: as kept; `stage_at` also knows of time.
        second: who approved or rejected it.
        decided: when (seconds since 1970).
        why: why it was rejected, or has failed.
    """

    code: str
    change: Change
    by: str
    reason: str
    at: float
    expires: float
    breaks: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    stage: Stage = "proposed"
    second: str = ""
    decided: float = 0.0
    why: str = ""

    def stage_at(self, now: float) -> Stage:
        """Where it stands at a time (seconds since 1970)."""
        return "expired" if self.stage == "proposed" and now >= self.expires else self.stage


def person(name: str) -> str:
    """A name as it is kept.

    Raises:
        NotAllowed: it is no name.
    """
    kept = " ".join(unicodedata.normalize("NFKC", name).split())
    if not kept or len(kept) > LONGEST or not kept.isprintable():
        raise NotAllowed(f"a name has 1 to {LONGEST} printable characters; say who you are with --by")
    return kept


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: neither case nor width nor blanks make a second person."""
    return _folded(one) == _folded(other)


def proposed(
    change: Change,
    *,
    code: str,
    by: str,
    reason: str,
    now: float,
    breaks: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Proposal:
    """The first person's word.

    Raises:
        NotAllowed: nobody says it, or no reason is given where one is due.
    """
    if change.verb != "enrol" and not reason.strip():
        raise NotAllowed("say why with --reason; it is kept, and told to whom it concerns")
    return Proposal(
        code=code,
        change=change,
        by=person(by),
        reason=reason.strip(),
        at=now,
        expires=now + LIFE,
        breaks=breaks,
        notes=notes,
    )


def approved(one: Proposal, *, by: str, now: float) -> Proposal:
    """The second person's word; given once, it stands.

    Raises:
        NotAllowed: the same person, or not to be approved any more.
    """
    second = person(by)
    if one.stage == "approved":
        return one  # both have spoken: whoever comes by may finish it
    _check(one, "approved", now)
    if same_person(one.by, second):
        raise NotAllowed(f"{one.code} was proposed by {one.by}: a second person approves it")
    return replace(one, stage="approved", second=second, decided=now)


def rejected(one: Proposal, *, by: str, reason: str, now: float) -> Proposal:
    """Somebody's no, also the proposer's own.

    Raises:
        NotAllowed: without a reason, or decided already.
    """
    if not reason.strip():
        raise NotAllowed("say why with --reason")
    _check(one, "rejected", now)
    return replace(one, stage="rejected", second=person(by), decided=now, why=reason.strip())


def published(one: Proposal, now: float) -> Proposal:
    """What two people said is said to everybody."""
    _check(one, "published", now)
    return replace(one, stage="published")


def failed(one: Proposal, why: str, now: float) -> Proposal:
    """It was approved and cannot be published as things are by now: to be proposed anew."""
    _check(one, "failed", now)
    return replace(one, stage="failed", why=why)


def _check(one: Proposal, to: Stage, now: float) -> None:
    stage = one.stage_at(now)
    if to not in NEXT[stage]:
        raise NotAllowed(
            f"{one.code} is {stage} and cannot be {to}; `manyou federation enrol list` shows all"
        )


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
