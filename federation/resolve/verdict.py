"""Verdict: owns what a walk comes to: the report with its reason. Imports report, walk."""

from collections.abc import Iterable

from federation.chain import TrustChain
from federation.resolve.report import Report, Step, Verdict
from federation.resolve.shelf import NO, SILENCE
from federation.resolve.walk import Walk

_WEIGHT = {"chain": 5, "supplied": 1, "configuration": 3, "statement": 4, "hints": 2, "budget": 3}


def verdict(walk: Walk, subject: str, chain: TrustChain | None) -> Report:
    """The report of a walk that is over."""
    said: Verdict = "trusted" if chain else "unreachable" if walk.transient else "untrusted"
    step = None if chain else _decisive(walk.steps, said)
    code = "temporarily_unavailable" if said == "unreachable" else "invalid_trust_chain"
    return Report(
        subject=subject,
        steps=tuple(walk.steps),
        verdict=said,
        chain=chain,
        code="" if chain else (step.code if step and step.code else code),
        reason="" if chain else (_sentence(step) if step else "no trust anchor is pinned here"),
        section=step.section if step else ("" if chain else "10"),
        fetches=walk.purse.fetches,
        retry_after=0 if chain else (SILENCE if said == "unreachable" else NO),
        milliseconds=walk.since(walk.began),
    )


def _decisive(steps: Iterable[Step], said: Verdict) -> Step | None:
    """The step that weighs most: for silence the first that was silent, otherwise the last and highest no."""
    bad = [step for step in steps if step.outcome != "ok"]
    if said == "unreachable":
        return next((one for one in bad if one.outcome == "unreachable" or one.budget == "seconds"), None)
    return max(reversed(bad), key=lambda one: _WEIGHT.get(one.what, 0), default=None)


def _sentence(step: Step) -> str:
    if step.what == "configuration":
        return f"the configuration of {step.subject}: {step.reason}"
    if step.what == "statement":
        return f"the statement of {step.issuer} about {step.subject}: {step.reason}"
    return step.reason
