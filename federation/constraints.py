"""Constraints: owns what a superior demands of the chains below it (OIDF §6.2). Pure. Imports errors.

Every statement's constraints are applied by themselves; a constraint that we do not know is ignored.
 1. `max_path_length`: how many intermediates may stand between the issuer and the chain's subject (§6.2.1).
 2. `naming_constraints`: the hosts that entity identifiers below the issuer may have (§6.2.2, RFC 5280
    §4.2.1.10); what is excluded stays so whatever is permitted, and a host that is no name is refused.
 3. `allowed_entity_types`: strips all other types from the subject's metadata; refuses nothing (§6.2.3).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from federation.errors import Invalid, Reason, require

Metadata = Mapping[str, Mapping[str, object]]

_ALWAYS = "federation_entity"
_NAME = re.compile(r"\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
# RFC 3696 §2: the last label of a host name is never all digits, so such a text is an address.
_ADDRESS = re.compile(r"(.*\.)?[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """The constraints of one statement; None: it says nothing.

    Attributes:
        max_path_length: intermediates.
        permitted, excluded: hosts, or domains with a dot in front; in lower case.
        allowed_entity_types: besides `federation_entity`.
    """

    max_path_length: int | None = None
    permitted: tuple[str, ...] | None = None
    excluded: tuple[str, ...] | None = None
    allowed_entity_types: frozenset[str] | None = None

    def check(self, below: Sequence[str]) -> None:
        """Judge the chain below the statement's issuer.

        Args:
            below: its entities, the chain's subject first, the statement's subject last.

        Raises:
            Invalid: `MAX_PATH_LENGTH` or `NAMING_CONSTRAINTS`.
        """
        longest = self.max_path_length
        require(longest is None or len(below) - 1 <= longest, Reason.MAX_PATH_LENGTH)
        require(all(self._names(entity_id) for entity_id in below), Reason.NAMING_CONSTRAINTS)

    def strip(self, metadata: Metadata) -> Metadata:
        """The metadata without the entity types that are not allowed."""
        allowed = self.allowed_entity_types
        if allowed is None:
            return metadata
        return {kind: value for kind, value in metadata.items() if kind in allowed or kind == _ALWAYS}

    def _names(self, entity_id: str) -> bool:
        if self.permitted is None and self.excluded is None:
            return True
        # The root's dot names the same host, and would otherwise lead around what is excluded.
        host = (urlsplit(entity_id).hostname or "").removesuffix(".")
        if not _NAME.fullmatch(host) or _ADDRESS.fullmatch(host):
            return False
        if any(_within(host, name) for name in self.excluded or ()):
            return False
        return self.permitted is None or any(_within(host, name) for name in self.permitted)


def is_name(text: str) -> bool:
    """Whether a naming constraint may have this host or domain, in whatever case."""
    return text.isascii() and _NAME.fullmatch(text.lower()) is not None


def read(claims: Mapping[str, object]) -> Constraints:
    """The constraints in the claims of a statement.

    Raises:
        Invalid: `CONSTRAINTS`: one that we know is malformed. To ignore it would be to lift it.
    """
    said = _object(claims.get("constraints", {}))
    longest = said.get("max_path_length")
    if "max_path_length" in said and (
        not isinstance(longest, int) or isinstance(longest, bool) or longest < 0
    ):
        raise Invalid(Reason.CONSTRAINTS)
    naming = _object(said.get("naming_constraints", {}))
    types = _texts(said, "allowed_entity_types")
    require(types is None or _ALWAYS not in types, Reason.CONSTRAINTS)
    return Constraints(
        max_path_length=longest if isinstance(longest, int) else None,
        permitted=_hosts(naming, "permitted"),
        excluded=_hosts(naming, "excluded"),
        allowed_entity_types=None if types is None else frozenset(types),
    )


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Invalid(Reason.CONSTRAINTS)
    return value


def _texts(said: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    if name not in said:
        return None
    value = said[name]
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise Invalid(Reason.CONSTRAINTS)
    return tuple(value)


def _hosts(naming: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    """A URL in the place of a host would match nothing: where it is excluded, it would exclude nothing."""
    hosts = _texts(naming, name)
    require(hosts is None or all(map(is_name, hosts)), Reason.CONSTRAINTS)
    return None if hosts is None else tuple(host.lower() for host in hosts)


def _within(host: str, name: str) -> bool:
    """A dot in front means one or more labels before it, none means exactly this host."""
    return host.endswith(name) if name.startswith(".") else host == name
