"""Node: a whole anchor at which nobody signs in, put together from settings."""

from pathlib import Path

from flask.testing import FlaskClient

from idp import wiring
from idp.app import create_app
from idp.settings import load
from idp.store import Store
from idp.wiring import Node
from tests.federation.world import ANCHOR
from tests.idp.authority.place import Moved
from tests.idp.oauth.memory import MemoryStore

SETTINGS = f"""
issuer = "{ANCHOR}"
namespace = "{ANCHOR}"
data = "data"
[name]
zh = "锚"
en = "Anchor"
[keys]
kek_file = "kek"
[authority]
statement_life = 600
"""


def authority(folder: Path, store: Store | None = None, clock: Moved | None = None) -> Node:
    """The anchor with its own database in a folder."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "kek").write_bytes(bytes(32))
    (folder / "kek").chmod(0o600)
    (folder / "manyou.toml").write_text(SETTINGS, encoding="utf-8")
    clock = clock or Moved()
    return wiring.build(load(folder / "manyou.toml", {}), clock=clock, store=store or MemoryStore(clock))


def client(node: Node) -> FlaskClient:
    return create_app(node).test_client()
