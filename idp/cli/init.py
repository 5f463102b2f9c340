"""Init: owns `manyou init`: a settings file, secrets and keys where there are none. Imports desk, keys.seal.

Never overwrites: what is there stays, so it can be run again at any time.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.settings import Settings
from keys.kek import create_kek, create_stretching

PURPOSES = ("pairwise", "audit", "codes")


@click.command()
@click.option("--issuer", help="The node's address, such as https://id.gd.example.cn.")
@click.option("--region", help="GB/T 2260 code of the region whose people have accounts here.")
@click.option("--anchor", is_flag=True, help="An authority: nobody signs in here.")
@click.option("--name", help="What citizens read, in Chinese [the issuer's host].")
@click.option("--name-en", help="The same in English [--name].")
@click.option("--namespace", help="Under which address acr values are named [the issuer].")
@click.option("--listen", default="127.0.0.1:8410", show_default=True, help="Address and port.")
@click.option(
    "--export-jwks",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the public federation keys there, for peers.",
)
@at_desk
def init(desk: Desk, *, export_jwks: Path | None, **options: str | bool | None) -> None:
    """Write a settings file, secrets, the database and both key rings; what is there stays."""
    made: dict[str, str] = {}
    if not desk.path.exists():
        _write(desk.path, _text(options), 0o600)
        made["settings"] = str(desk.path)
    try:
        settings = desk.settings(check_files=False)
    except Exception:
        if "settings" in made:  # not half a start: the next try begins anew
            desk.path.unlink()
        raise
    made |= _secrets(settings)
    with desk.records(check_files=False) as records:
        jwks = records.rings.federation().jwks(time.time())
        records.rings.oidc()
        for purpose in PURPOSES:
            records.secrets.get_or_create(purpose)
    if export_jwks is not None:
        export_jwks.write_text(json.dumps(jwks, indent=2) + "\n", encoding="utf-8")
    data = {"settings": str(desk.path), "issuer": settings.issuer, "made": made, "federation_jwks": jwks}
    desk.say(data, *_lines(desk, made))


def _secrets(settings: Settings) -> Mapping[str, str]:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.keys.kek_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = settings.keys
    if keys.kek_file.exists() or keys.kek_env:
        return {}
    if keys.passphrase_env:
        create_stretching(keys.kek_file)
        return {"salt": str(keys.kek_file)}
    create_kek(keys.kek_file)
    return {"kek": str(keys.kek_file)}


def _lines(desk: Desk, made: Mapping[str, str]) -> Iterator[str]:
    for what, where in made.items():
        yield f"made {what:9} {where}"
    if "kek" in made:
        yield "keep a copy of the kek apart from the database: without it every key and subject is lost"
    yield f"ready: manyou serve --settings {desk.path}"


def _text(options: Mapping[str, str | bool | None]) -> str:
    issuer, region = options["issuer"], options["region"]
    if not isinstance(issuer, str):
        raise click.UsageError("there is no settings file yet; give --issuer, and --region or --anchor")
    if not (region or options["anchor"]):
        raise click.UsageError("give --region for a home of citizens, or --anchor for an authority")
    name = options["name"] or issuer.partition("://")[2]
    lines = ["# What each line means: docs/reference/settings.md", f"issuer = {_quoted(issuer)}"]
    if region:
        lines.append(f"region = {_quoted(region)}")
    lines += [f"namespace = {_quoted(options['namespace'] or issuer)}", "", "[name]"]
    lines += [f"zh = {_quoted(name)}", f"en = {_quoted(options['name_en'] or name)}"]
    lines += ["", "[http]", f"listen = {_quoted(options['listen'])}"]
    lines += ["", "[authority]"] if options["anchor"] else ["", "[accounts]", "enabled = true"]
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write(path: Path, text: str, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError as error:
        raise Failure(
            f"{path} cannot be written ({error.strerror}); name another place with --settings"
        ) from error
