"""Authorization requests that are refused: on a page before the client and its address are known, else at the client."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.country.browser import Page
from tests.country.network import origin_of
from tests.country.world import GD, PORTAL_GD, World
from tests.journeys.steps import leads_on, param


def asked(world: World, **changes: str | None) -> Page:
    """One authorization request, as the portal would send it but for the changes; redirects are not followed."""
    url, _ = world.portal_gd.start()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    sent = {name: value for name, value in {**query, **changes}.items() if value is not None}
    return world.browser().hop(f"{GD}/authorize?{urlencode(sent)}")


def test_the_lawful_request_goes_on(world: World) -> None:
    page = asked(world)
    assert page.status == 303
    assert not page.location.startswith(PORTAL_GD)


ON_A_PAGE = {
    "an unknown client": {"client_id": "nobody"},
    "no client": {"client_id": None},
    "no address to go back to": {"redirect_uri": None},
    "an address elsewhere": {"redirect_uri": "https://evil.example/callback"},
    "a longer path": {"redirect_uri": f"{PORTAL_GD}/callback/more"},
    "a path that climbs": {"redirect_uri": f"{PORTAL_GD}/callback/../other"},
    "a shorter path": {"redirect_uri": f"{PORTAL_GD}/"},
    "another case": {"redirect_uri": f"{PORTAL_GD}/Callback"},
    "a query": {"redirect_uri": f"{PORTAL_GD}/callback?x=1"},
    "a fragment": {"redirect_uri": f"{PORTAL_GD}/callback#x"},
    "another port": {"redirect_uri": "http://portal-gd.localhost:9999/callback"},
    "another scheme": {"redirect_uri": "https://portal-gd.localhost:8411/callback"},
    "a name before the host": {"redirect_uri": "http://portal-gd.localhost:8411@evil.example/callback"},
    "a host that only begins alike": {
        "redirect_uri": "http://portal-gd.localhost:8411.evil.example/callback"
    },
    "a script": {"redirect_uri": "javascript:alert(1)"},
    "a space behind": {"redirect_uri": f"{PORTAL_GD}/callback "},
    "an address of another client": {"redirect_uri": "http://portal-zj.localhost:8421/callback"},
}


@pytest.mark.parametrize("changes", ON_A_PAGE.values(), ids=ON_A_PAGE.keys())
def test_shown_on_a_page_and_never_redirected(world: World, changes: dict[str, str | None]) -> None:
    page = asked(world, **changes)
    assert page.status == 400
    assert page.location == page.url, "nothing is sent anywhere"
    assert "<h1>" in page.text
    assert leads_on(page)
    assert {origin_of(link) for link in page.links} == {GD}, "nor led there by a link"


AT_THE_CLIENT = {
    "no code challenge": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "a challenge without its method": ({"code_challenge_method": None}, "invalid_request"),
    "a method without a challenge": ({"code_challenge": None}, "invalid_request"),
    "a plain challenge": ({"code_challenge_method": "plain"}, "invalid_request"),
    "a challenge of the wrong length": ({"code_challenge": "short"}, "invalid_request"),
    "the implicit flow": ({"response_type": "id_token token"}, "unsupported_response_type"),
    "a request at an address": ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    "no openid": ({"scope": "profile"}, "invalid_scope"),
    "none and login together": ({"prompt": "none login"}, "invalid_request"),
    "a negative age": ({"max_age": "-1"}, "invalid_request"),
}


@pytest.mark.parametrize(("changes", "code"), AT_THE_CLIENT.values(), ids=AT_THE_CLIENT.keys())
def test_answered_to_the_client_with_its_state_and_our_name(
    world: World, changes: dict[str, str | None], code: str
) -> None:
    page = asked(world, **changes, state="kept")
    assert page.status == 303
    assert page.location.startswith(f"{PORTAL_GD}/callback?")
    assert param(page.location, "error") == code
    assert param(page.location, "state") == "kept"
    assert param(page.location, "iss") == GD
    assert "code=" not in page.location.replace("error_code=", "")


def test_a_public_client_cannot_be_exempted_from_pkce_and_a_confidential_one_can(world: World) -> None:
    public = world.site("http://app.localhost:8491", GD, "app", secret=None, pkce=False)
    exempt = world.site("http://old.localhost:8492", GD, "old", pkce=False)
    for site, refused in ((public, True), (exempt, False)):
        page = asked(
            world,
            client_id=site.client_id,
            redirect_uri=site.redirect_uri,
            code_challenge=None,
            code_challenge_method=None,
        )
        assert page.location.startswith(site.redirect_uri) is refused


TWICE = {
    "authorize": ("GET", "/authorize", "client_id=portal-gd&client_id=portal-gd"),
    "authorize with a made-up name": ("GET", "/authorize", "x=1&x=2"),
    "authorize by post": ("POST", "/authorize", "state=a&state=b"),
    "pushed request": ("POST", "/par", "state=a&state=b"),
    "token": ("POST", "/token", "code=a&code=b"),
    "token with a made-up name": ("POST", "/token", "x=1&x=2"),
    "userinfo": ("POST", "/userinfo", "access_token=a&access_token=b"),
    "logout": ("GET", "/logout", "state=a&state=b"),
    "logout by post": ("POST", "/logout", "state=a&state=b"),
    "confirmed logout": ("POST", "/logout/confirm", "goodbye=a&goodbye=b"),
    "back from a logout above": ("GET", "/logout/done", "state=a&state=b"),
    "arrival": ("GET", "/arrive", "state=a&state=b"),
    "announcement": ("GET", "/initiate", "iss=a&iss=b"),
    "announcement by post": ("POST", "/initiate", "iss=a&iss=b"),
    "logout token": ("POST", "/backchannel-logout", "logout_token=a&logout_token=b"),
}


@pytest.mark.parametrize(("method", "path", "query"), TWICE.values(), ids=TWICE.keys())
def test_a_parameter_that_occurs_twice_is_refused_wherever_it_is_sent(
    world: World, method: str, path: str, query: str
) -> None:
    client = world.network.client(GD, cookies=False)
    posted = method == "POST"
    response = client.open(
        path,
        method=method,
        base_url=GD,
        query_string="" if posted else query,
        data=query if posted else None,
        content_type="application/x-www-form-urlencoded" if posted else None,
    )
    assert response.status_code == 400
    assert "more than once" in response.get_data(as_text=True)
    if path in ("/par", "/token", "/userinfo", "/backchannel-logout"):
        assert response.get_json()["error"] == "invalid_request"


def test_a_field_of_the_sign_in_form_that_occurs_twice_is_refused(world: World) -> None:
    browser = world.browser()
    page = browser.get(f"{PORTAL_GD}/login")
    jar = browser.jar(GD)
    form = "username=lihua&password=right&username=chenjie"
    response = jar.post(
        page.form.action, base_url=GD, data=form, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400
    assert browser.cookie(GD, "manyou_session") is None
