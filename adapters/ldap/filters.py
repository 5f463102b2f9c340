"""Filters: owns how a user name gets into a search filter, and whether what was found is what was meant."""

import re

from ldap3.utils.conv import escape_filter_chars

from adapters.mapping import Values
from adapters.names import fold

_PLACE = "{username}"
_TERM = re.compile(r"\(\s*([A-Za-z][A-Za-z0-9-]*)\s*=([^()]*\{username\}[^()]*)\)")


class Template:
    """A filter with places for the name (RFC 4515).

    Args:
        text: such as `(&(objectClass=person)(uid={username}))`.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._terms = tuple((name.lower(), value) for name, value in _TERM.findall(text))

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that the name is compared with, in lower case."""
        return tuple(dict.fromkeys(name for name, _ in self._terms))

    def filled(self, username: str) -> str:
        """The filter for this name, which stays one value whatever it contains: the only place that
        escapes.
        """
        return self._text.replace(_PLACE, str(escape_filter_chars(username)))

    def meant(self, username: str, values: Values) -> bool:
        """Whether the entry really bears this name.

        Servers compare loosely (some ignore accents): a spelling that they accept and we count apart would
        be a fresh set of guesses at the same account.
        """
        return any(
            fold(held) == fold(term.replace(_PLACE, username))
            for name, term in self._terms
            for held in values.get(name, ())
        )
