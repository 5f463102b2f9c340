"""Directory: owns what the country knows about its departmental directory: names, people. Does not serve it.

The people stand in an LDIF file. Passwords follow one rule, since a demo tells everybody theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = "civil"
BASE = "dc=gd,dc=example"
BIND_DN = "cn=manyou,ou=services,dc=gd,dc=example"
BIND_PASSWORD = "Manyou-2026-service"
LDIF = Path(__file__).parent / "data" / "guangdong.ldif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody of the country who can sign in.

    Attributes:
        username: at home.
        password: everybody may know it.
        name: in Chinese.
        home: GB/T 2260 code.
        source: `directory` or `account`.
        level: `RL1` to `RL5`.
    """

    username: str
    password: str
    name: str
    home: str
    source: str
    level: str


def residents(ldif: Path = LDIF) -> tuple[Resident, ...]:
    """Everybody in the directory, in its order."""
    return tuple(
        Resident(
            username=entry["uid"],
            password=f"Manyou-2026-{entry['uid']}",
            name=entry["cn"],
            home="440000",
            source="directory",
            level="RL3",
        )
        for entry in _entries(ldif)
        if "uid" in entry and "userPassword" in entry
    )


def _entries(ldif: Path) -> Iterator[dict[str, str]]:
    """The first value of each attribute of each entry (the file has no folded or encoded lines)."""
    for block in ldif.read_text("utf-8").split("\n\n"):
        entry: dict[str, str] = {}
        for line in block.splitlines():
            name, colon, value = line.partition(": ")
            if colon and not line.startswith("#"):
                entry.setdefault(name, value)
        yield entry
