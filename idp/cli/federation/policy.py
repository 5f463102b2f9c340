"""Policy: owns `manyou federation policy`: what a chain's policies make of metadata. Imports desk,
demands, federation.policy."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import click

from federation.policy import PolicyError, resolve
from idp.cli.desk import Desk, at_desk
from idp.cli.federation import demands
from keys.encoding import JoseError, strict_json

# A chain of eight statements, each of the largest size that we read, fits.
_LINE = 4 * 1024 * 1024
_DEPTH = 32
_MALFORMED = "6.1.2"


@click.group()
def policy() -> None:
    """What superiors demand of metadata."""


for command in (demands.show, demands.simulate, demands.propose):
    policy.add_command(command)


@policy.command("resolve")
@at_desk
def resolve_lines(_: Desk) -> None:
    """Resolve metadata under the policies of a chain: JSON lines in, a JSON line out for each."""
    for line in _lines(sys.stdin.buffer):
        click.echo(json.dumps(_answer(line)))
        sys.stdout.flush()


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream, None for one that is too long; memory stays bounded by one line."""
    while line := stream.readline(_LINE + 1):
        if len(line) <= _LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_LINE)
        yield None


def _answer(line: bytes | None) -> Mapping[str, object]:
    if line is None:
        return _unreadable(f"the line is longer than {_LINE} bytes")
    try:
        asked = strict_json(line, depth=_DEPTH)
    except JoseError as error:
        return _unreadable(f"the line is not an object in strict JSON: {error.detail}")
    statements = asked.get("statements")
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        return _unreadable("statements is not an array of objects")
    try:
        return {"resolved": resolve(statements, asked.get("metadata"))}
    except PolicyError as error:
        return {"error": error.error, "reason": str(error), "section": error.section}


def _unreadable(reason: str) -> Mapping[str, object]:
    return {"error": "invalid_policy", "reason": reason, "section": _MALFORMED}
