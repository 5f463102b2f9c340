"""Enrol: owns `manyou federation enrol`: joining, from what a member sends to what its superior proposes.
Imports room, telling.
"""

import time
from pathlib import Path

import click

from federation import membership
from federation.enrolment import Change, Verb
from federation.entity_id import configuration_url, is_entity_id
from federation.errors import Invalid
from federation.membership import Request, Unreadable
from federation.statement import verify_self_signed
from idp.authority.enrolment import Terms, enrolling
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.federation import telling
from idp.cli.federation.members import reinstate, remove, suspend, update
from idp.cli.federation.people import approve, list_, reject, show
from idp.cli.federation.room import FILE, by_option, read_json, room, terms_of, who
from idp.settings import Settings
from idp.wiring.enrolment import EnrolmentRoom
from keys.jose import STATEMENT

_PROVIDER = ("openid_provider", "openid_relying_party")

terms_option = click.option(
    "--terms",
    type=FILE,
    help="A JSON file with metadata, metadata_policy, metadata_policy_crit, constraints to state.",
)


@click.group()
def enrol() -> None:
    """Who is below us: joining, changing and leaving, each on the word of two people."""


@enrol.command()
@click.option("--superior", required=True, help="Entity identifier of whom you ask.")
@click.option("--contact", multiple=True, help="Your people: a mail address or telephone number.")
@click.option("--mark", multiple=True, help="A type of trust marks that you would like.")
@at_desk
def request(desk: Desk, superior: str, contact: tuple[str, ...], mark: tuple[str, ...]) -> None:
    """Write what to send to a superior, with a checksum to read out to it over the telephone."""
    if not is_entity_id(superior):
        raise click.UsageError(f"--superior {superior} is not an entity identifier")
    settings = desk.settings(check_files=False)
    with desk.records(check_files=False) as records:
        jwks = records.rings.federation().jwks(time.time())
    asked = Request(
        entity_id=settings.issuer,
        superior=superior,
        jwks=jwks,
        kinds=_kinds(settings),
        intermediate=settings.authority is not None,
        contacts=contact,
        marks=mark,
        region=settings.region or "",
    )
    written = membership.written(asked)
    hint = "" if superior in settings.federation.authority_hints else _hint(desk.path, superior)
    desk.say(written, telling.plain(written), "", *_telephone(asked), *([hint] if hint else []))


@enrol.command()
@click.argument("candidate")
@terms_option
@at_desk
def preview(desk: Desk, candidate: str, terms: Path | None) -> None:
    """What enrolling CANDIDATE would mean: a file with its request, or its entity identifier.

    Of one that is registered: whom its suspension would concern. Exits 1 when it could not be trusted.
    """
    with room(desk) as known:
        asked = _asked(known, candidate)
        change = _change(known, asked, candidate, terms)
        shown = known.enrolments.preview(change)
    proof = _proof(asked, candidate)
    said = telling.preview(shown) | {"checksum": asked.checksum if asked is not None and not proof else None}
    desk.say(said, *proof, *(_telephone(asked) if asked and not proof else ()), *telling.preview_lines(shown))
    if shown.refused is not None:
        raise Failure(f"{shown.change.entity_id} could not be trusted: {shown.refused}")


@enrol.command()
@click.argument("file", type=FILE)
@click.option("--checksum", required=True, help="As the member's people read it to you over the telephone.")
@terms_option
@click.option("--reason", default="", help="Why; published with the event.")
@by_option
@at_desk
def propose(
    desk: Desk, file: Path, *, checksum: str, terms: Path | None, reason: str, by: str | None
) -> None:
    """Propose that the member whose request is in FILE is enrolled; a second person approves it."""
    with room(desk) as known:
        asked = _read(file)
        if not asked.heard(checksum):
            raise Failure(f"{file} does not have that checksum: it is not what the member wrote; ask again")
        change = _change(known, asked, str(file), terms)
        made = known.enrolments.propose(change, by=who(by), reason=reason)
    desk.say(telling.proposal(made, time.time()), *telling.proposal_lines(made, time.time()))


for command in (update, suspend, reinstate, remove, list_, show, approve, reject):
    enrol.add_command(command)


def _change(known: EnrolmentRoom, asked: Request | None, candidate: str, terms: Path | None) -> Change:
    before = known.registry.find(asked.entity_id if asked is not None else candidate)
    if asked is not None:
        stated = terms_of(read_json(terms)) if terms is not None else Terms()
        return enrolling(asked, stated, before, issuer=known.issuer)
    if before is None:
        raise Failure(f"{candidate} is not registered")
    verb: Verb = "reinstate" if before.state == "suspended" else "suspend"
    return Change(verb=verb, entity_id=candidate, seen=before.version)


def _asked(known: EnrolmentRoom, candidate: str) -> Request | None:
    """What somebody asks for; of whom we know only the address, what it says itself; None: it is
    registered."""
    if not is_entity_id(candidate):
        return _read(Path(candidate))
    before = known.registry.find(candidate)
    if before is not None and before.state != "removed":
        return None
    token = known.read(configuration_url(candidate), STATEMENT.size).decode("ascii", "replace").strip()
    try:
        own = verify_self_signed(token, entity_id=candidate, now=known.clock())
    except Invalid as error:
        raise Failure(f"{candidate} could not be trusted: {error}") from error
    return Request(
        entity_id=candidate,
        superior=known.issuer,
        jwks=own.jwks,
        kinds=tuple(own.metadata),
        intermediate="federation_fetch_endpoint" in own.metadata.get("federation_entity", {}),
    )


def _read(file: Path) -> Request:
    try:
        return membership.read(read_json(file))
    except Unreadable as error:
        raise Failure(f"{file} is no request: {error}") from error


def _proof(asked: Request | None, candidate: str) -> list[str]:
    if asked is None or not is_entity_id(candidate):
        return []
    return ["its keys are what it says itself: have it send what `manyou federation enrol request` writes"]


def _kinds(settings: Settings) -> tuple[str, ...]:
    return (*_PROVIDER, "federation_entity") if settings.provider else ("federation_entity",)


def _telephone(asked: Request) -> list[str]:
    return [f"checksum     {asked.checksum}   (to be read out over the telephone)"]


def _hint(path: Path, superior: str) -> str:
    return f'write authority_hints = ["{superior}"] into [federation] of {path}, and restart the node'
