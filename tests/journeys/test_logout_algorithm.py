"""A site that reads one algorithm gets logout tokens in it."""

from urllib.parse import parse_qs

import jwt
import pytest

from tests.country.world import GD, World


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_a_logout_token_is_signed_as_the_sites_id_tokens_are(world: World, alg: str) -> None:
    site = world.site("http://old.localhost:8495", GD, "old", id_token_alg=alg)
    site.logout_status = 503
    seen: list[str] = []

    def watch(_method: str, url: str, body: bytes | None) -> None:
        if url == f"{site.url}/backchannel-logout":
            seen.extend(parse_qs((body or b"").decode())["logout_token"])

    browser = world.browser()
    world.sign_in(browser, site, "lihua")
    world.network.intercept = watch
    browser.submit(browser.get(f"{GD}/logout"))
    assert [jwt.get_unverified_header(token)["alg"] for token in seen] == [alg]
