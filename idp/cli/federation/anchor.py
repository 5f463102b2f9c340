"""Anchor: owns `manyou federation anchor`: the keys of anchors that are pinned, and their change (OIDF §11.2,
§11.3). Imports desk, adoption, anchors.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from federation.entity_id import configuration_url
from federation.errors import Invalid
from federation.keyset import Jwks, prints
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.errors import Unavailable
from idp.outbound import Outbound
from idp.settings import Settings
from idp.trusting import adoption
from idp.trusting.adoption import Adoption, Refused
from idp.trusting.anchors import Unreadable, read_keys
from idp.trusting.anchorwatch import advice, configuration, difference
from idp.wiring import open_outbound
from keys.jose import STATEMENT


@click.group()
def anchor() -> None:
    """Trust anchors, and the keys of theirs that are pinned here."""


@anchor.command()
@at_desk
def show(desk: Desk) -> None:
    """The pinned keys of every anchor with their thumbprints, and how what it lists differs from them."""
    settings, found = desk.settings(), list[Mapping[str, object]]()
    lines: list[str] = []
    with _outbound(settings) as outbound:
        for table in settings.trust_anchor:
            pinned = read_keys(table.jwks_file)
            state, do = _state(outbound, table.entity_id, pinned)
            kept = {"anchor": table.entity_id, "file": str(table.jwks_file), "state": state, "do": do}
            found.append({**kept, "keys": prints(pinned)})
            lines += [f"{table.entity_id}  {table.jwks_file}", *_named("pinned", prints(pinned))]
            lines += [f"  {state}", *([f"  → {do}"] if do else [])]
    desk.say(found, *lines)


@anchor.command()
@click.argument("entity")
@click.option(
    "--from", "source", required=True, help="The second channel: a file, - for standard input, or a URL."
)
@click.option(
    "--drop-old", is_flag=True, help="Take pinned keys away that the anchor does not list any more."
)
@at_desk
def adopt(desk: Desk, entity: str, *, source: str, drop_old: bool) -> None:
    """Pin the keys that anchor ENTITY lists, if a second channel says the same; the network's word alone is
    never enough."""
    settings = desk.settings()
    path = next((one.jwks_file for one in settings.trust_anchor if one.entity_id == entity), None)
    if path is None:
        raise Failure(f"{entity} is not pinned; [[trust_anchor]] names it with the file of its keys")
    with _outbound(settings) as outbound, _refusals():
        pinned = read_keys(path)
        own = configuration(_reader(outbound), entity, pinned, time.time())
        second = adoption.shown(_second(outbound, source, entity), entity)
        change = adoption.adopt(pinned, own, second, drop_old=drop_old)
        if change.added or change.removed:
            adoption.write(path, change.jwks)
            _note(desk, entity, change)
    _tell(desk, entity, path, change)


def _tell(desk: Desk, entity: str, path: Path, change: Adoption) -> None:
    every = prints(change.jwks)
    data = {
        "anchor": entity,
        "file": str(path),
        "keys": every,
        "added": change.added,
        "removed": change.removed,
        "kept": change.kept,
    }
    lines = [*_named("pinned", every), *(f"  removed  {kid}" for kid in change.removed)]
    if change.kept:
        lines.append(f"  {len(change.kept)} of them the anchor does not list any more: see --drop-old")
    done = "written" if change.added or change.removed else "nothing to do"
    desk.say(data, f"{entity}  {path}: {done}", *lines)


def _note(desk: Desk, entity: str, change: Adoption) -> None:
    with desk.records() as records:
        records.audit.record(
            "anchor.adopted", client=entity, added=" ".join(change.added), removed=" ".join(change.removed)
        )


def _state(outbound: Outbound, entity: str, pinned: Jwks) -> tuple[str, str]:
    try:
        found = difference(pinned, configuration(_reader(outbound), entity, pinned, time.time()).jwks)
    except Unavailable as error:
        return f"does not answer ({error.cause})", ""
    except Invalid as error:
        return (
            f"is not to be believed ({error})",
            "fetch its keys by another way, and write them into the file",
        )
    if not found:
        return "lists the same keys", ""
    return f"lists also {list(found.unpinned)}, and not {list(found.dropped)}", advice(entity, found)


def _second(outbound: Outbound, source: str, entity: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(STATEMENT.size + 1)
    if not source.startswith(("https://", "http://")):
        try:
            with Path(source).open("rb") as opened:
                return opened.read(STATEMENT.size + 1)
        except OSError as error:
            raise Refused(f"{source} cannot be read ({error.strerror})") from None
    if urlsplit(source).hostname == urlsplit(entity).hostname:
        raise Refused("that is the anchor's own host: whoever controls it would say the same twice")
    return outbound.get(source, limit=STATEMENT.size)


def _reader(outbound: Outbound) -> Callable[[str], str]:
    def read(entity: str) -> str:
        body = outbound.get(configuration_url(entity), limit=STATEMENT.size)
        return body.decode("ascii", "replace").strip()

    return read


@contextmanager
def _outbound(settings: Settings) -> Iterator[Outbound]:
    outbound = open_outbound(settings)
    try:
        yield outbound
    finally:
        outbound.close()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (Refused, Unreadable) as error:
        raise Failure(str(error)) from error
    except Unavailable as error:
        raise Failure(f"no answer ({error.cause}); nothing was changed") from error
    except Invalid as error:
        raise Failure(
            f"no pinned key signs what the anchor says ({error}): it changed its keys while this node was"
            " away, or it is somebody else; fetch its keys by a way that you trust, and write the file"
        ) from error


def _named(what: str, keys: Mapping[str, str]) -> list[str]:
    return [f"  {what}  {kid}  SHA-256 {found}" for kid, found in sorted(keys.items())]
