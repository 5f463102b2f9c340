"""Pins: owns having every member of the demo adopt the anchor's new keys, as its people do with `manyou
federation anchor adopt`. Imports adoption.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from federation.entity_id import configuration_url
from federation.keyset import Jwks, same
from idp.demo.loopback import Reply
from idp.trusting import adoption
from idp.trusting.anchors import read_keys
from idp.trusting.anchorwatch import configuration

_TRIES = 30  # seconds: a key that was published this moment is in every process's configuration by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Where members have the anchor's keys.

    Attributes:
        anchor: its entity identifier.
        files: of nodes.
        members: of portals, which keep them with the rest of what they hold.
        shows: the second channel: what the anchor's own people see.
        fetch: makes one HTTP request.
        say: takes a line when something happens.
    """

    anchor: str
    files: Sequence[Path]
    members: Sequence[Path]
    shows: Callable[[], Jwks]
    fetch: Callable[..., Reply]
    say: Callable[[str], None]

    def adopt(self, *, drop_old: bool) -> None:
        """Every member has the anchor's keys of now.

        Raises:
            adoption.Refused: the anchor and its people do not say the same.
        """
        for path in self.files:
            change = self._agreed(read_keys(path), drop_old=drop_old)
            adoption.write(path, change.jwks)
            self._tell(path, change)
        for path in self.members:
            kept = json.loads(path.read_text())
            change = self._agreed(kept["anchors"][self.anchor], drop_old=drop_old)
            draft = path.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps({**kept, "anchors": {self.anchor: change.jwks}}, indent=2))
            draft.replace(path)
            self._tell(path, change)

    def _agreed(self, pinned: Jwks, *, drop_old: bool) -> adoption.Adoption:
        for left in reversed(range(_TRIES)):
            own = configuration(self._read, self.anchor, pinned, time.time())
            second = adoption.shown(json.dumps({"jwks": self.shows()}).encode(), self.anchor)
            if same(own.jwks, second) or not left:
                break
            time.sleep(1)
        return adoption.adopt(pinned, own, second, drop_old=drop_old)

    def _tell(self, path: Path, change: adoption.Adoption) -> None:
        kids = [kid[:8] for kid in (*change.added, *change.removed)]
        self.say(f"{path.parent.name}: {'changed pins ' + ', '.join(kids) if kids else 'nothing to adopt'}")

    def _read(self, entity_id: str) -> str:
        return self.fetch(configuration_url(entity_id)).body.decode("ascii", "replace").strip()
