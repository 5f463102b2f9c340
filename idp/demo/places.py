"""Places: owns the map of the little country (names, hosts, ports). Starts nothing. Imports nothing of ours.

Every port follows from one base port, so that several countries can stand side by side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something with an address: a node, a portal or the board.

    Attributes:
        name: short, also its folder and its key prefix.
        host: what browsers see; a name under `.localhost` (RFC 6761 §6.3), so that each site has its own
            cookies.
        port: where it listens on the loopback address.
        title: by language.
        region: GB/T 2260 code, or None for what is nobody's home.
        node: for a portal, the name of the node that signs its visitors in.
        superior: the name of the node that states who it is; None for the anchor, and for a portal that
            speaks OpenID Connect only and is registered by hand.
        tls: whether it is served over https.
    """

    name: str
    host: str
    port: int
    title: Mapping[str, str]
    region: str | None = None
    node: str | None = None
    superior: str | None = None
    tls: bool = False

    @property
    def origin(self) -> str:
        """Scheme, host and port: a node's issuer."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    @property
    def listen(self) -> str:
        """Address and port to bind."""
        return f"{LOOPBACK}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """The whole map.

    Attributes:
        base: the base port; the board listens on it.
        folder: where the state is kept.
        tls: whether everything is served over https, with certificates of a throwaway authority.
        authorities: below the provinces; nobody signs in at them.
    """

    base: int
    folder: Path
    tls: bool
    board: Place
    anchor: Place
    hub: Place
    provinces: tuple[Place, ...]
    authorities: tuple[Place, ...]
    portals: tuple[Place, ...]
    directory: Place

    @property
    def nodes(self) -> tuple[Place, ...]:
        """Everything that `manyou serve` runs."""
        return (self.anchor, self.hub, *self.provinces, *self.authorities)

    @property
    def providers(self) -> tuple[Place, ...]:
        """Where people sign in, and relying parties register themselves."""
        return (self.hub, *self.provinces)

    @property
    def superiors(self) -> tuple[Place, ...]:
        """The nodes that state who others are, the anchor first."""
        return (self.anchor, *self.provinces, *self.authorities)

    @property
    def ports(self) -> Mapping[int, str]:
        """Who needs which port."""
        places = (self.board, *self.nodes, *self.portals, self.directory)
        return {place.port: place.name for place in places}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name of the country, the board's aside."""
        return tuple(place.host for place in (*self.nodes, *self.portals))

    @property
    def ca(self) -> Path | None:
        """The authority behind the certificates, when there are any."""
        return self.folder / "ca.pem" if self.tls else None

    def settings(self, node: Place) -> Path:
        """The settings file of a node."""
        return self.folder / node.name / "manyou.toml"

    def log(self, name: str) -> Path:
        """The log file of a node or a portal."""
        return self.folder / name / "log.jsonl"

    def node(self, name: str) -> Place:
        """The node of that name; KeyError when there is none."""
        return {node.name: node for node in self.nodes}[name]

    def below(self, node: Place) -> tuple[Place, ...]:
        """Whom a node states something about."""
        return tuple(place for place in (*self.nodes, *self.portals) if place.superior == node.name)


def country(base: int, folder: Path, *, tls: bool = False) -> Country:
    """Lay out the country from a base port (8400 gives the addresses of the documentation)."""
    site = partial(_site, tls)
    return Country(
        base=base,
        folder=folder,
        tls=tls,
        board=replace(site("board", base, ("演示看板", "Board")), host="localhost"),
        anchor=site("anchor", base + 1, ("国家信任锚", "National trust anchor")),
        hub=site("hub", base + 2, ("国家枢纽", "National hub"), superior="anchor"),
        provinces=(
            site("gd", base + 10, ("广东省", "Guangdong"), region="440000", superior="anchor"),
            site("zj", base + 20, ("浙江省", "Zhejiang"), region="330000", superior="anchor"),
        ),
        authorities=(
            site("gz", base + 30, ("广州市", "Guangzhou"), superior="gd"),
            site("gz-civil", base + 31, ("广州市民政局", "Guangzhou civil affairs"), superior="gz"),
        ),
        portals=_portals(site, base),
        directory=Place(
            name="directory",
            host=LOOPBACK,
            port=base - 11,
            title={"zh": "广东省民政厅目录", "en": "Guangdong civil affairs directory"},
            region="440000",
        ),
    )


def _portals(site: Callable[..., Place], base: int) -> tuple[Place, ...]:
    """One in each province, one three levels below a province, and one that no chain leads to."""
    gd, zj = {"region": "440000", "node": "gd"}, {"region": "330000", "node": "zj"}
    return (
        site("portal-gd", base + 11, ("岭南服务站", "Lingnan services"), superior="gd", **gd),
        site("portal-zj", base + 21, ("西湖服务站", "West Lake services"), superior="zj", **zj),
        site("portal-gz", base + 32, ("羊城服务站", "Guangzhou services"), superior="gz-civil", **gd),
        site("portal-plain", base + 12, ("珠江服务站", "Pearl River services"), **gd),
    )


def _site(
    tls: bool,
    name: str,
    port: int,
    title: tuple[str, str],
    *,
    region: str | None = None,
    node: str | None = None,
    superior: str | None = None,
) -> Place:
    """A place with a host name of its own."""
    return Place(
        name=name,
        host=f"{name}.localhost",
        port=port,
        title={"zh": title[0], "en": title[1]},
        region=region,
        node=node,
        superior=superior,
        tls=tls,
    )
