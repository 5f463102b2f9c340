"""Directory: owns the judgement of a name and a password over all ways in. Does not know pages, cookies,
sessions.

A source reports a `Person`; here it becomes our word, a `Citizen`. Every try is counted before any source is
asked; one that a source could not answer is taken back. Imports attempts, levels and the form of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from adapters.names import fold
from adapters.person import DirectoryUnavailable, Person, Source, acceptable
from idp import levels
from idp.attempts import Admitted, Refused
from idp.citizen import Citizen
from idp.errors import Unavailable

LOCAL = "account"  # the source of local accounts; no directory may have this name


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Right.

    Attributes:
        citizen: who it is.
        device: the browser's secret from now on (`Attempts.succeeded`), for a cookie of its own.
    """

    citizen: Citizen
    device: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """No source knows this name with this password. Never says which of the two was wrong."""


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many failures: nothing was asked.

    Attributes:
        retry_after: seconds until a try makes sense.
    """

    retry_after: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nobody said yes, and somebody who might have did not answer. Not counted against the person.

    Attributes:
        label: what a page calls the source that did not answer, by language.
        cause: for the log only.
    """

    label: Mapping[str, str]
    cause: str = ""


Outcome = Signed | Wrong | Locked | Unreachable


@runtime_checkable
class Knows(Protocol):
    """A source that can say whether it has a name, apart from any password."""

    def knows(self, username: str) -> bool:
        """Whether somebody here has this name; False as well while it cannot say."""
        ...


class Counts(Protocol):
    """Whoever counts tries (`idp.attempts.Attempts`)."""

    def admit(self, account: str, address: str, device: str | None, now: float) -> Admitted | Refused:
        """Counts a try before it is made."""

    def succeeded(self, admitted: Admitted) -> str:
        """The try was right."""

    def forgive(self, admitted: Admitted) -> None:
        """The try said nothing about the password."""


class Directory:
    """All ways in with a name and a password.

    Args:
        sources: in the order in which they are asked; the first that says yes ends it.
        attempts: counts the tries.
        issuer: ours, which the citizens are vouched for by.
        region: GB/T 2260 code that they are at home in.
    """

    def __init__(self, sources: Sequence[Source], attempts: Counts, *, issuer: str, region: str) -> None:
        self._sources = tuple(sources)
        self._attempts = attempts
        self._issuer = issuer
        self._region = region

    def check(self, username: str, password: str, *, address: str, device: str | None, now: float) -> Outcome:
        """What the sources say about this name and password.

        The same work is done whether or not somebody has the name: each source sees to that for itself, and
        a wrong password is taken to all of them.

        Args:
            username: as typed; it is counted, and asked for, in its one folded spelling.
            address: of the browser.
            device: the browser's secret from an earlier sign-in.
            now: seconds since 1970.

        Raises:
            Unavailable: the store, or the records of local accounts while no directory said yes.
        """
        name = fold(username)
        if not name or not acceptable(username, password):
            return Wrong()  # nobody can have these; counting them would only fill the store
        admitted = self._attempts.admit(name, address, device, now)
        if isinstance(admitted, Refused):
            return Locked(admitted.retry_after)
        try:
            asked = self._asked(name, password)
        except BaseException:
            self._attempts.forgive(admitted)
            raise
        if isinstance(asked, Unreachable):
            if not self._judged(name):
                self._attempts.forgive(admitted)
            return asked
        if asked is None:
            return Wrong()
        source, person = asked
        citizen = self._citizen(source, person, now)
        return Signed(citizen=citizen, device=self._attempts.succeeded(admitted))

    def _asked(self, name: str, password: str) -> tuple[Source, Person] | Unreachable | None:
        """The first source that says yes, and whom it means; None when all say no."""
        down: Unreachable | None = None
        broken: Unavailable | None = None
        for source in self._sources:
            try:
                person = source.check(name, password)
            except DirectoryUnavailable as error:
                down = down or Unreachable(source.label, f"{source.name}: {error.cause}")
            except Unavailable as error:  # our own records: the directories may still know the person
                broken = broken or error
            else:
                if person is not None:
                    return source, person
        if broken is not None:
            raise broken
        return down

    def _judged(self, name: str) -> bool:
        """Whether a source that did answer has this name, so that its no was about the password.

        Otherwise one directory's bad day would be everybody's chance to guess at the others without being
        counted.
        """
        try:
            return any(isinstance(source, Knows) and source.knows(name) for source in self._sources)
        except Unavailable:
            return False

    def _citizen(self, source: Source, person: Person, now: float) -> Citizen:
        return Citizen(
            source=LOCAL if source.name == LOCAL else f"directory:{source.name}",
            local_id=person.local_id,
            rl=person.rl,
            acr=levels.reached(person.rl, levels.Al.AL1),
            amr=("pwd",),
            auth_time=int(now),
            idp=self._issuer,
            home_region=self._region,
            claims=dict(person.attributes),
        )
