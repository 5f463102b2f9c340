"""Values: owns reading members of a stranger's JSON in the one type that each may have. Does not know what
they mean.

A member that is absent or null is None (RFC 7592 §2.2). Refusals name the member and never repeat what is in
it.
"""

from collections.abc import Mapping
from typing import TypeVar

from idp.errors import WireError

LONGEST = 2048
"""Characters of one text."""

MOST = 50
"""Members of one list."""

Said = Mapping[str, object]
T = TypeVar("T", bound=str)


def wrong(field: str, text: str) -> WireError:
    """The refusal of a member (RFC 7591 §3.2.2)."""
    if field.startswith("redirect_uris"):
        return WireError("invalid_redirect_uri", f"{field}: {text}")
    return WireError("invalid_client_metadata", f"{field}: {text}")


def text(said: Said, name: str) -> str | None:
    """A text.

    Raises:
        WireError: anything else, or an empty or very long one.
    """
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise wrong(name, f"must be a text of at most {LONGEST} characters; or leave it out")
    return value


def texts(said: Said, name: str) -> tuple[str, ...] | None:
    """A list of texts, each once.

    Raises:
        WireError: anything else, or a very long one.
    """
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MOST:
        raise wrong(name, f"must be a list of at most {MOST} texts")
    if not all(isinstance(one, str) and 0 < len(one) <= LONGEST for one in value):
        raise wrong(name, f"must be a list of texts of at most {LONGEST} characters")
    return tuple(dict.fromkeys(value))


def flag(said: Said, name: str) -> bool:
    """True or false; absent is false.

    Raises:
        WireError: anything else, 1 and "true" included.
    """
    value = said.get(name)
    if value is None or isinstance(value, bool):
        return value is True
    raise wrong(name, "must be true or false")


def one_of(said: Said, name: str, known: tuple[T, ...]) -> T | None:
    """One of a few texts.

    Raises:
        WireError: anything else.
    """
    value = text(said, name)
    found = next((one for one in known if one == value), None)
    if value is not None and found is None:
        raise wrong(name, f"write {' or '.join(known)}")
    return found
