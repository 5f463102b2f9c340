"""How answers are spelt."""

import pytest

from idp.oauth.faces import Party
from idp.oauth.wire import back, describe
from tests.idp.oauth.place import CALLBACK, ISSUER, NATIVE, PORTAL, location, params_of


@pytest.mark.parametrize("text", ['say "x"', "a\\b", "中文", "line\nend", "\x7f\x00"])
def test_a_description_keeps_to_its_charset(text: str) -> None:
    assert all(" " <= char <= "~" and char not in '"\\' for char in describe(text, "MY-1"))


def test_a_description_within_the_charset_is_left_alone() -> None:
    assert describe("send scope=openid [once], it's enough") == "send scope=openid [once], it's enough"
    assert describe("send it", "MY-1") == "send it (incident MY-1)"


def test_values_cannot_add_parameters_or_lines_to_a_redirect() -> None:
    answer = back(CALLBACK, ISSUER, {"state": "x&code=stolen#\r\nSet-Cookie: a=b", "code": None})
    assert "\n" not in location(answer)
    assert params_of(answer) == {"state": "x&code=stolen#\r\nSet-Cookie: a=b", "iss": ISSUER}


def test_authlibs_own_check_of_redirect_uris_is_exact_too() -> None:
    assert Party(PORTAL).check_redirect_uri(CALLBACK)
    for near in (CALLBACK + "/", CALLBACK.upper(), CALLBACK + "?", CALLBACK[:-1], NATIVE.redirect_uris[0]):
        assert not Party(PORTAL).check_redirect_uri(near)
