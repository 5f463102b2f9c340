"""The reference has a heading or a line for every name that people meet, and none for a name that is not there."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from idp import claims
from idp.app import create_app
from idp.cli.main import group
from tests.country.chained import ChainedWorld
from tests.country.world import GD, World
from tests.docs.pages import REFERENCE, ROOT, blocks, headings, prose, read
from tests.idp.authority.node import authority
from tests.journeys.steps import code_for

SOURCES = sorted(
    path
    for room in ("keys", "federation", "adapters", "idp")
    for path in (ROOT / room).rglob("*.py")
    if "demo" not in path.relative_to(ROOT).parts
)
EVERYWHERE = {"--settings", "--json"}

# Codes that the source does not spell at a raise: made of parts, or raised by Authlib's classes.
ASSEMBLED = {"request_uri_not_supported", "registration_not_supported", "unauthorized_client"}
RAISERS = {
    "PageError",
    "NotResolved",
    "WireError",
    "Unlawful",
    "Untrusted",
    "Refuse",
    "_refusal",
    "_json",
    "_note",
}


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES)


def calls() -> Iterator[ast.Call]:
    for _, tree in trees():
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def texts(node: ast.AST) -> Iterator[str]:
    """Every piece of text in an expression."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def section(text: str, heading: str) -> str:
    return text.partition(f"\n### `{heading}`\n")[2].partition("\n### ")[0]


def commands() -> dict[str, click.Command]:
    """Every command that does something, by its whole name."""

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            yield name, command
            return
        context = click.Context(command)
        for part in command.list_commands(context):
            inner = command.get_command(context, part)
            assert inner is not None
            yield from walk(inner, f"{name} {part}")

    return dict(walk(group, "manyou"))


def test_every_command_has_a_heading() -> None:
    assert set(headings(REFERENCE / "cli.md", 3)) == set(commands())


@pytest.mark.parametrize("name", commands())
def test_every_option_of_a_command_is_named_and_no_other(name: str) -> None:
    said = section(read(REFERENCE / "cli.md"), name)
    options = {flag for one in commands()[name].params for flag in one.opts if flag.startswith("--")}
    assert set(re.findall(r"^- `(--[a-z-]+)", said, re.MULTILINE)) == options - EVERYWHERE
    for one in commands()[name].params:
        if isinstance(one, click.Argument):
            assert f"`{(one.name or '').upper()}`" in said


def test_options_of_every_command_are_said_once() -> None:
    start = read(REFERENCE / "cli.md").partition("\n## ")[0]
    assert all(f"- `{option}" in start for option in EVERYWHERE)


def test_every_route_has_a_heading(chained: ChainedWorld, tmp_path: Path) -> None:
    routes = {
        (method, rule.rule)
        for node in (chained.nodes[GD], authority(tmp_path))
        for rule in create_app(node).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    said = set()
    for heading in headings(REFERENCE / "endpoints.md", 3):
        *methods, rule = heading.replace(",", " ").split()
        said |= {(method, rule) for method in methods}
    assert said == routes


def codes() -> set[str]:
    """Every error code that somebody outside may meet."""
    found = set(ASSEMBLED)
    for call in calls():
        if getattr(call.func, "id", "") in RAISERS and call.args:
            found |= set(texts(call.args[0]))
        if getattr(call.func, "attr", "") == "refuse" and len(call.args) > 1:
            found |= set(texts(call.args[1]))
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("code", "wire_code"):
                found |= set(texts(node.value))
            if isinstance(node, ast.Name) and "oauth" in path.parts:
                found |= {"invalid_grant"} if node.id == "InvalidGrantError" else set()
    return {one for one in found if re.fullmatch(r"[a-z]+(_[a-z]+)+|expired", one)} - {"grant_type"}


def test_every_error_code_has_a_heading() -> None:
    assert set(headings(REFERENCE / "errors.md", 3)) == codes()


def test_every_log_event_has_a_heading() -> None:
    events = {
        call.args[0].value
        for call in calls()
        if isinstance(call.func, ast.Attribute)
        and (getattr(call.func.value, "id", "") == "log" or _logger(call.func.value))
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert set(headings(REFERENCE / "logs.md", 3)) == events


def _logger(of: ast.expr) -> bool:
    """Whether this is `structlog.get_logger(…)` itself, used without a name for it."""
    return isinstance(of, ast.Call) and getattr(of.func, "attr", "") == "get_logger"


def test_every_claim_has_a_heading(world: World) -> None:
    known = set(headings(REFERENCE / "claims.md", 3))
    assert set(claims.SUPPORTED) <= known
    made: set[str] = set()
    for kind in tokens(world).values():
        made |= kind.keys()
    assert made <= known
    assert known <= made | set(claims.SUPPORTED) | {"events"}


def test_the_examples_of_claims_are_what_a_client_gets(world: World) -> None:
    got = tokens(world)
    id_token, userinfo = (json.loads(block) for block in blocks(REFERENCE / "claims.md", "json"))
    assert id_token.keys() == got["id_token"].keys()
    assert userinfo.keys() == got["userinfo"].keys()
    for same in ("iss", "aud", "acr", "amr", "idp", "home_region", "rl"):
        assert id_token[same] == got["id_token"][same]


def tokens(world: World) -> Mapping[str, Mapping[str, Any]]:
    """What Guangdong's portal is told of somebody at home."""
    import jwt

    code, kept = code_for(world, world.browser(), world.portal_gd, scope="openid profile email")
    _, answer = world.portal_gd.redeem(code, kept["verifier"])
    access: dict[str, Any] = jwt.decode(answer["access_token"], options={"verify_signature": False})
    return {
        "id_token": world.portal_gd.claims(answer["id_token"], kept["nonce"]),
        "userinfo": world.portal_gd.userinfo(answer["access_token"])[1],
        "access_token": access,
    }


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("kind", ["needs", "tests"])
def test_every_locked_package_has_a_line_that_says_why(kind: str) -> None:
    runtime = locked("requirements.lock")
    first, second = read(REFERENCE / "dependencies.md").split("\n## What the tests need besides\n")
    said, packages = (
        (first, runtime) if kind == "needs" else (second, locked("requirements-dev.lock") - runtime)
    )
    rows = dict(re.findall(r"^\| ([a-z0-9._-]+) \| (.+) \|$", said, re.MULTILINE))
    rows.pop("package")
    assert set(rows) == packages
    assert all(len(why) > 4 for why in rows.values())


def test_every_kind_of_key_in_the_store_has_a_line() -> None:
    kinds: set[str] = set()
    for call in calls():
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "Shelf" and isinstance(call.args[1], ast.Constant):
            kinds.add(str(call.args[1].value))
        elif name == "Posted":
            kinds |= {f"posted-{kind}" for kind in texts(call)}
    for path, tree in trees():
        if "web" not in path.parts and path.parent.name in ("idp", "oauth", "keykeeping", "trusting"):
            kinds |= {
                start[1]
                for node in ast.walk(tree)
                if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
                if (
                    start := re.fullmatch(
                        r"(anchor-told|asked|jti|keypush|known|lead|notice|ring):", str(node.values[0].value)
                    )
                )
            }
    said = re.findall(r"^\| `([a-z-]+)` \|", prose(REFERENCE / "store-keys.md"), re.MULTILINE)
    assert set(said) == kinds


def test_every_lifetime_in_the_store_page_is_a_setting() -> None:
    from idp.settings.model import Lifetimes

    lives = re.findall(r"\| ([^|]+) \|$", prose(REFERENCE / "store-keys.md"), re.MULTILINE)
    named = {name for cell in lives for name in re.findall(r"`([a-z_]+)`", cell)}
    assert named <= set(Lifetimes.model_fields)
