"""LDAP source: owns how a directory is asked whether a name and a password belong together.

The order: judge the input, find exactly one entry as the service account, make sure that it is the one
meant, bind as it on a connection of its own. Does not know what level or session comes of it.
"""

import secrets
import ssl
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from adapters import mapping
from adapters.config import DirectoryConfig
from adapters.ldap import dn, filters
from adapters.ldap.breaker import Breaker
from adapters.ldap.deadline import Deadline
from adapters.ldap.link import SIZE_LIMIT_EXCEEDED, SUCCESS, Endpoint, Entry, Link, LinkFailed
from adapters.ldap.service import Service
from adapters.names import fold
from adapters.person import DirectoryUnavailable, Person, acceptable

T = TypeVar("T")

# Answers about the person, not about the server: wrong password; no password there; locked or expired by its
# policy; gone since it was found; inactivated. All are one answer to whoever asks, or they would tell
# accounts apart.
_NO = {49, 48, 19, 32, 53}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What every check needs, worked out once."""

    base: str
    base_dn: dn.Dn
    template: filters.Template
    rules: Mapping[str, mapping.Rule]
    id_attribute: str
    groups_attribute: str
    asked: tuple[str, ...]
    rl: int
    seconds: float


class LdapSource:
    """A directory that is asked over LDAP. Made by `opened`; nothing is connected before the first check."""

    def __init__(self, config: DirectoryConfig, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        self.name = config.name
        self.label: Mapping[str, str] = config.label
        self._clock = clock
        self._endpoint = endpoint
        self._plan = _plan(config)
        self._service = Service(clock, endpoint, config.bind_dn, config.bind_password)
        self._breaker = Breaker(clock)

    @classmethod
    def opened(cls, config: DirectoryConfig, clock: Callable[[], float]) -> "LdapSource":
        """The source of settings that have no problems (`settings.problems`)."""
        tls = ssl.create_default_context(cafile=config.ca_file or None)
        return cls(config, Endpoint(url=config.url, start_tls=config.start_tls, tls=tls), clock)

    def check(self, username: str, password: str) -> Person | None:
        """The person who has this name and password; None when there is none.

        Raises:
            DirectoryUnavailable: no answer in time, or one that must not be believed.
        """
        if not acceptable(username, password) or not fold(username):
            return None
        return self._guarded(lambda deadline: self._asked(fold(username), password, deadline))

    def knows(self, username: str) -> bool:
        """Whether exactly one entry has this name; False as well while the directory cannot say."""
        if not acceptable(username, "-") or not fold(username):
            return False
        try:
            return self._guarded(lambda deadline: self._find(fold(username), deadline)) is not None
        except DirectoryUnavailable:
            return False

    def _guarded(self, ask: Callable[[Deadline], T | None]) -> T | None:
        """Asks within the deadline, unless the directory rests, and tells the breaker how it went."""
        if not self._breaker.admits():
            raise DirectoryUnavailable("resting after failures")
        try:
            answer = ask(Deadline(clock=self._clock, at=self._clock() + self._plan.seconds))
        except (LinkFailed, TimeoutError) as error:
            self._breaker.failed()
            raise DirectoryUnavailable(str(error)) from None
        except DirectoryUnavailable:
            self._breaker.worked()  # it answers; a name with two entries must not close it to everybody
            raise
        self._breaker.worked()
        return answer

    def _asked(self, username: str, password: str, deadline: Deadline) -> Person | None:
        entry = self._find(username, deadline)
        person = None if entry is None else self._person(entry)
        # a name that nobody has costs a bind as well, so that time does not tell names apart
        name = f"cn={secrets.token_hex(8)},{self._plan.base}" if entry is None else entry.dn
        secret = secrets.token_hex(8).encode() if entry is None else password.encode()
        link = Link(self._endpoint, deadline)
        try:
            code = link.bind(name, secret, deadline)
        finally:
            link.close()
        if entry is None or code in _NO:
            return None
        if code == SUCCESS:
            return person
        raise DirectoryUnavailable(f"bind: result {code}")

    def _find(self, username: str, deadline: Deadline) -> Entry | None:
        plan = self._plan
        found = self._service.search(plan.base, plan.template.filled(username), plan.asked, deadline)
        if len(found.entries) > 1 or found.code == SIZE_LIMIT_EXCEEDED:
            raise DirectoryUnavailable("search: more than one entry for a name")
        if found.code != SUCCESS:  # a referral (10) among them: it would take the password elsewhere
            raise DirectoryUnavailable(f"search: result {found.code}")
        if not found.entries:
            return None
        entry = found.entries[0]
        if not _within(entry.dn, plan.base_dn):
            raise DirectoryUnavailable("search: an entry outside the base")
        return entry if plan.template.meant(username, _texts(entry)) else None

    def _person(self, entry: Entry) -> Person:
        values = _texts(entry)
        groups = (_leaf(group) for group in values.get(self._plan.groups_attribute, ()))
        return Person(
            local_id=_identity(entry, self._plan.id_attribute),
            attributes=mapping.claims(self._plan.rules, values),
            groups=tuple(sorted(group for group in groups if group)),
            rl=self._plan.rl,
        )


def _plan(config: DirectoryConfig) -> _Plan:
    rules = mapping.read(config.claims)
    template = filters.Template(config.user_filter)
    own = (config.id_attribute.lower(), config.groups_attribute.lower())
    return _Plan(
        base=config.base,
        base_dn=dn.parse(config.base),
        template=template,
        rules=rules,
        id_attribute=own[0],
        groups_attribute=own[1],
        asked=tuple(dict.fromkeys((*own, *template.attributes, *mapping.attributes(rules)))),
        rl=config.rl,
        seconds=config.deadline,
    )


def _within(name: str, base: dn.Dn) -> bool:
    try:
        return dn.within(dn.parse(name), base)
    except dn.BadDn:
        return False


def _texts(entry: Entry) -> mapping.Values:
    """The values that are text: a photograph is left out, not an error."""
    return {name: [text for value in held if (text := _text(value))] for name, held in entry.values.items()}


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return ""


def _identity(entry: Entry, attribute: str) -> str:
    held = entry.values.get(attribute, ())
    if len(held) != 1 or not held[0]:
        raise DirectoryUnavailable(
            f"an entry has no single {attribute}: check id_attribute and the access rules"
        )
    if attribute == "objectguid":  # sixteen bytes in the order of Microsoft
        return str(uuid.UUID(bytes_le=bytes(held[0])))
    text = _text(held[0])
    if not text:
        raise DirectoryUnavailable(f"{attribute} is not text")
    return text


def _leaf(name: str) -> str:
    try:
        return dn.leaf(name)
    except dn.BadDn:
        return ""
