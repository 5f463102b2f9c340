"""Tree: owns the entries and where they stand. Does not know the wire or who asks."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.ldap import dn
from adapters.ldap.embedded import ldif

BASE, LEVEL, SUBTREE = 0, 1, 2
OPERATIONAL = frozenset(("entryuuid", "memberof", "entrydn", "hassubordinates"))
_MEMBERS = ("member", "uniquemember")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name as it is written, and its values."""

    name: str
    values: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its DN as written and as compared, and its attributes by name in lower case."""

    text: str
    name: dn.Dn
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def values(self, attribute: str) -> list[bytes]:
        """What it holds under this name, in whatever case."""
        held = self.attributes.get(attribute.lower())
        return held.values if held else []

    def add(self, attribute: str, value: bytes) -> None:
        """Keeps one more value; used while the tree is built."""
        self.attributes.setdefault(attribute.lower(), Attribute(attribute)).values.append(value)


class Tree:
    """Entries by name. Groups' members learn of their groups (`memberOf`) when the tree is built.

    Args:
        records: parents before children.

    Raises:
        ldif.BadLdif: an entry has no name, two have the same one, or one hangs in the air.
    """

    def __init__(self, records: Iterable[ldif.Record]) -> None:
        self._entries: dict[dn.Dn, Entry] = {}
        self.suffixes: list[Entry] = []
        for record in records:
            self._grow(record)
        for entry in self._entries.values():
            for member in (m for attribute in _MEMBERS for m in entry.values(attribute)):
                self._join(member, entry)

    @classmethod
    def of(cls, path: Path) -> "Tree":
        """The tree of an LDIF file.

        Raises:
            ldif.BadLdif: the file is wrong.
            OSError: it cannot be read.
        """
        return cls(ldif.read(path))

    def find(self, name: dn.Dn) -> Entry | None:
        """The entry of this name."""
        return self._entries.get(name)

    def below(self, base: dn.Dn, scope: int) -> Iterator[Entry]:
        """The entries in the scope, always in the same order."""
        depth = len(base)
        for name, entry in self._entries.items():
            if not dn.within(name, base):
                continue
            if (
                scope == SUBTREE
                or (scope == BASE and len(name) == depth)
                or (scope == LEVEL and len(name) == depth + 1)
            ):
                yield entry

    def _grow(self, record: ldif.Record) -> None:
        try:
            name = dn.parse(record.dn)
        except dn.BadDn as error:
            raise ldif.BadLdif(f"{record.dn}: {error}") from error
        if not name or name in self._entries:
            raise ldif.BadLdif(f"{record.dn}: written twice")
        entry = Entry(record.dn, name)
        for attribute, value in record.values:
            entry.add(attribute, value)
        if not entry.values("entryUUID"):
            entry.add("entryUUID", str(uuid.uuid5(uuid.NAMESPACE_X500, record.dn)).encode())
        entry.add("entryDN", record.dn.encode())
        if not any(dn.within(name, suffix.name) for suffix in self.suffixes):
            self.suffixes.append(entry)
        elif name[1:] not in self._entries:
            raise ldif.BadLdif(f"{record.dn}: its parent is not there")
        self._entries[name] = entry

    def _join(self, member: bytes, group: Entry) -> None:
        try:
            person = self._entries.get(dn.parse(member.decode()))
        except (dn.BadDn, UnicodeDecodeError):
            return
        if person is not None:
            person.add("memberOf", group.text.encode())


def root(suffixes: Iterable[Entry], more: Mapping[str, Iterable[str]]) -> Entry:
    """The root DSE, which says what the server offers (RFC 4512 §5.1)."""
    entry = Entry("", ())
    entry.add("objectClass", b"top")
    for suffix in suffixes:
        entry.add("namingContexts", suffix.text.encode())
    for attribute, values in more.items():
        for value in values:
            entry.add(attribute, value.encode())
    return entry
