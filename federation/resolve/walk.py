"""Walk: owns one walk towards the anchors: its budgets, its steps, and each document it has seen. Imports
limits, report.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from federation.resolve.fetching import step
from federation.resolve.limits import Limits, Purse
from federation.resolve.report import Outcome, Source, Step
from federation.resolve.shelf import Absence, Name
from federation.statement import Statement


class Absent(Exception):
    """A document that was not to be had on this walk.

    Attributes:
        transient: whether another try may bring it.
    """

    def __init__(self, reason: str, section: str, *, transient: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.section = section
        self.transient = transient


@dataclass(slots=True)
class Walk:
    """One walk.

    Attributes:
        purse: what it may still spend.
        steps: what was done, in order.
        seen: documents and absences, so that nothing is asked for twice (OIDF §10.1).
        sources: where each came from.
        renewing: issuers that may be read anew on this walk.
        transient: whether anything failed that another try may bring.
        drops: how often anything was dropped before it began (`Held`).
    """

    purse: Purse
    timer: Callable[[], float]
    steps: list[Step] = field(default_factory=list)
    seen: dict[Name, Statement | Absent] = field(default_factory=dict)
    sources: dict[Name, Source] = field(default_factory=dict)
    asked: dict[Name, float] = field(default_factory=dict)
    renewing: dict[str, bool] = field(default_factory=dict)
    transient: bool = False
    began: float = 0.0
    drops: int = 0

    @classmethod
    def begin(cls, limits: Limits, timer: Callable[[], float], drops: int) -> "Walk":
        """A walk with whole budgets."""
        return cls(Purse(limits, timer), timer, began=timer(), drops=drops)

    def note(self, step: Step) -> None:
        """One more step."""
        self.steps.append(step)

    def absent(
        self,
        name: Name,
        outcome: Absence,
        reason: str,
        section: str,
        *,
        source: Source = "",
        url: str = "",
        took: float = 0.0,
    ) -> Absent:
        """That a document is not to be had, which holds for the rest of the walk."""
        absent = Absent(reason, section, transient=outcome == "unreachable")
        self.seen[name] = absent
        self.transient = self.transient or absent.transient
        told = step(name, source=source, outcome=outcome, reason=reason, section=section, url=url)
        self.note(replace(told, milliseconds=took))
        return absent

    def over(self, budget: str, issuer: str, subject: str, reason: str, *, transient: bool) -> None:
        """A budget was hit."""
        self.transient = self.transient or transient
        outcome: Outcome = "cut"
        self.note(
            Step(
                what="budget",
                issuer=issuer,
                subject=subject,
                outcome=outcome,
                reason=reason,
                section="18.1",
                budget=budget,
            )
        )

    def configurations(self) -> list[Name]:
        """What entities say of themselves, as far as it is not fresh."""
        return [name for name, source in self.sources.items() if name[0] == name[1] and source != "network"]

    def since(self, began: float) -> float:
        """Milliseconds since a moment of the timer."""
        return round((self.timer() - began) * 1000, 3)
