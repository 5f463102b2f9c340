"""Room: owns what the commands of an authority share: opening the room where people decide, reading files,
and names. Imports desk, wiring.
"""

import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from federation.authority import Unlawful
from federation.authority.subordinate import Subordinate
from idp.authority.enrolment import Declined, Terms
from idp.authority.registry import Conflict, Unknown
from idp.cli.desk import Desk
from idp.cli.failure import Failure
from idp.clock import system
from idp.wiring import open_outbound
from idp.wiring.enrolment import EnrolmentRoom, open_enrolment
from keys.encoding import JoseError, strict_json

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_BYTES = 1024 * 1024
_DEPTH = 32

by_option = click.option("--by", help="Who says so [the user of this machine].")


@contextmanager
def room(desk: Desk) -> Iterator[EnrolmentRoom]:
    """The room of the node that the settings describe; what is declined ends the command."""
    settings = desk.settings()
    if settings.authority is None:
        raise Failure(f"{settings.issuer} is no authority: write [authority] into {desk.path}")
    outbound = open_outbound(settings)
    try:
        with desk.records() as records:
            opened = open_enrolment(settings, records, outbound, system)
            try:
                yield opened
            finally:
                opened.close()
    except (Declined, Conflict, Unknown, Unlawful) as error:
        raise Failure(str(error)) from error
    finally:
        outbound.close()


def who(by: str | None) -> str:
    """Who says so."""
    return getpass.getuser() if by is None else by


def registered(known: EnrolmentRoom, entity_id: str) -> Subordinate:
    """A subordinate in whatever state.

    Raises:
        Unknown: it was never registered.
    """
    found = known.registry.find(entity_id)
    if found is None:
        raise Unknown(f"{entity_id} is not registered; `manyou federation list` shows who is")
    return found


def read_json(file: Path) -> Mapping[str, Any]:
    """A JSON object in a file, or on standard input.

    Raises:
        Failure: it is something else.
    """
    text = read_file(file, _BYTES)
    try:
        return strict_json(text, depth=_DEPTH)
    except JoseError as error:
        raise Failure(f"{file}: {error}") from error


def read_file(file: Path, limit: int) -> bytes:
    """A file, or standard input.

    Raises:
        Failure: it cannot be read, or has more bytes.
    """
    try:
        with click.open_file(str(file), "rb") as opened:
            text = bytes(opened.read(limit + 1))
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from error
    if len(text) > limit:
        raise Failure(f"{file} has more than {limit} bytes")
    return text


def terms_of(said: Mapping[str, Any]) -> Terms:
    """What a file says besides keys: members as in a subordinate statement.

    Raises:
        Failure: it says something else.
    """
    names = ("metadata", "metadata_policy", "metadata_policy_crit", "constraints")
    if unknown := sorted(set(said) - set(names)):
        raise Failure(f"{unknown[0]} has no place there; the file may say {', '.join(names)}")
    for name in ("metadata", "metadata_policy"):
        _objects(name, said.get(name, {}), 2 if name == "metadata" else 3)
    _objects("constraints", said.get("constraints", {}), 1)
    crit = said.get("metadata_policy_crit", [])
    if not isinstance(crit, list) or not all(isinstance(one, str) for one in crit):
        raise Failure("metadata_policy_crit is not an array of operator names")
    return Terms(
        metadata=said.get("metadata", {}),
        metadata_policy=said.get("metadata_policy", {}),
        metadata_policy_crit=tuple(crit),
        constraints=said.get("constraints", {}),
    )


def options(*several: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Several options at once, in this order."""

    def give(command: Callable[..., Any]) -> Callable[..., Any]:
        for one in reversed(several):
            command = one(command)
        return command

    return give


def _objects(name: str, value: object, depth: int) -> None:
    """Objects in objects, `depth` of them; the registry judges what stands in the innermost."""
    if not isinstance(value, dict):
        raise Failure(f"{name} is not an object, or has something else where an object belongs")
    if depth > 1:
        for inner in value.values():
            _objects(name, inner, depth - 1)
