"""Chain: owns `manyou federation chain`: the trust chain of an entity, hop by hop, and why there is none.
Imports desk, wiring, federation.resolve.
"""

import time
from collections.abc import Iterator, Mapping

import click

from federation.chain import TrustChain
from federation.resolve import Report, Resolver, Step
from idp import clock
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.settings import Settings
from idp.trusting.anchors import Anchors
from idp.wiring import open_outbound
from idp.wiring.trust import NothingShared, StatementFetcher

Pinned = Mapping[str, Mapping[str, object]]


@click.command()
@click.argument("url")
@click.option("--why", is_flag=True, help="Print every step on the way, with the rule that failed.")
@click.option("--anchor", "anchors", multiple=True, help="Only this trust anchor will do; may be repeated.")
@at_desk
def chain(desk: Desk, url: str, why: bool, anchors: tuple[str, ...]) -> None:
    """The trust chain of the entity URL, from itself to a pinned anchor; fetched anew, nothing is kept."""
    settings = desk.settings()
    pinned = _pinned(desk, settings)
    if not pinned:
        raise Failure("no trust anchor is pinned; name one in a [[trust_anchor]] of the settings")
    if unknown := [one for one in anchors if one not in pinned]:
        raise Failure(f"{unknown[0]} is not pinned; its keys belong into a [[trust_anchor]] of the settings")
    outbound = open_outbound(settings)
    resolver = Resolver(
        anchors=lambda: pinned,
        fetcher=StatementFetcher(outbound),
        cache=NothingShared(),
        clock=clock.system,
    )
    try:
        report = resolver.explain(url, anchors=anchors or None)
    finally:
        outbound.close()
    desk.say(_data(report), *_lines(report, why=why or report.chain is None))
    if report.chain is None:
        raise Failure(f"{url} is {report.verdict}: {report.reason}")


def _pinned(desk: Desk, settings: Settings) -> Pinned:
    """The anchors of the settings, and this node where it is one."""
    pinned = dict(Anchors(settings.trust_anchor).pinned())
    if settings.authority is not None and not settings.federation.authority_hints:
        with desk.records() as records:
            pinned[settings.issuer] = records.rings.federation().jwks(time.time())
    return pinned


def _data(report: Report) -> Mapping[str, object]:
    found = report.chain
    return {
        "subject": report.subject,
        "verdict": report.verdict,
        "anchor": found.anchor if found else None,
        "superiors": list(found.superiors) if found else [],
        "expires": found.expires if found else None,
        "metadata": found.resolved if found else None,
        "trust_chain": list(found.tokens) if found else [],
        "error": report.code or None,
        "reason": report.reason or None,
        "section": report.section or None,
        "budgets": list(report.budgets),
        "fetches": report.fetches,
        "milliseconds": report.milliseconds,
        "steps": [_step_data(step) for step in report.steps],
    }


def _step_data(step: Step) -> Mapping[str, object]:
    said = {name: getattr(step, name) for name in Step.__slots__}
    return {name: value for name, value in said.items() if value is not None and value != ""}


def _lines(report: Report, *, why: bool) -> Iterator[str]:
    if report.chain is not None:
        yield from _hops(report.chain)
    if why:
        yield f"how {report.subject} was looked up:"
        yield from (line for step in report.steps for line in _told(step))
    yield f"{report.verdict} after {report.fetches} requests and {report.milliseconds:.0f} ms"
    if report.chain is None:
        yield f"{report.code}: {report.reason}" + (f" (OIDF §{report.section})" if report.section else "")


def _hops(found: TrustChain) -> Iterator[str]:
    yield found.subject
    for statement in found.statements[1:]:
        if statement.iss != statement.sub:
            yield f"  ↑ stated by {statement.iss}, key {statement.kid}, until {_moment(statement.expires)}"
    yield f"  anchor   {found.anchor}"
    yield f"  expires  {_moment(found.expires)}"
    yield f"  roles    {', '.join(sorted(found.resolved)) or 'none'}"


def _told(step: Step) -> Iterator[str]:
    about = step.subject if step.issuer == step.subject else f"{step.issuer} about {step.subject}"
    source = f" from {step.source}" if step.source else ""
    mark = "✓" if step.outcome == "ok" else "✗"
    yield f"  {mark} {step.what} {about}: {step.outcome}{source}, {step.milliseconds:.1f} ms"
    if step.reason:
        yield f"      {step.reason}" + (f" (OIDF §{step.section})" if step.section else "")
    if step.budget:
        yield f"      budget {step.budget} is used up"
    if step.outcome != "ok" and step.url:
        yield f"      {step.url}"


def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
