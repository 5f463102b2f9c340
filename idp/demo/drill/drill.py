"""Drill: owns the course of a drill: load, then a rotation of every ring, until the old keys are gone.

Rotates as an operator does, through the offices of the nodes; nothing is done behind their backs.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp import clock
from idp.client import Client
from idp.demo.charter import PINS
from idp.demo.drill.load import Count, Roamer, Site, keep_on
from idp.demo.drill.pins import Pins
from idp.demo.drill.witness import Witness
from idp.demo.loopback import asker
from idp.demo.registration import Registration
from idp.demo.walker import Citizen, Door
from idp.keykeeping.office import Declined, Office
from idp.settings import Settings, load
from idp.wiring import Records, open_office, open_records
from keys.gates import clock as written
from keys.key import Purpose

_CLIENT = "key-drill"
_URL = "http://key-drill.localhost:9/"
_WARM = 5.0  # seconds of load before the first step, and after the last
_LOOK_AGAIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a drill went.

    Attributes:
        rings: how many were rotated.
        tried: how often a token was tried with a copy of the keys that somebody may have held.
        failures: tokens that such a copy could not verify, and sign-ins that failed.
        slowest: of the sign-ins, seconds on average in one go.
    """

    seconds: float
    rings: int
    sign_ins: int
    tokens: int
    tried: int
    failures: tuple[str, ...]
    slowest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    settings: Settings
    records: Records
    office: Office

    @property
    def rings(self) -> tuple[Purpose, ...]:
        return tuple(self.office.registrar.lifetimes)


class Drill:
    """A drill in the country that runs in a folder.

    Args:
        folder: its DIR.
        described: its `demo.json`.
        say: takes a line when something happens.
    """

    def __init__(self, folder: Path, described: Mapping[str, Any], say: Callable[[str], None]) -> None:
        self._folder = folder
        self._described = described
        self._say = say
        ca = folder / "ca.pem" if described["board"].startswith("https:") else None
        self._fetch = asker(ca)

    def run(self) -> Outcome:
        """All of it; at most a few minutes, as the lifetimes of the demo are.

        Raises:
            Declined: a ring could not be rotated.
        """
        begun = time.monotonic()
        with ExitStack() as stack:
            nodes = [stack.enter_context(_opened(path)) for path in self._settings()]
            for node in nodes:
                node.records.audit.record("key.drilled", phase="begun")
            witness, count, pins = self._witness(nodes), Count(), self._pins(nodes[0])
            with self._load(nodes, witness, count):
                time.sleep(_WARM)
                pins.adopt(drop_old=False)
                old = [(node, ring, self._rotate(node, ring)) for node in nodes for ring in node.rings]
                self._until_gone(old)
                pins.adopt(drop_old=True)
                time.sleep(_WARM)
            tokens, tried, failed = witness.judge()
            for node in nodes:
                node.records.audit.record("key.drilled", phase="ended", failures=len(failed + count.failed))
        return Outcome(
            seconds=time.monotonic() - begun,
            rings=len(old),
            sign_ins=count.done,
            tokens=tokens,
            tried=tried,
            failures=(*count.failed, *failed),
            slowest=count.slowest,
        )

    def _settings(self) -> list[Path]:
        described = self._described
        paths = [Path(node["settings"]) for node in (described["hub"], *described["provinces"])]
        return [paths[0].parent.parent / "anchor" / "manyou.toml", *paths]

    def _pins(self, anchor: _Node) -> Pins:
        """The files in which members have the anchor's keys; its own `manyou federation show` is the second
        channel."""

        def shows() -> Mapping[str, object]:
            return anchor.office.registrar.rings.look("federation").ring.jwks(time.time())

        return Pins(
            anchor=anchor.settings.issuer,
            files=sorted(self._folder.glob(f"*/{PINS}")),
            members=sorted(self._folder.glob("*/member.json")),
            shows=shows,
            fetch=self._fetch,
            say=self._say,
        )

    def _witness(self, nodes: list[_Node]) -> Witness:
        providers = {
            node.settings.issuer: 2.0 * node.settings.rotation.document_age
            for node in nodes
            if node.settings.provider
        }
        entities = {
            node.settings.issuer: float(node.settings.lifetimes.entity_configuration) for node in nodes
        }
        return Witness(providers=providers, entities=entities, fetch=self._fetch)

    @contextmanager
    def _load(self, nodes: list[_Node], witness: Witness, count: Count) -> Iterator[None]:
        stopping, deeds = threading.Event(), list[tuple[str, Callable[[], int]]]()
        doors = [Door(**portal) for portal in self._described["portals"]]
        for near, far in ((doors[0], doors[1]), (doors[1], doors[0])):
            node = next(node for node in nodes if node.settings.issuer == near.issuer)
            citizen = self._citizen(near.region)
            deeds.append((f"from {near.url}", Roamer(self._fetch, near, far, citizen)))
            deeds.append((f"at {near.issuer}", Site(self._fetch, _register(node), citizen, witness.saw)))
        threads = [threading.Thread(target=keep_on, args=(count, *deed, stopping)) for deed in deeds]
        threads.append(threading.Thread(target=witness.watch, args=(stopping,)))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()
            for node in nodes:
                node.records.clients.remove(_CLIENT)

    def _citizen(self, region: str) -> Citizen:
        who = [one for one in self._described["citizens"] if one["home"] == region][-1]
        return Citizen(who["username"], who["password"])

    def _rotate(self, node: _Node, ring: Purpose) -> set[str]:
        """Wait for the gates, then rotate; returns the names of the keys that signed before."""
        said = ""
        while True:
            view, now = node.office.view(ring), time.time()
            signing = {key.kid for key in view.held.ring.keys if key.active_from and not key.retired_at}
            try:
                node.office.rotate(ring, None)
            except Declined as declined:
                why = str(declined)
                if why != said:
                    self._say(f"{node.settings.issuer} {ring}: {why}")
                said = why
                time.sleep(_LOOK_AGAIN)
                continue
            self._say(f"{node.settings.issuer} {ring}: another key signs since {written(now)}")
            return signing

    def _until_gone(self, old: list[tuple[_Node, Purpose, set[str]]]) -> None:
        for node, ring, kids in old:
            while kids & {
                key.kid for key in node.office.registrar.rings.look(ring).ring.keys if key.forget_at is None
            }:
                time.sleep(_LOOK_AGAIN)
            self._say(f"{node.settings.issuer} {ring}: the key before is gone")


@contextmanager
def _opened(path: Path) -> Iterator[_Node]:
    settings = load(path, {})
    records = open_records(settings)
    try:
        yield _Node(
            settings=settings,
            records=records,
            office=open_office(settings, records, clock.system, "drill"),
        )
    finally:
        records.database.close()


def _register(node: _Node) -> Registration:
    """The site that keeps tokens, at a node; replaced if a drill before this one was killed."""
    secret = secrets.token_urlsafe(32)
    agreed = Registration(
        url=_URL,
        issuer=node.settings.issuer,
        client_id=_CLIENT,
        auth_method="client_secret_basic",
        secret=secret,
    )
    node.records.clients.remove(_CLIENT)
    node.records.clients.add(
        Client(
            client_id=_CLIENT,
            name={"zh": "密钥演练", "en": "Key drill"},
            redirect_uris=(agreed.redirect_uri,),
            secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        )
    )
    return agreed
