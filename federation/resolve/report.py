"""Report: owns what is said about a walk: every step in order, and what came of it. Imports chain."""

from dataclasses import dataclass
from typing import Literal

from federation.chain import TrustChain

What = Literal["configuration", "statement", "hints", "chain", "supplied", "mark", "budget"]
Source = Literal["", "network", "shared cache", "memory", "supplied"]
Outcome = Literal["ok", "refused", "not found", "unreachable", "cut"]
Verdict = Literal["trusted", "untrusted", "unreachable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done on the way.

    Attributes:
        what: a document that was wanted, hints that were read, a chain or mark that was
            judged, a budget.
        issuer, subject: of the document; the ends of a path.
        source: where the document came from.
        outcome: what came of it.
        reason: a sentence for an engineer; empty where all is well.
        section: of OpenID Federation 1.0.
        milliseconds: that it took.
        url: what was asked, if something was.
        hop: the statement of the chain that failed, 0 the subject's own.
        budget: the one that was hit, by its name in `Limits`.
        code: for programs (OIDF §8.9), of a chain that was refused.
    """

    what: What
    issuer: str
    subject: str
    source: Source = ""
    outcome: Outcome = "ok"
    reason: str = ""
    section: str = ""
    milliseconds: float = 0.0
    url: str = ""
    hop: int | None = None
    budget: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole walk.

    Attributes:
        subject: whose trust was asked for.
        steps: in order.
        verdict: `untrusted` is a definite no, `unreachable` that nobody can say now.
        chain: the one that was chosen.
        code: for programs (OIDF §8.9); empty for a chain.
        reason, section: of the verdict, from the step that weighs most.
        fetches: requests that were made.
        retry_after: seconds after which asking again makes sense.
        milliseconds: of the walk.
    """

    subject: str
    steps: tuple[Step, ...]
    verdict: Verdict
    chain: TrustChain | None
    code: str
    reason: str
    section: str
    fetches: int
    retry_after: int
    milliseconds: float

    @property
    def budgets(self) -> tuple[str, ...]:
        """The budgets that were hit."""
        return tuple(dict.fromkeys(step.budget for step in self.steps if step.budget))


class _Refusal(Exception):
    def __init__(self, report: Report) -> None:
        super().__init__(
            f"{report.subject}: {report.reason}" + (f" (OIDF §{report.section})" if report.section else "")
        )
        self.report = report

    @property
    def retry_after(self) -> int:
        """Seconds after which asking again makes sense."""
        return self.report.retry_after


class Untrusted(_Refusal):
    """No chain leads from the entity to an anchor: a definite no.

    Attributes:
        report: how that was found.
    """


class Unreachable(_Refusal):
    """Nobody can say now whether the entity is trusted; another try may (OIDF §10.5).

    Attributes:
        report: who did not answer.
    """
