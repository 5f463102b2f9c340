"""World: puts the country together: hub, Guangdong, Zhejiang, a portal in each, real parts but for the sockets."""

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapters.memory import MemorySource
from adapters.person import Person
from idp import wiring
from idp.app import create_app
from idp.client import Client
from idp.settings import Settings, load
from idp.store import ValkeyStore
from idp.wiring import Node
from tests.country.browser import Browser, Page
from tests.country.network import Network
from tests.country.site import Site

ANCHOR = "http://anchor.localhost:8401"
HUB, GD, ZJ = "http://hub.localhost:8402", "http://gd.localhost:8410", "http://zj.localhost:8420"
PORTAL_GD, PORTAL_ZJ = "http://portal-gd.localhost:8411", "http://portal-zj.localhost:8421"
NAMES = {HUB: ("国家枢纽", "National hub"), GD: ("广东省", "Guangdong"), ZJ: ("浙江省", "Zhejiang")}
ALL_NAMES = {**NAMES, ANCHOR: ("国家信任锚", "National trust anchor")}
REGIONS = {GD: "440000", ZJ: "330000"}
PEERS = {HUB: (GD, ZJ), GD: (HUB,), ZJ: (HUB,)}


class AtOnce(Executor):
    """Runs what is submitted before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def person(name: str, number: str, rl: int = 3) -> Person:
    family, given = name[0], name[1:]
    claims = {"name": name, "family_name": family, "given_name": given, "email": f"{number}@gd.example"}
    return Person(local_id=number, attributes=claims, rl=rl)


class World:
    """The country. Sign-in names: `lihua`, `chenjie` (Guangdong), `wangfang` (Zhejiang); passwords `right`.

    Args:
        folder: where `found` was run.
        prefix: of the keys in the store, nobody else's.
    """

    members: tuple[str, ...] = tuple(NAMES)

    def __init__(self, valkey_url: str, folder: Path, prefix: str) -> None:
        self.clock = Clock()
        self.network = Network()
        self._valkey = valkey_url
        self._prefix = prefix
        self._folder = folder
        self.directory = MemorySource(
            name="civil",
            label={"zh": "目录", "en": "Directory"},
            people={"lihua": ("right", person("李华", "1001")), "chenjie": ("right", person("陈杰", "1002"))},
        )
        self.accounts = MemorySource(
            name="account",
            label={"zh": "账号", "en": "Accounts"},
            people={"wangfang": ("right", person("王芳", "2001", 4))},
        )
        self.stores: dict[str, ValkeyStore] = {}
        self.nodes: dict[str, Node] = {}
        for issuer in self.members:
            self.stores[issuer] = ValkeyStore(valkey_url, f"{prefix}-{_short(issuer)}")
            self.nodes[issuer] = self._build(issuer)
            self.network.add(issuer, create_app(self.nodes[issuer]))
        self.portal_gd = self.site(PORTAL_GD, GD, "portal-gd")
        self.portal_zj = self.site(PORTAL_ZJ, ZJ, "portal-zj")

    def browser(self) -> Browser:
        """A new browser without a cookie."""
        return Browser(self.network)

    def site(self, url: str, issuer: str, client_id: str, **changes: Any) -> Site:
        """Register a relying party and start it; `secret=None` makes it public."""
        secret = changes.pop("secret", "s3cret-" + client_id)
        site = Site(self.network, url, issuer, client_id, secret)
        fields: dict[str, Any] = {
            "client_id": client_id,
            "name": {"zh": client_id, "en": client_id},
            "redirect_uris": (site.redirect_uri,),
            "auth_method": "client_secret_basic" if secret else "none",
            "secret_sha256": hashlib.sha256(secret.encode()).hexdigest() if secret else "",
            "post_logout_redirect_uris": (f"{url}/",),
            "backchannel_logout_uri": f"{url}/backchannel-logout",
            "client_uri": f"{url}/",
            **changes,
        }
        assert self.nodes[issuer].records.clients.add(Client(**fields))
        return site

    def advance(self, seconds: float) -> None:
        """Move the clock, the store's lifetimes with it."""
        self.clock.now += seconds
        for store in self.stores.values():
            _age(store, seconds)

    @contextmanager
    def stopped(self, *origins: str) -> Iterator[None]:
        """These servers do not answer meanwhile."""
        self.network.down |= set(origins)
        self.advance(5)
        yield
        self.network.down -= set(origins)
        self.advance(5)

    def sign_in(
        self, browser: Browser, site: Site, username: str, password: str = "right", **params: str
    ) -> Page:
        """Press the site's sign-in and type a name and a password."""
        query = "&".join(f"{name}={value}" for name, value in params.items())
        page = browser.get(f"{site.url}/login?{query}")
        return browser.submit(page, username=username, password=password)

    def close(self) -> None:
        for node in self.nodes.values():
            node.records.database.close()
        for store in self.stores.values():
            store.close()

    def _settings(self, issuer: str) -> Settings:
        prefix = f"{self._prefix}-{_short(issuer)}"
        return settings_of(issuer, self._folder, store_url=self._valkey, prefix=prefix, introduced=True)

    def _build(self, issuer: str) -> Node:
        sources = {GD: (self.directory,), ZJ: (self.accounts,)}.get(issuer, ())
        return wiring.build(
            self._settings(issuer),
            clock=self.clock,
            store=self.stores[issuer],
            outbound=self.network,
            pool=AtOnce(),
            sources=sources,
        )


def found(folder: Path) -> None:
    """Give every node its keys, and its federation keys to those who are to know them; slow, and done once."""
    for issuer in ALL_NAMES:
        alone = ["[authority]"] if issuer == ANCHOR else None
        settings = settings_of(
            issuer, folder, store_url="redis://127.0.0.1:1", prefix="none", introduced=False, more=alone
        )
        records = wiring.open_records(settings, clock=Clock())
        jwks = records.rings.federation().jwks(Clock()())
        if settings.provider:
            records.rings.oidc()
        (folder / f"{_short(issuer)}.jwks.json").write_text(json.dumps(jwks))
        records.database.close()


def settings_of(
    issuer: str,
    folder: Path,
    *,
    store_url: str,
    prefix: str,
    introduced: bool,
    more: list[str] | None = None,
) -> Settings:
    """The settings of a node of the country, written to a file and read as ever.

    Args:
        more: lines about whom it trusts; None names its peers with their keys.
    """
    short, (zh, en) = _short(issuer), ALL_NAMES[issuer]
    lines = [f'issuer = "{issuer}"', 'namespace = "http://anchor.localhost:8401"', f'data = "{short}"']
    if issuer in REGIONS:
        lines += [f'region = "{REGIONS[issuer]}"', "registration = { dynamic = true }"]
    lines += [f'[name]\nzh = "{zh}"\nen = "{en}"', f'[store]\nurl = "{store_url}"\nprefix = "{prefix}"']
    lines += [f'[records]\nurl = "sqlite:///{short}/manyou.sqlite"', f'[keys]\nkek_file = "{short}/kek"']
    lines.append(f"[accounts]\nenabled = {'true' if issuer in REGIONS else 'false'}")
    lines += [_peer(peer) for peer in PEERS[issuer]] if more is None else more
    (folder / short).mkdir(exist_ok=True)
    kek = folder / short / "kek"
    if not kek.exists():
        kek.write_bytes(hashlib.sha256(short.encode()).digest())
        kek.chmod(0o600)
    path = folder / f"{short}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return load(path, {}, check_files=introduced)


def _peer(peer: str) -> str:
    region = f'region = "{REGIONS[peer]}"\n' if peer in REGIONS else ""
    zh, en = NAMES[peer]
    return (
        f'[[peer]]\nissuer = "{peer}"\njwks_file = "{_short(peer)}.jwks.json"\n{region}'
        f'[peer.name]\nzh = "{zh}"\nen = "{en}"'
    )


def _short(issuer: str) -> str:
    return issuer.split("//")[1].split(".")[0]


_AGE = """
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. '*', 'COUNT', 500)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local left = redis.call('PTTL', key) - tonumber(ARGV[2])
    if left <= 0 then redis.call('DEL', key) else redis.call('PEXPIRE', key, left) end
  end
until cursor == '0'
return 1
"""


def _age(store: ValkeyStore, seconds: float) -> None:
    store._do("EVAL", _AGE, "0", store._prefix, str(int(seconds * 1000)))
