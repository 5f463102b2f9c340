"""Person: owns the form of a department's word about somebody, and the one way to ask for it.

Does not know how a directory is asked, nor what we make of its answer. Imports nothing of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

MAX_USERNAME = 256  # characters
MAX_PASSWORD = 1024  # bytes of UTF-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A department's word about somebody, unjudged.

    Attributes:
        local_id: unique in its source and never given to another person; not the user name, which may change
        hands.
        attributes: OIDC claims by name, as the source's mapping made them.
        groups: names of the groups that the directory lists the person in.
        rl: identity level, 1 to 5, at which the source vouches for its people.
    """

    local_id: str
    attributes: Mapping[str, object] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    rl: int


class Source(Protocol):
    """A place where people have passwords."""

    @property
    def name(self) -> str:
        """Short and stable: it is part of what a person is known by."""

    @property
    def label(self) -> Mapping[str, str]:
        """What a page calls it, by language (`zh`, `en`)."""

    def check(self, username: str, password: str) -> Person | None:
        """The person who has this name and password; None when there is none.

        The same work is done whether or not the name exists, so that time does not tell names apart.

        Raises:
            DirectoryUnavailable: it cannot say at the moment.
        """


class DirectoryUnavailable(Exception):
    """The directory cannot say yes or no at the moment: never to be counted against the person.

    Args:
        cause: for the log only; contains no password and no name of a person.
    """

    def __init__(self, cause: str) -> None:
        super().__init__("directory unavailable")
        self.cause = cause


def acceptable(username: str, password: str) -> bool:
    """Whether these two may be sent anywhere at all.

    An empty password is an *unauthenticated bind*, to which servers answer success (RFC 4513 §5.1.2); NUL
    ends a string early in servers written in C; very long ones are only there to make a hash expensive.
    """
    if not 0 < len(username) <= MAX_USERNAME or not 0 < len(password) <= MAX_PASSWORD:
        return False
    if "\0" in username or "\0" in password:
        return False
    try:
        username.encode()
        return len(password.encode()) <= MAX_PASSWORD
    except UnicodeEncodeError:  # lone surrogates
        return False
