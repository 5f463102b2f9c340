"""Resolve: owns finding the trust chain of an entity: climbing, within budgets, to a pinned anchor; caching;
and saying how it went (OIDF §10). Knows the network and the shared cache as protocols only. Imports chain,
statement.
"""

from federation.resolve.limits import Limits
from federation.resolve.marks import MarkChecker
from federation.resolve.outside import Cache, Fetcher, Page, TooLong, Unkept, Unreached
from federation.resolve.report import Report, Step, Unreachable, Untrusted
from federation.resolve.resolver import Resolver

__all__ = [
    "Cache",
    "Fetcher",
    "Limits",
    "MarkChecker",
    "Page",
    "Report",
    "Resolver",
    "Step",
    "TooLong",
    "Unkept",
    "Unreachable",
    "Unreached",
    "Untrusted",
]
