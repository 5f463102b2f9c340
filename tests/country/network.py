"""Network: applications by host, without sockets. What servers send to each other passes here and can be cut."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import Client, TestResponse

from idp.errors import Unavailable
from idp.outbound import LIMIT, Reply

Interceptor = Callable[[str, str, bytes | None], Reply | None]


class Network:
    """Every server of the country by its origin."""

    def __init__(self) -> None:
        self.apps: dict[str, Flask] = {}
        self.down: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.intercept: Interceptor | None = None

    def add(self, origin: str, app: Flask) -> None:
        """A server appears."""
        self.apps[origin] = app

    def client(self, origin: str, *, cookies: bool) -> Client:
        """Somebody who can talk to this server."""
        return Client(self.apps[origin], use_cookies=cookies)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int = LIMIT,
        timeout: float | None = None,
    ) -> Reply:
        """What `Outbound` does, without a network."""
        self.calls.append((method, url))
        if self.intercept is not None and (reply := self.intercept(method, url, body)) is not None:
            return reply
        origin = origin_of(url)
        if origin in self.down or origin not in self.apps:
            raise Unavailable("peer", f"{origin} does not answer")
        answer = self.open(origin, method, url, headers=headers, body=body)
        found = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(status=answer.status_code, headers=found, body=answer.get_data())

    def open(
        self, origin: str, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> TestResponse:
        """One request of a program, without cookies."""
        client = self.client(origin, cookies=False)
        return client.open(url, method=method, headers=dict(headers), data=body, base_url=origin)


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
