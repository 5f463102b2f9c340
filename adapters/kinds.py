"""Kinds: owns which kinds of directory there are. A new kind is one line here and a folder of its own."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.config import DirectoryConfig
from adapters.person import Source

RESERVED = ("account",)  # local accounts: a directory of that name could speak for them


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind judges its settings, and how it makes a source of them."""

    problems: Callable[[DirectoryConfig], list[str]]
    open: Callable[[DirectoryConfig, Callable[[], float]], Source]


def _ldap_problems(config: DirectoryConfig) -> list[str]:
    from adapters.ldap.settings import problems as found  # only nodes with such a directory load its library

    return found(config)


def _ldap_source(config: DirectoryConfig, clock: Callable[[], float]) -> Source:
    from adapters.ldap.source import LdapSource

    return LdapSource.opened(config, clock)


KINDS: Mapping[str, Kind] = {"ldap": Kind(_ldap_problems, _ldap_source)}


def problems(config: DirectoryConfig) -> list[str]:
    """Everything that is wrong with these settings, each with what to write instead."""
    found = []
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", config.name) or config.name in RESERVED:
        found.append("name: use lower-case letters, digits and hyphens, and not the word account")
    if not 1 <= config.rl <= 5:
        found.append("rl: write the identity level of its people, 1 to 5")
    kind = KINDS.get(config.kind)
    if kind is None:
        return [*found, f"kind: {config.kind!r} is not known; write {' or '.join(map(repr, KINDS))}"]
    return [*found, *kind.problems(config)]


def open_source(config: DirectoryConfig, clock: Callable[[], float] = time.monotonic) -> Source:
    """The source that these settings describe; nothing is connected yet.

    Args:
        clock: seconds, never going back.

    Raises:
        ValueError: the settings have problems; its text names all of them.
    """
    if found := problems(config):
        raise ValueError(f"directory {config.name!r}: " + "; ".join(found))
    return KINDS[config.kind].open(config, clock)
