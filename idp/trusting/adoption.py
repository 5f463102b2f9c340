"""Adoption: owns changing which keys of an anchor are pinned, after its own word and a second channel agree
(OIDF §11.3). Imports anchors, anchorwatch, federation.

1. What the anchor says of itself is believed as far as a pinned key signed it.
2. A second channel, which whoever controls the network does not control, must say the same: all keys of the
   one and of the other, by what they are. One key too many or too few refuses everything.
3. Keys are added. They are taken away only when that is asked for, and only those that the anchor does not
   list.
4. The file is replaced whole, so that whoever reads it meanwhile finds the one or the other.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from federation.keyset import Jwk, Jwks, members, prints, same
from federation.statement import Statement
from idp.trusting.anchors import Unreadable, parse_keys
from idp.trusting.anchorwatch import difference
from keys.encoding import JoseError, strict_json
from keys.jose import STATEMENT


class Refused(Exception):
    """Nothing was written; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A change of the pinned keys.

    Attributes:
        jwks: what is pinned from now on.
        added, removed: kids.
        kept: kids that are pinned still, though the anchor does not list them.
    """

    jwks: Jwks
    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def shown(text: bytes, anchor: str) -> Jwks:
    """The keys of a second channel: a key set, or what the anchor's `manyou federation show --json` prints.

    Raises:
        Refused: something else, or another entity's.
    """
    try:
        said = strict_json(text[: STATEMENT.size + 1], depth=STATEMENT.depth)
        if said.get("entity_id", anchor) != anchor:
            raise Refused(f"these are the keys of another entity, not of {anchor}")
        return parse_keys(json.dumps({"keys": _keys(said)}).encode())
    except (JoseError, Unreadable) as error:
        raise Refused(f"the second channel has no federation keys: {error}") from None


def _keys(said: Jwks) -> object:
    jwks = said.get("jwks", said)
    return jwks.get("keys") if isinstance(jwks, dict) else None


def adopt(pinned: Jwks, own: Statement, second: Jwks, *, drop_old: bool) -> Adoption:
    """Judge a change.

    Args:
        pinned: the keys of the file now.
        own: the anchor's configuration, verified by one of them.
        second: the keys of the second channel.
        drop_old: whether pinned keys that the anchor does not list are taken away.

    Raises:
        Refused: the two channels do not agree.
    """
    if not same(own.jwks, second):
        only = difference(second, own.jwks)
        raise Refused(
            f"the two channels do not agree, so nothing is adopted: only {own.sub} itself lists"
            f" {_named(only.unpinned)}, only the second channel {_named(only.dropped)}; somebody has to"
            " find out why before any key is believed"
        )
    found, before = difference(pinned, own.jwks), prints(pinned)
    fresh = [key for key in members(second) if str(key["kid"]) in found.unpinned]
    if any(key["kid"] in before for key in fresh):
        raise Refused("a kid that is pinned names another key there; a kid is never used twice")
    stay: list[Jwk] = [key for key in members(pinned) if not (drop_old and str(key["kid"]) in found.dropped)]
    return Adoption(
        jwks={"keys": [*stay, *fresh]},
        added=tuple(sorted(str(key["kid"]) for key in fresh)),
        removed=found.dropped if drop_old else (),
        kept=() if drop_old else found.dropped,
    )


def write(path: Path, jwks: Jwks) -> None:
    """Replace the file whole, with the rights that it had.

    Raises:
        Refused: it cannot be written.
    """
    try:
        mode = path.stat().st_mode & 0o777
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                json.dump({"keys": [dict(key) for key in members(jwks)]}, opened, indent=2)
                opened.write("\n")
                opened.flush()
                os.fsync(opened.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error.strerror})") from None


def _named(kids: tuple[str, ...]) -> str:
    return ", ".join(kids) or "nothing"
