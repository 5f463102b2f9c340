"""Superior: owns measuring what a real authority with many subordinates costs: fetch, pages, a crawl of
changes. Imports app, wiring, settings, figures.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

from federation.authority import Subordinate
from idp import wiring
from idp.app import create_app
from idp.clock import Clock
from idp.settings import load
from idp.simulated.figures import Figure, spread, timed
from idp.wiring import Node
from idp.wiring.authority import Authority
from keys.key import generate
from keys.ring import KeyRing

ISSUER = "http://anchor.localhost:8401"
PAGE = 1000
CHANGED = 25
BY = "simulation"
_SETTINGS = f"""
issuer = "{ISSUER}"
namespace = "{ISSUER}"
data = "data"
[name]
zh = "锚"
en = "Anchor"
[keys]
kek_file = "kek"
[authority]
"""


class Ahead:
    """The machine's clock, and what it is moved ahead by, seconds: changes are told apart by these."""

    def __init__(self) -> None:
        self.by = 0.0

    def __call__(self) -> float:
        return time.time() + self.by


@contextmanager
def founded(clock: Clock) -> Iterator[Node]:
    """An anchor with a database of its own in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="manyou") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "kek").write_bytes(bytes(32))
        (folder / "kek").chmod(0o600)
        (folder / "manyou.toml").write_text(_SETTINGS, encoding="utf-8")
        node = wiring.build(load(folder / "manyou.toml", {}), clock=clock)
        try:
            yield node
        finally:
            node.stop()
            node.records.database.close()


def figures(count: int) -> Iterator[Figure]:
    """What an authority over so many subordinates costs."""
    clock = Ahead()
    with founded(clock) as node:
        authority = node.federation.authority
        if authority is None:
            raise ValueError("the settings make no authority")
        names = [f"https://s{number}.example" for number in range(count)]
        began = time.perf_counter()
        for one in names:
            authority.registry.add(_subordinate(one), by=BY)
        yield Figure(what="subordinates of one authority", value=count, unit="")
        yield _each("register one", began, count)
        began = time.perf_counter()
        while authority.statements.renew():
            pass
        yield _each("sign one statement ahead", began, count)
        yield from _asked(create_app(node), names)
        yield from _changes(create_app(node), authority, names, clock)


def _asked(client: WSGIApplication, names: Sequence[str]) -> Iterator[Figure]:
    fetched = [timed(lambda of=one: _get(client, f"/federation/fetch?sub={quote(of)}")) for one in names]  # type: ignore[misc]
    yield from spread("fetch of a statement signed ahead", fetched, 20.0)
    url = f"/federation/extended-list?limit={PAGE}&claims=subordinate_statement"
    pages = [timed(lambda: _get(client, url)) for _ in range(20)]
    yield from spread(f"page of {min(PAGE, len(names)):,} with statements", pages, 300.0)


def _changes(
    client: WSGIApplication, authority: Authority, names: Sequence[str], clock: Ahead
) -> Iterator[Figure]:
    clock.by += 10
    since = int(clock()) - 1
    changed = names[:: max(1, len(names) // CHANGED)]
    for one in changed:
        authority.registry.change(one, lambda known: replace(known, kinds=("openid_provider",)), by=BY)
    authority.statements.renew()
    took = timed(lambda: _crawl(client, since))
    found, pages = _crawl(client, since)
    yield Figure(what="subordinates that changed", value=len(changed), unit="")
    yield Figure(what="entries in a crawl of changes", value=found, unit="", bound=len(changed))
    yield Figure(what="pages of that crawl", value=pages, unit="", bound=1)
    yield Figure(what="crawl of changes", value=took, unit="ms")


def _crawl(client: WSGIApplication, since: int) -> tuple[int, int]:
    found, pages, cursor = 0, 0, ""
    while True:
        said = _get(
            client, f"/federation/extended-list?updated_after={since}&claims=subordinate_statement{cursor}"
        )
        entries = said["immediate_subordinate_entities"]
        found, pages = found + (len(entries) if isinstance(entries, list) else 0), pages + 1
        if "next" not in said:
            return found, pages
        cursor = f"&from={quote(str(said['next']))}"


def _get(client: WSGIApplication, url: str) -> Mapping[str, object]:
    """One request through the whole application, without a socket."""
    parts, told = urlsplit(url), list[str]()
    environ: dict[str, Any] = {"PATH_INFO": parts.path, "QUERY_STRING": parts.query}
    environ["HTTP_HOST"] = urlsplit(ISSUER).netloc
    setup_testing_defaults(environ)

    def start(status: str, _headers: object, _error: object = None) -> Any:
        told.append(status)

    body = b"".join(client(environ, start))
    if not told[0].startswith("200"):
        raise ValueError(f"{url} answers {told[0]}: {body[:200]!r}")
    said: Mapping[str, object] = json.loads(body) if body.startswith(b"{") else {}
    return said


def _subordinate(entity_id: str) -> Subordinate:
    now = time.time() - 1
    key = generate(alg="ES256", purpose="federation", issuer=entity_id, now=now, active_from=now)
    jwks = KeyRing(purpose="federation", keys=(key,)).jwks(now)
    return Subordinate(entity_id=entity_id, jwks=jwks, kinds=("openid_relying_party",))


def _each(what: str, began: float, count: int) -> Figure:
    return Figure(what=what, value=(time.perf_counter() - began) * 1000 / count, unit="ms")
