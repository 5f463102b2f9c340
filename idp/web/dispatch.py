"""Dispatch: owns carrying out what the journey decided. Decides nothing itself; every step ends here again.

Imports journey and the rooms that do things. A view either shows the page that the journey is at, or is
sent on.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Response

from idp import journey
from idp.audit import Audit
from idp.client import Client
from idp.clock import Clock
from idp.consent import Agreements
from idp.errors import PageError, Unavailable
from idp.login import Login, Logins, new_id
from idp.oauth.asked import Approval, Checked
from idp.oauth.provider import Provider
from idp.peers import Peers
from idp.session import Session, Sessions
from idp.travel import Travel
from idp.web.edge import respond, see_other
from idp.web.visitor import LiveWays, Visitor

HOPS = 6
"""How many steps without a page one request may take; more would be a loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Carries out steps."""

    issuer: str
    passwords: bool
    provider: Provider
    logins: Logins
    sessions: Sessions
    agreements: Agreements
    peers: Peers
    travel: Travel
    audit: Audit
    clock: Clock

    def begin(self, checked: Checked, visitor: Visitor) -> Response:
        """A new authorization request arrived; nothing is stored unless a page or a trip is needed."""
        login = Login(
            id=new_id(),
            browser="",
            client_id=checked.client.client_id,
            params=checked.params,
            prompt=checked.prompt,
            max_age=checked.max_age,
            scopes=checked.scopes,
            ui_locales=checked.ui_locales,
            arrived=int(self.clock()),
        )
        if checked.once is not None and not self.provider.uses.first(checked.once, login.id):
            before = self.provider.uses.began(checked.once)
            return self._again(before, visitor, checked.client.client_id)
        return self._go(login, visitor, checked, here=None) or see_other(self.page("signin", login))

    def go_on(
        self, login: Login, visitor: Visitor, *, here: type[journey.Step] | None = None
    ) -> Response | None:
        """Take the next steps of a paused journey.

        Args:
            here: the step whose page the calling view shows.

        Returns:
            The answer, or None: the journey is at the caller's own page.
        """
        return self._go(login, visitor, self.provider.check(login.params), here=here)

    def _again(self, before: str, visitor: Visitor, client_id: str) -> Response:
        """A request that is good once came again: the browser that began with it is let back in, as long as
        that sign-in goes on; anybody else has a copy."""
        try:
            login = self.logins.get(before, browser=visitor.browser, now=self.clock())
        except PageError:
            raise PageError(
                "request_replayed",
                "This authorization request was used already (its jti, or its request_uri); make a new one.",
                client_id=client_id,
            ) from None
        return self.go_on(login, visitor) or see_other(self.page("signin", login))

    def page(self, name: str, login: Login) -> str:
        """The address of a page of this journey."""
        return f"{self.issuer}/{name}/{login.id}"

    def ways(self, visitor: Visitor) -> LiveWays:
        """How people can sign in here right now."""
        return LiveWays(passwords=self.passwords, peers=self.peers, home=visitor.home)

    def refuse(self, login: Login, code: str, description: str) -> Response:
        """End a journey with an error to the client."""
        self.logins.finish(login)
        return respond(self.provider.refuse(self.provider.check(login.params), code, description))

    def _go(
        self, login: Login, visitor: Visitor, checked: Checked, *, here: type[journey.Step] | None
    ) -> Response | None:
        ways = self.ways(visitor)
        for _ in range(HOPS):
            step = self._next(login, visitor.session, checked.client, ways)
            if here is not None and isinstance(step, here):
                return None
            match step:
                case journey.Password():
                    return self._show("signin", login, visitor)
                case journey.Choose():
                    return self._show("regions", login, visitor)
                case journey.Consent():
                    return self._show("consent", login, visitor)
                case journey.Travel():
                    login, answer = self._travel(step, login, visitor)
                case journey.Announce():
                    login, answer = self._announce(step, login, visitor)
                case journey.Refuse(code, description):
                    return self._refuse(login, checked, code, description)
                case journey.Issue():
                    return self._issue(login, visitor, checked)
            if answer is not None:
                return answer
        raise Unavailable("peer", "a journey took too many steps without a page")

    def _next(self, login: Login, session: Session | None, client: Client, ways: LiveWays) -> journey.Step:
        return journey.next_step(login, session, client, ways, consented=self._agreed(login, session, client))

    def _agreed(self, login: Login, session: Session | None, client: Client) -> bool:
        if client.consent == "implied" or session is None:
            return client.consent == "implied"
        who = session.citizen
        earlier = self.agreements.find(who.source, who.local_id, client.client_id)
        return earlier is not None and earlier.covers(login.scopes)

    def _keep(self, login: Login, visitor: Visitor) -> Login:
        kept = login if login.browser else replace(login, browser=visitor.browser_name)
        self.logins.keep(kept)
        return kept

    def _show(self, page: str, login: Login, visitor: Visitor) -> Response:
        return see_other(self.page(page, self._keep(login, visitor)))

    def _travel(self, step: journey.Travel, login: Login, visitor: Visitor) -> tuple[Login, Response | None]:
        if step.silent:
            login = replace(login, asked=(*login.asked, step.issuer), trouble=None)
        else:
            login = replace(login, trips=login.trips + 1, chosen=None, trouble=None)
        kept = self._keep(login, visitor)
        # A silent trip asks who it is; whether that was too long ago is judged here, when it is back.
        judged_there = () if step.silent or step.claims_only else ("max_age",)
        forwarded = ("acr_values", "ui_locales", *judged_there)
        try:
            url = self.travel.leave(
                step.issuer,
                browser=kept.browser,
                silent=step.silent,
                renew=step.renew,
                scopes=kept.scopes,
                asked={name: kept.params[name] for name in forwarded if name in kept.params},
                login_id=kept.id,
            )
        except Unavailable:
            lost = {} if visitor.session is not None else kept.claims
            return replace(kept, trouble="temporarily_unavailable", claims=lost), None
        return kept, see_other(url)

    def _announce(
        self, step: journey.Announce, login: Login, visitor: Visitor
    ) -> tuple[Login, Response | None]:
        kept = self._keep(replace(login, announced=True), visitor)
        try:
            start = self.peers.get(step.issuer).party.get("initiate_login_uri")
        except Unavailable:
            return kept, None
        params = {"iss": self.issuer, "target_link_uri": self.page("return", kept)}
        return kept, see_other(f"{start}?{urlencode(params)}") if isinstance(start, str) else None

    def _refuse(self, login: Login, checked: Checked, code: str, description: str) -> Response:
        if login.browser:
            self.logins.finish(login)
        return respond(self.provider.refuse(checked, code, description))

    def _issue(self, login: Login, visitor: Visitor, checked: Checked) -> Response:
        session = visitor.session
        if session is None:
            raise Unavailable("store", "the session ended meanwhile")
        now, client_id = self.clock(), checked.client.client_id
        first = client_id not in session.clients
        told = client_id == self.peers.beyond()
        session, sid = self.sessions.visit(session, client_id, announced=told, now=now)
        visitor.session = session
        if first:
            self.audit.record(
                "client.entered",
                source=session.citizen.source,
                local_id=session.citizen.local_id,
                client=client_id,
            )
        if login.browser:
            self.logins.finish(login)
        approval = Approval(
            citizen=session.citizen,
            claims=session.citizen.claims if session.upstream is None else login.claims or {},
            session_key=self.sessions.key(session),
            sid=sid,
            session_expiry=session.expires,
        )
        return respond(self.provider.issue(checked, approval))
