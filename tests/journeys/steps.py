"""Steps that many stories share."""

from urllib.parse import parse_qs, urlsplit

from idp.session import Session
from tests.country.browser import Browser, Page
from tests.country.site import Site
from tests.country.world import World


def at_signin(world: World, browser: Browser, site: Site, **params: str) -> Page:
    """The sign-in page of the site's region."""
    query = "&".join(f"{name}={value}" for name, value in params.items())
    page = browser.get(f"{site.url}/login?{query}")
    assert "/signin/" in page.url, page.url
    return page


def code_for(world: World, browser: Browser, site: Site, **params: str) -> tuple[str, dict[str, str]]:
    """A code that was sent to the site and not redeemed, and what the site remembers; signed in if need be."""
    url, kept = site.start(**params)
    browser.stop_at = site.redirect_uri
    page = browser.get(url)
    if "/signin/" in page.url:
        page = browser.submit(page, username="lihua", password="right")
    browser.stop_at = None
    assert "code" in page.answer, page.url
    return page.answer["code"], kept


def session(world: World, browser: Browser, issuer: str) -> Session | None:
    """The living session of this browser at a server."""
    return world.nodes[issuer].sessions.find(browser.cookie(issuer, "manyou_session"), now=world.clock())


def stopped_at(browser: Browser, start: str, stop: str) -> Page:
    """Follow redirects until an address that begins with `stop`, which is not visited."""
    browser.stop_at = stop
    page = browser.get(start)
    browser.stop_at = None
    assert page.url.startswith(stop), page.url
    return page


def at_hub_return(world: World, browser: Browser, site: Site) -> str:
    """The address at which the hub's answer to the site's region would arrive; not visited."""
    return stopped_at(browser, f"{site.url}/login", f"{site.issuer}/arrive").url


def param(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]


def everything_in(world: World, issuer: str) -> bytes:
    """All that a server's store holds, keys and values."""
    store = world.stores[issuer]
    keys = store._do("KEYS", f"{store._prefix}*")
    assert isinstance(keys, list)
    return b"\n".join(key + b" " + (store._do("GET", key) or b"") for key in keys)


def leads_on(page: Page) -> bool:
    """Whether a person who reads this page has somewhere to go."""
    return any(link.startswith("http") for link in page.links)
