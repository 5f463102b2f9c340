"""A site registers itself, signs somebody in, changes its registration, removes it, and is then refused."""

import json
from typing import Any

from tests.country.registrant import Registrant
from tests.country.site import Site
from tests.country.world import GD, World
from tests.journeys.steps import code_for

URL = "http://itself.localhost:8493"
WANTED: dict[str, Any] = {
    "client_name": "Itself",
    "client_name#zh": "自助",
    "redirect_uris": [f"{URL}/callback"],
    "post_logout_redirect_uris": [f"{URL}/"],
    "id_token_signed_response_alg": "ES256",
    "backchannel_logout_uri": f"{URL}/backchannel-logout",
}


def test_a_site_lives_its_whole_life_by_itself(world: World) -> None:
    registrant = Registrant(world, GD, uses=1)
    one = registrant.register(WANTED)
    site = Site(world.network, URL, GD, one["client_id"], one["client_secret"])

    browser = world.browser()
    page = world.sign_in(browser, site, "lihua")
    assert page.url.startswith(f"{GD}/consent/"), "whoever registers itself asks first"
    assert "Allow Itself to use your data" in page.text
    assert browser.submit(page, "allow").url == f"{URL}/me"
    assert browser.get(f"{site.url}/login").url == f"{URL}/me", "and once"

    # Its library asks for something else: requests are pushed from now on, and the name is another.
    said = {**WANTED, "client_id": one["client_id"], "client_name#zh": "另名"}
    reply = registrant.manage(one, "PUT", {**said, "require_pushed_authorization_requests": True})
    assert reply.status == 200
    assert json.loads(reply.body)["require_pushed_authorization_requests"] is True
    assert browser.get(f"{site.url}/login").status == 400, "no longer in the open"
    assert registrant.manage(one, "PUT", said).status == 200
    page = browser.get(f"{site.url}/login")
    assert page.url.startswith(f"{GD}/consent/"), "a site of another name asks anew"
    assert browser.submit(page, "allow").url == f"{URL}/me"

    code, kept = code_for(world, browser, site)
    status, tokens = site.redeem(code, kept["verifier"])
    assert (status, site.userinfo(tokens["access_token"])[0]) == (200, 200)
    code, kept = code_for(world, browser, site)
    assert registrant.manage(one, "DELETE").status == 204
    assert site.redeem(code, kept["verifier"])[1]["error"] == "invalid_client"
    assert site.userinfo(tokens["access_token"])[0] == 401, "its tokens open nothing"
    gone = browser.get(f"{site.url}/login")
    assert (gone.status, gone.url.startswith(f"{GD}/authorize")) == (400, True)
    assert registrant.manage(one, "GET").status == 401


def test_a_site_without_a_secret_signs_people_in_with_pkce_alone(world: World) -> None:
    registrant = Registrant(world, GD)
    one = registrant.register({**WANTED, "token_endpoint_auth_method": "none"})
    site = Site(world.network, URL, GD, one["client_id"], None)
    browser = world.browser()
    page = world.sign_in(browser, site, "lihua")
    assert browser.submit(page, "allow").url == f"{URL}/me"
    url, _ = site.start()
    assert "code_challenge" in url
    start = f"{GD}/authorize?client_id={one['client_id']}&response_type=code&scope=openid&redirect_uri={URL}/callback"
    browser.stop_at = site.redirect_uri
    assert browser.get(start).answer["error"] == "invalid_request", "no challenge, no code"
