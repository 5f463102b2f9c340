"""Verify old: owns `manyou keys verify-old`: whether something of long ago was signed by this node, then.
Imports common, keys.history."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.keys.common import RINGS
from keys.encoding import JoseError, strict_json
from keys.history import Verdict, judge, learned
from keys.jose import STATEMENT
from keys.key import Purpose, SigningKey

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("verify-old")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True))
@click.option("--history", type=_FILE, help="Another node's signed history, instead of this node's records.")
@click.option("--pinned", type=_FILE, help="With --history: the federation keys of that node.")
@at_desk
def verify_old(desk: Desk, file: Path, history: Path | None, pinned: Path | None) -> None:
    """Whether this node signed the token or statement in FILE at the time it names, by the node's records.

    It may have expired long ago. Says which key signed, when that key did, and whether it was ever in other
    hands: then it proves nothing, since any date could be written with it. Exits 0 for a proof, else 1.
    """
    if (history is None) != (pinned is None):
        raise click.UsageError("--history and --pinned go together")
    with click.open_file(str(file), encoding="ascii", errors="replace") as opened:
        token = opened.read(STATEMENT.size + 2).strip()
    now = time.time()
    keys = _keys(desk) if history is None or pinned is None else _told(history, pinned, now)
    try:
        verdict = judge(token, keys, now)
    except JoseError as error:
        raise Failure(f"not signed by {'this' if history is None else 'that'} node: {error}") from error
    desk.say(_data(verdict), *_lines(verdict))
    if not verdict.proves:
        click.get_current_context().exit(1)


def _keys(desk: Desk) -> list[SigningKey]:
    own: tuple[Purpose, ...] = RINGS if desk.settings().provider else ("federation",)
    with desk.records() as records:
        return [key for purpose in own for key in records.rings.look(purpose).ring.keys]


def _told(history: Path, pinned: Path, now: float) -> Sequence[SigningKey]:
    try:
        said = strict_json(pinned.read_bytes(), depth=8)
        jwks = said.get("jwks", said)  # as `manyou federation show --json` prints it, or the key set alone
        text = history.read_text(encoding="ascii", errors="replace").strip()
        return learned(text, jwks if isinstance(jwks, dict) else {}, now)
    except JoseError as error:
        raise Failure(f"{history} is no history that a key of {pinned} signed: {error}") from error


def _data(verdict: Verdict) -> dict[str, object]:
    return {
        "proves": verdict.proves,
        "within": verdict.within,
        "kid": verdict.kid,
        "alg": verdict.alg,
        "ring": verdict.purpose,
        "typ": verdict.typ,
        "signed": verdict.signed,
        "begun": verdict.begun,
        "ended": verdict.ended,
        "compromised": verdict.compromised,
        "reason": verdict.reason,
        "claims": dict(verdict.claims),
    }


def _lines(verdict: Verdict) -> list[str]:
    ended = (
        f"until {_date(verdict.ended)} ({verdict.reason})" if verdict.ended is not None else "and still does"
    )
    lines = [
        f"key     {verdict.kid} ({verdict.alg}, {verdict.purpose} ring)",
        f"signed  {_date(verdict.begun)} {ended}",
        f"this    {verdict.typ or 'no type'}, dated {_date(verdict.signed)}",
    ]
    if verdict.compromised is not None:
        since = _date(verdict.compromised)
        lines.append(f"no proof: the key was in other hands, known since {since}; any date may be theirs")
    elif not verdict.within:
        lines.append("no proof: the key did not sign at that time")
    else:
        lines.append("proof: the key signed at that time, and was never in other hands")
    return lines


def _date(at: float | None) -> str:
    return "never" if at is None else time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
