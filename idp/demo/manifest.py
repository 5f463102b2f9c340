"""Manifest: owns `demo.json`, what programs may know of a running country. Does not know how it runs.

It is there exactly while everything answers. Names in it change only with a line in the changelog.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idp.demo import directory
from idp.demo.census import everybody
from idp.demo.charter import LEAVE
from idp.demo.directory import Resident
from idp.demo.ground import DemoError
from idp.demo.parts import Part
from idp.demo.places import Country, Place

_NAME = "demo.json"


def describe(country: Country, parts: Sequence[Part]) -> dict[str, Any]:
    """The whole of `demo.json`."""
    return {
        "version": 1,
        "board": f"{country.board.origin}/",
        "anchor": {"entity_id": country.anchor.origin},
        "hub": _node(country, country.hub),
        "provinces": [
            {"code": node.region, "name": dict(node.title), **_node(country, node)}
            for node in country.provinces
        ],
        "authorities": [_authority(country, node) for node in country.superiors],
        "portals": [_portal(country, portal) for portal in country.portals],
        "directories": [_directory(country)],
        "citizens": [_citizen(who) for who in everybody()],
        "admins": [],
        "processes": [
            {"name": part.name, "pid": part.pid, "log": str(part.log)}
            for part in parts
            if part.pid is not None
        ],
    }


def write(country: Country, parts: Sequence[Part]) -> None:
    """Write it whole or not at all, for our own user: it holds passwords."""
    text = json.dumps(describe(country, parts), ensure_ascii=False, indent=2)
    draft = country.folder / f".{_NAME}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    draft.replace(country.folder / _NAME)


def remove(country: Country) -> None:
    """It says that everything answers, which ends now."""
    (country.folder / _NAME).unlink(missing_ok=True)


def read(folder: Path) -> Mapping[str, Any]:
    """What the demo that runs in a folder says of itself.

    Raises:
        DemoError: none runs there.
    """
    try:
        found: dict[str, Any] = json.loads((folder / _NAME).read_text("utf-8"))
    except FileNotFoundError as error:
        raise DemoError(f"no demo runs in {folder}: start one with `manyou demo --data {folder}`") from error
    return found


def _node(country: Country, node: Place) -> dict[str, Any]:
    return {
        "issuer": node.origin,
        "settings": str(country.settings(node)),
        "initial_access_token": _leave(country, node),
    }


def _leave(country: Country, node: Place) -> str | None:
    """The token that opens registration there; None in a folder of a version that had none."""
    file = country.settings(node).with_name(LEAVE)
    return file.read_text("utf-8") if file.exists() else None


def _authority(country: Country, node: Place) -> dict[str, Any]:
    return {
        "entity_id": node.origin,
        "settings": str(country.settings(node)),
        "superior": None if node.superior is None else country.node(node.superior).origin,
    }


def _portal(country: Country, portal: Place) -> dict[str, Any]:
    issuer = country.node(portal.node or "").origin
    return {"region": portal.region, "url": f"{portal.origin}/", "issuer": issuer}


def _directory(country: Country) -> dict[str, Any]:
    return {
        "region": country.directory.region,
        "url": f"ldap://{country.directory.listen}",
        "base": directory.BASE,
        "bind_dn": directory.BIND_DN,
        "password": directory.BIND_PASSWORD,
    }


def _citizen(who: Resident) -> dict[str, Any]:
    return {
        "username": who.username,
        "password": who.password,
        "home": who.home,
        "source": who.source,
        "name": who.name,
        "level": who.level,
    }
