"""Examine: owns the checks of `manyou doctor`, one per part. Changes nothing but first tables and keys.

Imports wiring, settings, federation.
"""

import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from adapters.person import DirectoryUnavailable, Source
from federation.entity_id import configuration_url
from federation.errors import Invalid
from federation.statement import verify_configuration
from idp.addresses import Addresses
from idp.errors import Unavailable
from idp.outbound import Outbound, Reply
from idp.settings import Peer, Settings
from idp.settings.trust import TrustAnchor
from idp.trusting.anchors import Unreadable, read_keys
from idp.trusting.anchorwatch import advice, configuration, difference
from idp.valkey import NoServerError, find_binary
from idp.wiring import open_outbound, open_records, open_sources, open_store
from idp.wiring.custody import open_kek
from keys.kek import SealError
from keys.ring import NoKey

CLOCK_SECONDS = 5
"""How far our clock may be from a peer's; tokens are judged with ten seconds of leeway."""

NOBODY = "manyou-doctor-nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found.

    Attributes:
        part: what was checked.
        ok: whether it is in order.
        says: what was seen.
        do: what to do about a problem.
    """

    part: str
    ok: bool
    says: str
    do: str = ""


def examinations(settings: Settings) -> Iterator[Finding]:
    """Every check, in the order in which a start needs them."""
    outbound = open_outbound(settings)
    try:
        yield _data(settings.data)
        kek = _kek(settings)
        yield kek
        if kek.ok:
            yield from _records(settings)
        yield _store(settings)
        for peer in settings.peer:
            yield from _peer(outbound, peer)
        for anchor in settings.trust_anchor:
            yield _anchor(outbound, anchor)
    finally:
        outbound.close()


def _data(folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding(part="data", ok=False, says=f"{folder} is not there", do="run `manyou init`")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        do = f"run: chmod 700 {folder}"
        return Finding(part="data", ok=False, says=f"{folder} can be read by others (mode {mode:o})", do=do)
    return Finding(part="data", ok=True, says=str(folder))


def _kek(settings: Settings) -> Finding:
    path = settings.keys.kek_file
    try:
        open_kek(settings.keys)
    except SealError as error:
        do = "run `manyou init`, or put the kek's copy back if there were keys" if not path.exists() else ""
        return Finding(part="kek", ok=False, says=str(error), do=do or "see [keys] kek_file")
    return Finding(part="kek", ok=True, says=str(path))


def _records(settings: Settings) -> Iterator[Finding]:
    try:
        records = open_records(settings)
    except Unavailable as error:
        yield Finding(part="records", ok=False, says=f"no answer ({error.cause})", do="see [records] url")
        return
    except SealError as error:
        yield Finding(part="keys", ok=False, says=str(error), do="put the kek back that sealed these keys")
        return
    try:
        yield Finding(part="records", ok=True, says=settings.records.url)
        now = time.time()
        for ring, algs in (
            (records.rings.oidc, settings.keys.algorithms),
            (records.rings.federation, ("ES256",)),
        ):
            yield _ring(lambda ring=ring, algs=algs: [ring().signer(now, alg).kid for alg in algs])  # type: ignore[misc]
        yield from (
            _directory(source) for source in open_sources(settings, records) if source.name != "account"
        )
    finally:
        records.database.close()


def _ring(signers: Callable[[], list[str]]) -> Finding:
    try:
        kids = signers()
    except NoKey as error:
        return Finding(part="keys", ok=False, says=str(error), do="restore the database, or its backup")
    except (SealError, ValueError) as error:
        do = "use the issuer and the kek that these keys were made with"
        return Finding(part="keys", ok=False, says=str(error), do=do)
    return Finding(part="keys", ok=True, says=f"signing with {', '.join(kid[:8] for kid in kids)}")


def _directory(source: Source) -> Finding:
    part = f"directory {source.name}"
    try:
        source.check(NOBODY, NOBODY)
    except DirectoryUnavailable as error:
        do = "see its url, bind_dn and bind_password_file, and whether the directory runs"
        return Finding(part=part, ok=False, says=f"cannot say who people are ({error})", do=do)
    return Finding(part=part, ok=True, says="answers")


def _store(settings: Settings) -> Finding:
    if settings.store.url == "embedded":
        return _embedded(settings)
    try:
        store, close = open_store(settings)
        try:
            store.ping()
        finally:
            close()
    except Unavailable as error:
        do = "start that server, or write another [store] url"
        return Finding(part="store", ok=False, says=f"no answer ({error.cause})", do=do)
    return Finding(part="store", ok=True, says="answers")


def _embedded(settings: Settings) -> Finding:
    """It belongs to the running node, so that is asked; before it runs, its binary is looked for."""
    host, port = settings.http.address
    scheme = settings.issuer.partition(":")[0] if settings.http.certificate_file else "http"
    node = Outbound(Addresses(allow=(), inside=True), timeout=2)
    try:
        reply = node.send("GET", f"{scheme}://{_reachable(host)}:{port}/readyz", headers={}, body=None)
    except Unavailable:
        try:
            return Finding(part="store", ok=True, says=f"starts with the node: {find_binary()}")
        except NoServerError as error:
            return Finding(part="store", ok=False, says="no Valkey to start", do=str(error))
    finally:
        node.close()
    if reply.status == 200:
        return Finding(part="store", ok=True, says="the running node is ready")
    return Finding(part="store", ok=False, says=reply.body.decode()[:200], do="look at the node's log")


def _reachable(host: str) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (what was written is compared)
    return f"[{name}]" if ":" in name else name


def _peer(outbound: Outbound, peer: Peer) -> Iterator[Finding]:
    part = f"peer {peer.issuer}"
    try:
        reply = outbound.send("GET", configuration_url(peer.issuer), headers={}, body=None)
    except Unavailable as error:
        do = "look whether it runs"
        yield Finding(part=part, ok=False, says=f"no answer ({error.cause})", do=do)
        return
    yield _believed(part, peer, reply)
    yield _clock(peer, reply)


def _believed(part: str, peer: Peer, reply: Reply) -> Finding:
    if reply.status != 200:
        do = "is it a Manyou node, or another entity of the federation?"
        return Finding(part=part, ok=False, says=f"its configuration answers {reply.status}", do=do)
    try:
        token = reply.body.decode("ascii")
        pinned = peer.jwks()
        if pinned is None:
            do = f"`manyou federation chain {peer.issuer} --why` says whether a chain leads to it"
            return Finding(part=part, ok=True, says=f"answers; {do}")
        verify_configuration(token, entity_id=peer.issuer, jwks=pinned, now=time.time())
    except (Invalid, ValueError) as error:
        do = f"save the jwks that its `manyou federation show --json` prints as {peer.jwks_file}"
        return Finding(part=part, ok=False, says=f"its configuration is not to be believed ({error})", do=do)
    return Finding(part=part, ok=True, says="answers, and is who it says")


def _anchor(outbound: Outbound, anchor: TrustAnchor) -> Finding:
    part, name = f"anchor {anchor.entity_id}", anchor.entity_id

    def read(entity_id: str) -> str:
        return outbound.get(configuration_url(entity_id)).decode("ascii", "replace").strip()

    try:
        pinned = read_keys(anchor.jwks_file)
        found = difference(pinned, configuration(read, name, pinned, time.time()).jwks)
    except Unavailable as error:
        return Finding(part=part, ok=False, says=f"no answer ({error.cause})", do="look whether it runs")
    except (Invalid, Unreadable) as error:
        do = f"fetch its keys by a way that you trust, and write them into {anchor.jwks_file}"
        return Finding(part=part, ok=False, says=f"its word is not to be believed ({error})", do=do)
    if found:
        says = f"lists other keys than are pinned: also {list(found.unpinned)}, not {list(found.dropped)}"
        return Finding(part=part, ok=False, says=says, do=advice(name, found))
    return Finding(part=part, ok=True, says="answers, and lists the keys that are pinned")


def _clock(peer: Peer, reply: Reply) -> Finding:
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except ValueError:
        return Finding(part="clock", ok=True, says=f"{peer.issuer} does not say what time it is")
    apart = time.time() - theirs
    if abs(apart) > CLOCK_SECONDS:
        do = "set both clocks by NTP: tokens are refused when clocks differ"
        return Finding(part="clock", ok=False, says=f"{apart:+.0f} s from {peer.issuer}", do=do)
    return Finding(part="clock", ok=True, says=f"the same as {peer.issuer}")
