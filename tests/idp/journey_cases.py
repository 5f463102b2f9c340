"""Situations of a sign-in that concern who it is: rules 1 to 3 of the journey, as sentences."""

from dataclasses import dataclass, field
from typing import Any

from idp.client import Client
from idp.journey import (
    Choose,
    Issue,
    Password,
    Step,
    Travel,
)
from idp.login import Login
from idp.session import Session
from tests.idp.made import GD, HUB, NOW, ZJ, citizen, client, login, peer_client, session, visiting

NONE, LOGIN, CONSENT = frozenset({"none"}), frozenset({"login"}), frozenset({"consent"})
PORTAL, STRICT, HUB_ASKS = client(), client(consent="ask"), peer_client(HUB)
OWN, KNOWN = session(), session(announced=NOW - 100)
FETCHED: dict[str, object] = {"name": "李华"}


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How people can sign in at this node; by default in a region whose hub is up."""

    passwords: bool = True
    beyond: str | None = HUB
    remembered: str | None = None
    down: frozenset[str] = frozenset()

    def up(self, issuer: str) -> bool:
        return issuer not in self.down


ALONE = Ways(beyond=None, down=frozenset({HUB}))
AT_HUB = Ways(passwords=False, beyond=None)
AT_HUB_REMEMBERED = Ways(passwords=False, beyond=None, remembered=GD)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A situation and the code of the refusal, or the step."""

    then: Step | str
    login: Login = field(default_factory=login)
    session: Session | None = None
    client: Client = PORTAL
    ways: Ways = field(default_factory=Ways)
    consented: bool = False


def after_asking(**changes: Any) -> Login:
    """Everybody who could know was asked silently."""
    return login(asked=(HUB,), **changes)


RULE_1 = {
    "a hub never answers a region about its own citizens": Case(
        session=visiting(ZJ, ZJ), client=peer_client(ZJ), ways=AT_HUB, then=Choose()
    ),
    "a hub that may show nothing refuses a region its own citizens": Case(
        session=visiting(ZJ, ZJ),
        client=peer_client(ZJ),
        ways=AT_HUB,
        login=login(prompt=NONE),
        then="login_required",
    ),
    "a hub answers a region about another region's citizens": Case(
        session=visiting(GD, GD),
        client=peer_client(ZJ),
        ways=AT_HUB,
        login=login(claims=FETCHED),
        then=Issue(),
    ),
    "a hub answers a region about its own national accounts": Case(
        session=session(citizen(home_region="000000")), client=peer_client(ZJ), ways=AT_HUB, then=Issue()
    ),
    "a region never answers the hub with what the hub itself said": Case(
        session=visiting(), client=HUB_ASKS, login=login(prompt=NONE), then="login_required"
    ),
    "a region answers the hub about a citizen who signed in there": Case(
        session=OWN, client=HUB_ASKS, login=login(prompt=NONE), then=Issue()
    ),
    "a portal is answered about anybody": Case(session=visiting(), login=login(claims=FETCHED), then=Issue()),
    "a portal is answered about the region's own citizens": Case(session=KNOWN, then=Issue()),
}

RULE_2 = {
    "without a session the hub is asked first, and silently": Case(then=Travel(HUB, silent=True)),
    "a page is shown once the hub was asked": Case(login=after_asking(), then=Password()),
    "prompt=none still asks the hub": Case(login=login(prompt=NONE), then=Travel(HUB, silent=True)),
    "prompt=none is refused once the hub was asked": Case(
        login=after_asking(prompt=NONE), then="login_required"
    ),
    "prompt=none is refused at once when there is nobody to ask": Case(
        login=login(prompt=NONE), ways=ALONE, then="login_required"
    ),
    "prompt=none is refused even where a region was chosen": Case(
        login=after_asking(prompt=NONE, chosen=HUB), then="login_required"
    ),
    "prompt=login asks silently too: only then is it known where the password is": Case(
        login=login(prompt=LOGIN), then=Travel(HUB, silent=True)
    ),
    "prompt=login shows the page of our own when nobody knows the person": Case(
        login=after_asking(prompt=LOGIN), then=Password()
    ),
    "prompt=consent asks silently like any other": Case(
        login=login(prompt=CONSENT), then=Travel(HUB, silent=True)
    ),
    "max_age does not keep from asking silently: it is judged afterwards": Case(
        login=login(max_age=0), then=Travel(HUB, silent=True)
    ),
    "while the hub is down nobody is sent there": Case(ways=ALONE, then=Password()),
    "a hub that comes back during the journey is asked": Case(
        login=login(asked=(GD,)), then=Travel(HUB, silent=True)
    ),
    "the hub is not asked what it is asking": Case(client=HUB_ASKS, then=Password()),
    "the hub is refused without a page when nobody is signed in": Case(
        client=HUB_ASKS, login=login(prompt=NONE), then="login_required"
    ),
    "the hub asks the remembered region silently": Case(
        client=peer_client(ZJ), ways=AT_HUB_REMEMBERED, then=Travel(GD, silent=True)
    ),
    "the hub asks the remembered region under prompt=none too": Case(
        client=peer_client(ZJ), ways=AT_HUB_REMEMBERED, login=login(prompt=NONE), then=Travel(GD, silent=True)
    ),
    "the hub asks the remembered region once": Case(
        client=peer_client(ZJ), ways=AT_HUB_REMEMBERED, login=login(asked=(GD,)), then=Choose()
    ),
    "the hub does not ask a region about the region's own question": Case(
        client=peer_client(GD), ways=AT_HUB_REMEMBERED, then=Choose()
    ),
    "a region that has both asks the hub before the remembered region": Case(
        ways=Ways(remembered=GD), then=Travel(HUB, silent=True)
    ),
    "and then the remembered region": Case(
        ways=Ways(remembered=GD), login=after_asking(), then=Travel(GD, silent=True)
    ),
    "whoever chose a region is taken there with pages": Case(
        login=after_asking(chosen=HUB), then=Travel(HUB, silent=False)
    ),
    "whoever chose a region under prompt=login must authenticate anew there": Case(
        login=after_asking(prompt=LOGIN, chosen=HUB), then=Travel(HUB, silent=False, renew=True)
    ),
    "a trip that failed leads to a page, not to another trip": Case(
        login=after_asking(trips=1, trouble="access_denied"), then=Password()
    ),
    "where no passwords are checked the regions are shown": Case(
        client=peer_client(ZJ), ways=AT_HUB, then=Choose()
    ),
}

RULE_3 = {
    "prompt=login asks for the password of somebody who signed in here": Case(
        session=KNOWN, login=login(prompt=LOGIN), then=Password()
    ),
    "prompt=login is content after the password": Case(
        session=session(citizen(auth_time=NOW + 5), announced=NOW + 5),
        login=login(prompt=LOGIN, renewed=NOW + 5),
        then=Issue(),
    ),
    "prompt=login is not content with a sign-in in another tab that this journey did not see": Case(
        session=session(citizen(auth_time=NOW + 5)), login=login(prompt=LOGIN), then=Password()
    ),
    "prompt=login is not content with a journey that brought an old authentication": Case(
        session=visiting(auth_time=NOW - 61),
        login=login(prompt=LOGIN, renewed=NOW, trips=1),
        then="login_required",
    ),
    "a minute of difference between clocks is forgiven": Case(
        session=visiting(auth_time=NOW - 60),
        login=login(prompt=LOGIN, renewed=NOW, trips=1, claims=FETCHED),
        then=Issue(),
    ),
    "a visitor authenticates anew where the password is": Case(
        session=visiting(), login=login(prompt=LOGIN), then=Travel(HUB, silent=False, renew=True)
    ),
    "a visitor is sent there once": Case(
        session=visiting(), login=login(prompt=LOGIN, trips=1), then="login_required"
    ),
    "a visitor whose region cannot be reached is not sent there": Case(
        session=visiting(), login=login(prompt=LOGIN), ways=ALONE, then="login_required"
    ),
    "whoever chose another region meanwhile is taken there": Case(
        session=KNOWN, login=login(prompt=LOGIN, chosen=HUB), then=Travel(HUB, silent=False, renew=True)
    ),
    "a session older than max_age asks for the password": Case(
        session=session(citizen(auth_time=NOW - 51)), login=login(max_age=50), then=Password()
    ),
    "a session exactly as old as max_age is good": Case(
        session=session(citizen(auth_time=NOW - 50), announced=NOW), login=login(max_age=50), then=Issue()
    ),
    "max_age of nothing asks even somebody who signed in a second ago": Case(
        session=session(citizen(auth_time=NOW - 1)), login=login(max_age=0), then=Password()
    ),
    "max_age of nothing is content after the password, however long typing took": Case(
        session=session(citizen(auth_time=NOW + 900), announced=NOW + 900),
        login=login(max_age=0, renewed=NOW + 900),
        then=Issue(),
    ),
    "max_age of a second is content with a region whose clock is a minute slow, once it asked anew": Case(
        session=visiting(auth_time=NOW - 61),
        login=login(max_age=1, renewed=NOW, trips=1, claims=FETCHED),
        then=Issue(),
    ),
    "max_age forgives no difference before anybody was asked anew": Case(
        session=visiting(auth_time=NOW - 2),
        login=login(max_age=1),
        then=Travel(HUB, silent=False, renew=True),
    ),
    "max_age is refused without a loop when the clocks are too far apart": Case(
        session=visiting(auth_time=NOW - 62),
        login=login(max_age=1, renewed=NOW, trips=1),
        then="login_required",
    ),
    "under prompt=none a session that is too old is refused": Case(
        session=OWN, login=login(prompt=NONE, max_age=50), then="login_required"
    ),
    "under prompt=none a visitor's session that is too old is refused": Case(
        session=visiting(), login=login(prompt=NONE, max_age=50), then="login_required"
    ),
    "under prompt=none a session that is young enough answers": Case(
        session=OWN, login=login(prompt=NONE, max_age=100), then=Issue()
    ),
}
