"""Fetching: owns where documents lie, and what is wrong with an answer before it is read (OIDF §8.1, §9).
Pure. Imports entity_id, outside, statement.
"""

from urllib.parse import quote

from federation.entity_id import is_entity_id
from federation.resolve.outside import Page
from federation.resolve.report import Outcome, Source, Step, What
from federation.resolve.shelf import Absence, Name
from federation.statement import Statement

CONTENT_TYPE = "application/entity-statement+jwt"


def refusal(page: Page, *, configuration: bool) -> tuple[Absence, str, str] | None:
    """What is wrong with an answer before it is read (OIDF §8.1.2, §9.2)."""
    section = "9.2" if configuration else "8.1.2"
    if page.status == 200:
        if page.content_type.strip().lower() == CONTENT_TYPE:
            return None
        return "refused", f"it is not answered as {CONTENT_TYPE}", section
    if 300 <= page.status < 400:
        return "refused", f"it answers {page.status}, and redirects are not followed", section
    if page.status in (404, 410):
        return (
            "not found",
            "there is no such statement" if not configuration else "it publishes none",
            section,
        )
    if page.status == 400:
        return "refused", "the request is refused with 400", section
    return "unreachable", f"it answers {page.status}", "10.5"


def fetch_url(own: Statement, subject: str) -> str:
    """Where a superior answers about a subordinate, from its own statement alone (OIDF §8.1)."""
    endpoint = own.metadata.get("federation_entity", {}).get("federation_fetch_endpoint")
    if not isinstance(endpoint, str) or not is_endpoint(endpoint):
        return ""
    return with_subject(endpoint, subject)


def with_subject(endpoint: str, subject: str) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}sub={quote(subject, safe='')}"


def is_endpoint(url: str) -> bool:
    """An address is held to the rules of an entity identifier, but may have a query (OIDF §5.1.1)."""
    return is_entity_id(url.split("?", 1)[0]) and url.isascii() and url.isprintable() and "#" not in url


def step(
    name: Name,
    *,
    source: Source,
    outcome: Outcome = "ok",
    reason: str = "",
    section: str = "",
    url: str = "",
    milliseconds: float = 0.0,
) -> Step:
    """The step of one document."""
    what: What = "configuration" if name[0] == name[1] else "statement"
    return Step(
        what=what,
        issuer=name[0],
        subject=name[1],
        source=source,
        outcome=outcome,
        reason=reason,
        section=section,
        url=url,
        milliseconds=milliseconds,
    )
