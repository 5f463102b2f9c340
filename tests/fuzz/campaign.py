"""Campaign: owns running the targets over spoilt input, counting, and keeping what went wrong.

Changing JSON by its structure costs more than reading it, so that each changed thing is then spoilt byte by
byte several times before the next one is made.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.fuzz import targets
from tests.fuzz.corpus import (
    chain_of,
    federation,
    key_sets,
    statement,
    statement_ring,
    taken_apart,
    tokens,
    trust_mark,
)
from tests.fuzz.mutator import Mutator
from tests.keys.forge import NOW

VARIANTS = 16
"""Inputs made of one change of structure."""

KEPT = 20
"""Findings of one kind that are kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An exception that no target promises."""

    target: str
    cause: str
    input: str


@dataclass(slots=True)
class Tally:
    """What a campaign did."""

    executions: Counter[str] = field(default_factory=Counter)
    exceptions: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.executions.total()


class Campaign:
    """A run over all targets.

    Args:
        seed: of the dice.
    """

    def __init__(self, seed: int) -> None:
        self._mutator = Mutator(seed)
        own = statement_ring()
        self._tokens = tokens()
        self._statement = taken_apart(statement(own))
        self._statements = targets.statement_target(own.jwks(NOW))
        self._sets = key_sets()
        country = federation()
        lawful, issuer = chain_of(country), country.verify(chain_of(country, "gd"))
        self._links = [
            (targets.chain_target(lawful, hop, country.anchors), taken_apart(text))
            for hop, text in enumerate(lawful)
        ]
        self._mark = taken_apart(trust_mark(country))
        self._marks = targets.mark_target(issuer, country.id_of("portal"))
        self.tally = Tally()

    def run(self, executions: int, seconds: float, each: Callable[[Tally], None]) -> Tally:
        """Go on until so many executions or seconds; `each` is told now and then."""
        begun, told = time.monotonic(), 0
        with targets.signed_by_anybody():
            for name, target, text in self._inputs():
                self._execute(name, target, text)
                if self.tally.total & 4095 == 0 or self.tally.total >= executions:
                    self.tally.seconds = time.monotonic() - begun
                    if self.tally.total >= executions or self.tally.seconds >= seconds:
                        break
                    if self.tally.total - told >= 250_000:
                        told = self.tally.total
                        each(self.tally)
        return self.tally

    def _execute(self, name: str, target: targets.Target, text: str) -> None:
        self.tally.executions[name] += 1
        try:
            target(text)
        except Exception:  # whatever it is, it is what we look for
            self.tally.exceptions += 1
            if len(self.tally.findings) < KEPT:
                self.tally.findings.append(Finding(name, traceback.format_exc(limit=-3), text))

    def _inputs(self) -> Iterator[tuple[str, targets.Target, str]]:
        spoil = self._mutator
        while True:
            token = spoil.token(self._tokens[spoil.below(len(self._tokens))])
            for turn in range(VARIANTS):
                text = spoil.text(token)
                yield ("verify", targets.verify, text) if turn % 3 else ("peek", targets.peek, text)
            stated = self._statement if spoil.chance(2) else spoil.token(self._statement)
            yield "statement", self._statements, spoil.text(stated)
            link, stated = self._links[spoil.below(len(self._links))]
            yield "chain", link, spoil.text(stated if spoil.chance(2) else spoil.token(stated))
            shown = self._mark if spoil.chance(2) else spoil.token(self._mark)
            yield "trust mark", self._marks, spoil.text(shown)
            plain = spoil.structure(self._sets[spoil.below(len(self._sets))])
            yield "key set", targets.key_set, plain.decode("utf-8", "surrogatepass")
            yield "key set", targets.key_set, spoil.data(plain).decode("utf-8", "replace")
            for part in (token.payload, plain[:400]):
                yield "encoding", targets.encoding, spoil.data(part).decode("utf-8", "replace")
