"""Lists: owns asking superiors whom they list (OIDF §8.2): providers and authorities, not those who use them.

What is answered is not signed and not believed: it says whom to look for. Imports federation, keys, outbound.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from federation.authority.listing import Filters
from federation.entity_id import is_entity_id
from federation.statement import Statement
from idp.authority.registry import Registry
from idp.errors import Unavailable
from idp.outbound import Sender
from keys.encoding import JoseError, strict_value

BYTES = 1024 * 1024
_QUESTIONS = ({"entity_type": "openid_provider"}, {"intermediate": "true"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Asks superiors, and ourselves where we are one.

    Attributes:
        own: our entity identifier.
        registry: our own subordinates, of an authority.
        configuration: reads a superior's own statement, verified; raises `Unavailable`.
    """

    own: str
    registry: Registry | None
    configuration: Callable[[str], Statement]
    sender: Sender

    def __call__(self, superior: str) -> Iterable[str]:
        """Who is listed below a superior, each once.

        Raises:
            Unavailable: it does not answer, or not with a list.
        """
        if superior == self.own:
            return self._ours()
        endpoint = (
            self.configuration(superior).metadata.get("federation_entity", {}).get("federation_list_endpoint")
        )
        if not isinstance(endpoint, str):
            return []
        found = [name for question in _QUESTIONS for name in self._read(endpoint, question)]
        return list(dict.fromkeys(found))

    def _ours(self) -> Iterable[str]:
        if self.registry is None:
            return []
        filters = Filters(entity_types=("openid_provider",)), Filters(intermediate=True)
        return list(dict.fromkeys(name for one in filters for name in self.registry.ids(one)))

    def _read(self, endpoint: str, question: dict[str, str]) -> Iterator[str]:
        url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(question)}"
        reply = self.sender.send("GET", url, headers={"Accept": "*/*"}, body=None, limit=BYTES)
        if reply.status == 400:
            return  # it cannot filter like that (`unsupported_parameter`)
        try:
            listed = strict_value(reply.body, depth=1) if reply.status == 200 else None
        except JoseError:  # also nesting that would exhaust a parser, and with it the whole crawl
            listed = None
        if not isinstance(listed, list):
            raise Unavailable("peer", f"a superior answered {reply.status} and no list")
        yield from (name for name in listed if isinstance(name, str) and is_entity_id(name))
