"""Citizens: owns `manyou citizens`: local accounts as an operator opens them. Imports desk, accounts."""

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError

from adapters.names import fold
from idp.accounts import Account
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.passwords import Passwords
from idp.settings.fields import PROTOCOL_CLAIMS
from idp.wiring import Records

SHORTEST = 8
"""Characters of a password (NIST SP 800-63B-4 §3.1.1.2)."""


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """An account as it is written in a file to import."""

    username: str
    password: str = field(repr=False)
    name: str
    rl: int = 1
    claims: Mapping[str, object] = field(default_factory=dict)


@click.group()
def citizens() -> None:
    """Local accounts: citizens whose home is this node itself."""


@citizens.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--rl", type=click.IntRange(1, 5), default=1, show_default=True, help="Identity level.")
@click.option("--claim", multiple=True, metavar="NAME=VALUE", help="Such as email=a@example.cn; many times.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Where the password is [typed].",
)
@click.option("--generate", is_flag=True, help="Make a password up and print it.")
@at_desk
def add(
    desk: Desk,
    *,
    username: str,
    name: str,
    rl: int,
    claim: tuple[str, ...],
    password_file: Path | None,
    generate: bool,
) -> None:
    """Open an account."""
    claims = dict(_claim(text) for text in claim)
    password = _password(password_file, generate)
    newcomer = Newcomer(username=username, password=password, name=name, rl=rl, claims=claims)
    if wrong := _wrong(newcomer):
        raise Failure(wrong)
    with desk.records() as records:
        if not _open(records, newcomer, Passwords()):
            raise Failure(f"there is an account {fold(username)} already; choose another name")
    made = {"username": fold(username)} | ({"password": password} if generate else {})
    desk.say(made, *(f"{key:9} {value}" for key, value in made.items()))


@citizens.command("list")
@at_desk
def list_(desk: Desk) -> None:
    """All accounts, without their passwords."""
    with desk.records() as records:
        found = records.accounts.list()
    rows = [
        {
            "username": one.username,
            "name": one.name,
            "rl": one.rl,
            "disabled": one.disabled,
            "claims": one.claims,
        }
        for one in found
    ]
    lines = (
        f"{one.username:20} RL{one.rl}  {one.name}{'  (disabled)' if one.disabled else ''}" for one in found
    )
    desk.say(rows, *lines)


@citizens.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@at_desk
def import_(desk: Desk, file: Path) -> None:
    """Open accounts from a JSON list of {username, password, name, rl, claims}; those there are kept."""
    try:
        newcomers = TypeAdapter(list[Newcomer]).validate_json(file.read_bytes())
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        said = error.errors(include_input=False)[0]["msg"]
        raise Failure(f"{file}: {where or 'the file'}: {said}; nothing was imported") from None
    for number, newcomer in enumerate(newcomers):
        if wrong := _wrong(newcomer):
            raise Failure(f"{file}: {number}: {wrong}; nothing was imported")
    passwords = Passwords()
    with desk.records() as records:
        opened = sum(_open(records, newcomer, passwords) for newcomer in newcomers)
    kept = len(newcomers) - opened
    desk.say({"opened": opened, "kept": kept}, f"{opened} opened, {kept} there already")


def _open(records: Records, newcomer: Newcomer, passwords: Passwords) -> bool:
    if records.accounts.find(newcomer.username) is not None:
        return False
    account = Account(
        id=str(uuid.uuid4()),
        username=newcomer.username,
        password=passwords.hash(newcomer.password),
        name=newcomer.name,
        claims=newcomer.claims,
        rl=newcomer.rl,
    )
    if not records.accounts.add(account):
        return False
    records.audit.record("account.added", source="account", local_id=account.id, rl=account.rl)
    return True


def _wrong(newcomer: Newcomer) -> str:
    if not fold(newcomer.username):
        return "the user name is empty; write one"
    if len(newcomer.password) < SHORTEST:
        return f"the password is shorter than {SHORTEST} characters; choose a longer one"
    if not 1 <= newcomer.rl <= 5:
        return "rl: write an identity level from 1 to 5"
    if taken := sorted(PROTOCOL_CLAIMS & newcomer.claims.keys()):
        return f"claims: {', '.join(taken)} is decided by the protocol; leave it out"
    return ""


def _claim(text: str) -> tuple[str, object]:
    name, is_pair, value = text.partition("=")
    if not is_pair or not name:
        raise click.BadParameter(f"{text!r}: write NAME=VALUE", param_hint="--claim")
    if value in ("true", "false") or value.startswith("{"):  # email_verified=true, address={"region": "…"}
        try:
            return name, json.loads(value)
        except ValueError as error:
            raise click.BadParameter(f"{name}: is not JSON", param_hint="--claim") from error
    return name, value


def _password(file: Path | None, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(12)
    if file is not None:
        return file.read_text(encoding="utf-8").strip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed
