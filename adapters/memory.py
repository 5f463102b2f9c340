"""Memory: a source that holds its people itself, for tests and for the country in memory. Judges nothing."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.names import fold
from adapters.person import DirectoryUnavailable, Person, acceptable


@dataclass(slots=True, kw_only=True)
class MemorySource:
    """People by user name.

    Attributes:
        name: of the source.
        label: for pages, by language.
        people: user name to password and person.
        down: while it is set, the source answers as an unreachable directory does.
    """

    name: str
    label: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, tuple[str, Person]]
    down: bool = False

    def check(self, username: str, password: str) -> Person | None:
        """The person who has this name and password.

        Raises:
            DirectoryUnavailable: while `down` is set.
        """
        if not acceptable(username, password):
            return None
        if self.down:
            raise DirectoryUnavailable("down")
        known = {fold(name): entry for name, entry in self.people.items()}
        expected, person = known.get(fold(username), (None, None))
        same = hmac.compare_digest((expected or "").encode(), password.encode())
        return person if same and expected is not None else None

    def knows(self, username: str) -> bool:
        """Whether somebody here has this name; False as well while it is down."""
        lawful = acceptable(username, "-") and not self.down
        return lawful and fold(username) in {fold(name) for name in self.people}
