"""Service: owns the connections on which the service account looks people up. Does not know people.

They are kept apart from those that check passwords, since a failed bind leaves a connection anonymous.
"""

import threading
from collections.abc import Callable, Sequence

from adapters.ldap.deadline import Deadline
from adapters.ldap.link import SUCCESS, Endpoint, Found, Link, LinkFailed

MAX_IDLE = 8  # connections
IDLE_SECONDS = 30.0  # after which a firewall may have forgotten one, silently


class Service:
    """Searches as the service account, on connections that are kept.

    Args:
        clock: seconds, never going back.
        endpoint: the server.
        dn: of the account.
        password: of the account.
    """

    def __init__(self, clock: Callable[[], float], endpoint: Endpoint, dn: str, password: str) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self._dn = dn
        self._password = password.encode()
        self._idle: list[tuple[float, Link]] = []
        self._lock = threading.Lock()

    def search(self, base: str, text: str, attributes: Sequence[str], deadline: Deadline) -> Found:
        """What the account finds below `base`.

        Raises:
            LinkFailed: the server cannot be asked, or does not know the account.
        """
        kept = self._kept()
        if kept is not None:
            try:
                # a connection that died silently must leave time to try once more on a new one
                return self._on(kept, base, text, attributes, deadline.part(0.5))
            except LinkFailed:
                self._forget()  # one dead connection: the server was restarted, the others are dead as well
        return self._on(self._fresh(deadline), base, text, attributes, deadline)

    def _on(self, link: Link, base: str, text: str, attributes: Sequence[str], deadline: Deadline) -> Found:
        try:
            found = link.search(base, text, attributes, deadline)
        except BaseException:
            link.close()
            raise
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append((self._clock(), link))
                return found
        link.close()
        return found

    def _fresh(self, deadline: Deadline) -> Link:
        link = Link(self._endpoint, deadline)
        code = link.bind(self._dn, self._password, deadline)
        if code != SUCCESS:
            link.close()
            raise LinkFailed(f"the service account was refused (result {code})")
        return link

    def _kept(self) -> Link | None:
        with self._lock:
            while self._idle:
                since, link = self._idle.pop()
                if self._clock() - since < IDLE_SECONDS:
                    return link
                link.close()
        return None

    def _forget(self) -> None:
        with self._lock:
            dead, self._idle = self._idle, []
        for _, link in dead:
            link.close()
