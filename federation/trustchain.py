"""Trust chain: owns what a verified chain is, and how one that is not believed says where it breaks.
Pure data. Imports statement, policy, errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.errors import Reason
from federation.policy import InvalidMetadata, PolicyError
from federation.statement import Statement

INVALID_METADATA = "invalid_metadata"

Metadata = Mapping[str, Mapping[str, object]]


class Broken(Exception):
    """A trust chain that is not believed.

    Attributes:
        hop: index of the statement in the chain, 0 for the subject's own.
        issuer, subject: of that statement, as far as it says; not verified.
        reason: why.
        section: the section of OpenID Federation 1.0 that is broken.
        sentence: what is wrong, for an engineer.
        code: for programs (§8.9): `invalid_trust_chain`, `invalid_metadata` or `invalid_trust_anchor`.
    """

    def __init__(
        self, hop: int, issuer: str, subject: str, reason: Reason | PolicyError, code: str | None = None
    ) -> None:
        sentence = reason.sentence if isinstance(reason, Reason) else str(reason)
        super().__init__(f"statement {hop} of the chain: {sentence} (OIDF §{reason.section})")
        self.hop = hop
        self.issuer = issuer
        self.subject = subject
        self.reason = reason
        self.section = reason.section
        self.sentence = sentence
        self.code = code or _code(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChain:
    """A verified trust chain; nothing unverified has this type.

    Attributes:
        statements: the subject's configuration, its superiors' statements, the anchor's configuration.
        anchor: the trust anchor.
        expires: seconds since 1970: the first end of all its statements (§10.4).
        resolved: metadata by entity type, as the superiors leave it.
    """

    statements: tuple[Statement, ...] = field(repr=False)
    anchor: str
    expires: int
    resolved: Metadata = field(repr=False)

    @property
    def subject(self) -> str:
        """Whom the chain is about."""
        return self.configuration.sub

    @property
    def superiors(self) -> tuple[str, ...]:
        """The immediate superior first, the anchor last; none for the anchor itself."""
        return tuple(one.iss for one in self.statements if one.iss != one.sub)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The chain as it travels."""
        return tuple(one.token for one in self.statements)

    @property
    def configuration(self) -> Statement:
        """The subject's own statement."""
        return self.statements[0]

    @property
    def anchor_configuration(self) -> Statement:
        """The anchor's own statement."""
        return self.statements[-1]

    @property
    def jwks(self) -> Mapping[str, object]:
        """The subject's federation keys, as its immediate superior states them; of the anchor, its own."""
        return self.statements[min(1, len(self.statements) - 1)].jwks

    def statement_of(self, issuer: str, subject: str) -> Statement | None:
        """The statement of one entity about another, or about itself; None where the chain has none."""
        wanted = (issuer, subject)
        return next((one for one in self.statements if (one.iss, one.sub) == wanted), None)

    def metadata(self, kind: str) -> Mapping[str, object] | None:
        """What the chain makes of one entity type of its subject; None: the subject does not play it."""
        return self.resolved.get(kind)


def _code(reason: Reason | PolicyError) -> str:
    if reason is Reason.CHAIN_ANCHOR:
        return "invalid_trust_anchor"
    return INVALID_METADATA if isinstance(reason, InvalidMetadata) else "invalid_trust_chain"
