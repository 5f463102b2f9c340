"""Policy errors: owns how a policy, or metadata under it, is refused: with its section and its place. Imports
nothing of ours."""

from dataclasses import dataclass
from typing import ClassVar

# Names come from statements of others: long enough to be recognised, too short to flood a log.
_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place of a fault; what is empty does not apply.

    Attributes:
        statement: which statement of the chain.
        entity_type: the Entity Type Identifier, such as `openid_relying_party`.
        parameter: the metadata parameter.
        operator: the policy operator.
    """

    statement: str = ""
    entity_type: str = ""
    parameter: str = ""
    operator: str = ""

    def __str__(self) -> str:
        parts = (self.statement, self.entity_type, self.parameter, self.operator)
        return ", ".join(_short(part) for part in parts if part)


class PolicyError(Exception):
    """A chain whose policies, or an entity whose metadata under them, must not be used.

    Attributes:
        error: the error code for programs.
        section: the section of OpenID Federation 1.0 that is broken.
        sentence: what is wrong.
        where: the statement, Entity Type, parameter and operator.
    """

    error: ClassVar[str]

    def __init__(self, section: str, sentence: str, where: Where) -> None:
        place = str(where)
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.section = section
        self.sentence = sentence
        self.where = where


class InvalidPolicy(PolicyError):
    """A policy is malformed, contradicts itself or another one, or demands an operator we do not have; the
    chain is invalid (§6.1.4.1)."""

    error: ClassVar[str] = "invalid_policy"


class InvalidMetadata(PolicyError):
    """The metadata is malformed or breaks the policy (§6.1.4.2)."""

    error: ClassVar[str] = "invalid_metadata"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
