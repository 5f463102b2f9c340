"""The check's browser does what a browser does on the way between sites."""

from collections.abc import Mapping

import pytest

from idp.demo.browser import Browser, Lost
from idp.demo.loopback import Reply, Unreachable, address, ask, hosts_line
from idp.demo.markup import Markup

FORM = """<form method="post" action="/in?x=1"><input type="hidden" name="t" value="1&amp;2">
<input name="username"><input name="password" type="password"><input name="off" disabled>
<button name="go" value="yes">Go</button><button name="go" value="no">No</button></form>
<a class="way other" href="/way">elsewhere</a>"""


class Web:
    """A web in memory: answers by address, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Reply]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, bytes | None, Mapping[str, str]]] = []

    def __call__(
        self, url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str]
    ) -> Reply:
        self.asked.append((method, url, body, headers))
        return self.answers[url]

    def header(self, name: str) -> list[str]:
        return [headers.get(name, "") for _, _, _, headers in self.asked]


def page(text: str = "", **headers: str) -> Reply:
    return Reply(200, tuple((k.replace("_", "-"), v) for k, v in headers.items()), text.encode())


def to(url: str, status: int = 303, **headers: str) -> Reply:
    return Reply(status, (("location", url), *((k.replace("_", "-"), v) for k, v in headers.items())), b"")


def test_each_host_has_its_own_cookies_and_each_path_too() -> None:
    web = Web(
        {
            "http://a.localhost/": to("http://b.localhost/", set_cookie="one=1; Path=/; HttpOnly"),
            "http://b.localhost/": page(set_cookie="two=2; Path=/deep"),
            "http://b.localhost/deep/er": page(),
            "http://b.localhost/deeper": page(),
        }
    )
    browser = Browser(web)
    for url in ("http://a.localhost/", "http://a.localhost/", "http://b.localhost/deep/er"):
        browser.open(url)
    browser.open("http://b.localhost/deeper")
    assert web.header("Cookie") == ["", "", "one=1", "", "two=2", ""]


@pytest.mark.parametrize(
    "end", ["one=; Max-Age=0; Path=/", "one=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"]
)
def test_a_cookie_can_be_taken_back(end: str) -> None:
    web = Web(
        {"http://a.localhost/": page(set_cookie="one=1"), "http://a.localhost/end": page(set_cookie=end)}
    )
    browser = Browser(web)
    for url in ("http://a.localhost/", "http://a.localhost/end", "http://a.localhost/"):
        browser.open(url)
    assert web.header("Cookie") == ["", "one=1", ""]


def test_navigations_say_where_they_come_from() -> None:
    web = Web(
        {
            "http://a.localhost/": page(FORM),
            "http://a.localhost/in?x=1": to("http://b.localhost/"),
            "http://b.localhost/": to("http://a.localhost/"),
        }
    )
    browser = Browser(web)
    first = browser.open("http://a.localhost/")
    form = first.markup.form("username", "password")
    assert form is not None
    last = browser.submit(first, form, {"username": "u", "password": "p"}, button="no")
    assert web.header("Sec-Fetch-Site") == ["none", "same-origin", "cross-site", "cross-site"]
    assert web.header("Origin") == ["", "http://a.localhost", "", ""]
    assert web.asked[1][2] == b"t=1%262&username=u&password=p&go=no"
    assert last.trail == ("http://a.localhost/in?x=1", "http://b.localhost/", "http://a.localhost/")


def test_a_browser_can_be_closed_half_way() -> None:
    web = Web({"http://a.localhost/": to("/two"), "http://a.localhost/two": to("/three")})
    assert Browser(web).open("http://a.localhost/", most_hops=1).url == "http://a.localhost/two"


def test_a_loop_is_noticed() -> None:
    web = Web(
        {"http://a.localhost/": to("http://b.localhost/"), "http://b.localhost/": to("http://a.localhost/")}
    )
    with pytest.raises(Lost):
        Browser(web).open("http://a.localhost/", most_hops=100)


def test_a_307_repeats_the_form() -> None:
    web = Web(
        {
            "http://a.localhost/": page(FORM),
            "http://a.localhost/in?x=1": to("/in2", status=307),
            "http://a.localhost/in2": page(),
        }
    )
    browser = Browser(web)
    first = browser.open("http://a.localhost/")
    browser.submit(first, first.markup.forms[0], {})
    assert [method for method, *_ in web.asked] == ["GET", "POST", "POST"]
    assert web.asked[1][2] == web.asked[2][2]


def test_a_page_is_read_as_it_would_be_sent() -> None:
    markup = Markup(FORM)
    assert markup.forms[0].fields == {"t": "1&2", "username": "", "password": ""}
    assert markup.forms[0].buttons == [("go", "yes"), ("go", "no")]
    assert markup.links[0].classes == ("way", "other")
    assert markup.form("region") is None


def test_names_under_localhost_are_this_machine() -> None:
    assert [address(host) for host in ("gd.localhost", "localhost", "example.cn")] == [
        "127.0.0.1",
        "127.0.0.1",
        "example.cn",
    ]
    assert hosts_line(["nobody.localhost.invalid"]) == "127.0.0.1 nobody.localhost.invalid"
    assert hosts_line(["127.0.0.1"]) is None


@pytest.mark.parametrize("url", ["ftp://a.localhost/", "http:///", "http://127.0.0.1:1/"])
def test_what_does_not_answer_is_unreachable(url: str) -> None:
    with pytest.raises(Unreachable):
        ask(url)
