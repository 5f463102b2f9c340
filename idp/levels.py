"""Levels: owns the ladder of assurance: what a step demands, and which steps are above which. Pure; imports
nothing.

A step joins how well a person's identity was proven (RL1–RL5) with how they proved to be that person today
(AL1, AL2, AL2p, AL3). It is named under the nation's namespace, never an issuer's: every region means the
same by it.
"""

from collections.abc import Iterable
from enum import IntEnum


class Al(IntEnum):
    """Strength of an authentication, in order; AL2P is an AL2 that resists phishing."""

    AL1 = 1
    AL2 = 2
    AL2P = 3
    AL3 = 4

    @property
    def label(self) -> str:
        """As it is written in metadata: AL1, AL2, AL2p, AL3."""
        return self.name.replace("P", "p")


# lowest first; each demands at least as much as the one before it, on both axes
_LADDER: tuple[tuple[str, int, Al], ...] = (
    ("basic", 1, Al.AL1),
    ("realname", 3, Al.AL1),
    ("realname-mfa", 3, Al.AL2),
    ("realperson", 4, Al.AL2),
    ("realperson-pr", 4, Al.AL2P),
    ("certified", 5, Al.AL3),
)

IDENTITY_LEVELS = tuple(f"RL{level}" for level in range(1, 6))
AUTHENTICATOR_LEVELS = tuple(one.label for one in Al)
STEPS = tuple(step for step, _, _ in _LADDER)
_PATH = "/acr/"


def reached(rl: int, al: Al) -> str:
    """The highest step that a person of this identity level reaches with this authentication.

    Args:
        rl: 1 to 5.

    Raises:
        ValueError: there is no such level.
    """
    if not 1 <= rl <= 5:
        raise ValueError(f"identity levels are 1 to 5, not {rl}")
    return [step for step, needs_rl, needs_al in _LADDER if rl >= needs_rl and al >= needs_al][-1]


def demands(step: str) -> tuple[int, Al]:
    """The identity level and the authentication that a step stands for.

    Raises:
        ValueError: the step is not of the ladder.
    """
    _, rl, al = _LADDER[STEPS.index(step)]
    return rl, al


def meets(have: str, wanted: Iterable[str]) -> bool:
    """Whether a step is at least one of those wanted (RFC 9470 §3: any of them will do).

    Steps that are not of the ladder are met by nothing; wanting nothing is met by everything.

    Raises:
        ValueError: `have` is not of the ladder.
    """
    height = STEPS.index(have)
    asked = list(wanted)
    return not asked or any(height >= STEPS.index(step) for step in asked if step in STEPS)


def uri(step: str, namespace: str) -> str:
    """The value of `acr` for this step.

    Args:
        namespace: the nation's, without a slash at its end.
    """
    return f"{namespace}{_PATH}{step}"


def step(value: str, namespace: str) -> str | None:
    """The step that a value of `acr` names; None when it is not of our ladder."""
    start = namespace + _PATH
    name = value.removeprefix(start)
    return name if value.startswith(start) and name in STEPS else None
