"""A witness of everything that a window does: what it asks of whom, what it complains about, what it keeps."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

POLICY_LISTENER = """
document.addEventListener("securitypolicyviolation", e =>
    console.error(`policy: ${e.effectiveDirective} ${e.blockedURI}`));
"""
EXPECTED = {"BounceTrackingIssue"}
"""The hub only redirects, and browsers may delete what it keeps: nothing depends on that."""

NOTED = {"console": "complained on its console", "request": "asked somebody else", "issue": "is at issue"}

ACCESSIBILITY = """() => {
    const all = (what) => [...document.querySelectorAll(what)];
    const named = (e) => (e.getAttribute("aria-label") || e.textContent || "").trim();
    const ids = all("[id]").map((e) => e.id);
    const levels = all("h1, h2, h3, h4").map((e) => Number(e.tagName[1]));
    const wrong = {
        "a language": document.documentElement.lang in {"zh-CN": 1, "en": 1},
        "a title": document.title.trim().length > 3,
        "one h1": all("h1").length === 1 && named(all("h1")[0]) !== "",
        "one main": all("main").length === 1,
        "headings in order": levels.every((level, n) => level <= (levels[n - 1] ?? 0) + 1),
        "a label for each field": all("input:not([type=hidden]), select, textarea").every((e) => e.labels.length),
        "ids that occur once": new Set(ids).size === ids.length,
        "ids that are referred to": all("[aria-labelledby], [aria-describedby], label[for]").every((e) =>
            ["aria-labelledby", "aria-describedby", "for"].flatMap((a) => (e.getAttribute(a) ?? "").split(" "))
                .filter(Boolean).every((id) => document.getElementById(id))),
        "a name for each link and button": all("a, button").every((e) => named(e) !== ""),
        "an alternative for each picture": all("img").every((e) => e.hasAttribute("alt")),
        "the order of its source": all("[tabindex]").every((e) => e.tabIndex <= 0),
        "the width of its window": document.documentElement.scrollWidth <= innerWidth,
        "no script": all("script").length === 0,
        "a stylesheet that arrived": [...document.styleSheets].length > 0,
    };
    return Object.keys(wrong).filter((what) => !wrong[what]);
}"""


class Witness:
    """Watches one window (a browser context) from the first request on.

    Args:
        context: the window.
        hosts: host and port of everybody that it may ask.
    """

    def __init__(self, context: BrowserContext, hosts: Collection[str]) -> None:
        self.complaints: list[str] = []
        self._context = context
        self._hosts = hosts
        self._documents: set[str] = set()
        context.add_init_script(POLICY_LISTENER)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note("console", str(error.error)))

    def watch(self, page: Page) -> None:
        """Also hear what the browser's own auditor says about a page (policy, cookies, forms)."""
        line = self._context.new_cdp_session(page)
        line.on("Audits.issueAdded", lambda event: self._issue(event["issue"]))
        line.send("Audits.enable")

    def cookies_are_kept_well(self) -> None:
        """Out of reach of scripts, of subresources of other sites, and of other hosts."""
        for cookie in self._context.cookies():
            of = f"{cookie['name']} of {cookie['domain']}"
            assert cookie["httpOnly"], f"{of} can be read by scripts"
            assert cookie["sameSite"] == "Lax", f"{of} is SameSite={cookie['sameSite']}"
            assert not cookie["domain"].startswith("."), f"{of} is sent to other hosts"
            assert cookie["path"] == "/", of

    def _request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if request.is_navigation_request():
            self._documents.add(request.url)
        if where.netloc not in self._hosts and where.scheme not in ("data", "about"):
            self._note("request", request.url)

    def _console(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")
        a_page = message.location["url"] in self._documents  # its status is what the story is about
        if message.type in ("error", "warning") and not (refused and a_page):
            self._note("console", f"{message.text} ({message.location['url']})")

    def _issue(self, issue: dict[str, Any]) -> None:
        if issue["code"] not in EXPECTED:
            self._note("issue", f"{issue['code']}: {issue['details']}")

    def _note(self, kind: str, text: str) -> None:
        self.complaints.append(f"a page {NOTED[kind]}: {text[:600]}")
