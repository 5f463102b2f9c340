"""Talk: owns what one client may ask and is told, from its first message to its last. Knows no socket.

Nobody sees anything but the root DSE before binding; nobody writes; passwords are never shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.ldap import dn
from adapters.ldap.embedded import ber, match, secret, wire
from adapters.ldap.embedded.tree import BASE, OPERATIONAL, Entry, Tree, root
from adapters.ldap.embedded.wire import Message

MAX_ENTRIES = 1000  # that one search shows, unless it asks for pages


@dataclass(slots=True)
class Talk:
    """One client's conversation.

    Attributes:
        tree: what is served.
        heard: told one line about every operation; never told a password.
        can_start_tls: whether turning to TLS is on offer, and not done yet.
        bound: who the client is; None for anonymous.
        turning: set when the client was just told to turn to TLS.
    """

    tree: Tree
    heard: Callable[[str], None]
    can_start_tls: bool = False
    bound: Entry | None = None
    turning: bool = False

    def answers(self, message: Message) -> Iterator[bytes]:
        """The messages that answer this one.

        Raises:
            ber.BadBer: it is no request of the protocol.
        """
        tag, number = message.operation.tag, message.number
        if tag not in wire.ANSWERS:
            if tag == wire.ABANDON:  # operations here are over before they could be abandoned
                return
            raise ber.BadBer("an operation that does not exist")
        unknown = [oid for oid, (critical, _) in message.controls.items() if critical and oid != wire.PAGED]
        if unknown:
            yield wire.answer(wire.ANSWERS[tag], number, wire.CRITICAL_CONTROL, "control not supported")
        elif tag == wire.SEARCH:
            yield from self._search(message)
        elif tag == wire.BIND:
            yield self._bind(message)
        elif tag == wire.EXTENDED:
            yield self._extended(message)
        elif tag == wire.COMPARE:
            yield self._compare(message)
        else:
            self.heard("write refused")
            yield wire.answer(wire.ANSWERS[tag], number, wire.UNWILLING, "this directory is read-only")

    def _bind(self, message: Message) -> bytes:
        self.bound = None  # also while it is judged, and after it failed (RFC 4513 §4)
        version, name, password = wire.bind(message.operation)
        code, text = self._judged(version, name, password)
        self.heard(f"bind {name} {code}")
        return wire.answer(wire.ANSWERS[wire.BIND], message.number, code, text)

    def _judged(self, version: int, name: str, password: bytes | None) -> tuple[int, str]:
        if version != 3:
            return wire.PROTOCOL_ERROR, "this is LDAPv3"
        if password is None:
            return wire.AUTH_METHOD, "simple binds only"
        if not name and not password:
            return wire.SUCCESS, ""  # anonymous (RFC 4513 §5.1.1)
        if not password:
            # a name without a password proves nothing, and clients took success for proof (RFC 4513 §5.1.2)
            return wire.UNWILLING, "a name needs a password"
        try:
            entry = self.tree.find(dn.parse(name))
        except dn.BadDn:
            return wire.BAD_DN, "not a DN"
        if not secret.fits(entry.values("userPassword") if entry else [], password) or entry is None:
            return wire.BAD_CREDENTIALS, ""
        self.bound = entry
        return wire.SUCCESS, ""

    def _extended(self, message: Message) -> bytes:
        oid, tag = wire.extended(message.operation), wire.ANSWERS[wire.EXTENDED]
        self.heard(f"extended {oid}")
        if oid == wire.WHO_AM_I:
            name = f"dn:{self.bound.text}" if self.bound else ""
            return wire.answer(tag, message.number, wire.SUCCESS, more=ber.octets(name, 0x8B))
        if oid == wire.START_TLS and self.can_start_tls:
            self.can_start_tls, self.turning = False, True
            return wire.answer(tag, message.number, wire.SUCCESS, more=ber.octets(oid, 0x8A))
        code = wire.OPERATIONS_ERROR if oid == wire.START_TLS else wire.PROTOCOL_ERROR
        return wire.answer(tag, message.number, code, "not supported here")

    def _compare(self, message: Message) -> bytes:
        name, attribute, value = wire.comparison(message.operation)
        code, entry = self._reachable(name)
        if entry is not None:
            code = wire.COMPARE_TRUE if match.equal(attribute, value)(entry) else wire.COMPARE_FALSE
        self.heard(f"compare {name} {attribute} {code}")
        return wire.answer(wire.ANSWERS[wire.COMPARE], message.number, code)

    def _reachable(self, name: str) -> tuple[int, Entry | None]:
        if self.bound is None:
            return wire.NO_ACCESS, None
        try:
            entry = self.tree.find(dn.parse(name))
        except dn.BadDn:
            return wire.BAD_DN, None
        return (wire.SUCCESS, entry) if entry else (wire.NO_OBJECT, None)

    def _search(self, message: Message) -> Iterator[bytes]:
        asked = wire.search(message.operation)
        fits = match.read(asked.filter)
        page = wire.paging(message.controls[wire.PAGED][1]) if wire.PAGED in message.controls else None
        if not asked.base and asked.scope == BASE:
            top = self._root()
            if fits(top):
                yield wire.entry(message.number, "", _shown(top, asked))
            yield wire.answer(wire.ANSWERS[wire.SEARCH], message.number, wire.SUCCESS)
            return
        code, base = self._reachable(asked.base)
        found = [e for e in self.tree.below(base.name, asked.scope) if fits(e) is True] if base else []
        start, limit = (page.start, page.size) if page else (0, MAX_ENTRIES)
        kept = found[start : start + min(limit, asked.limit or limit)]
        for entry in kept:
            yield wire.entry(message.number, entry.text, _shown(entry, asked))
        self.heard(f"search {asked.base} {code} {len(kept)}")
        end = start + len(kept)
        if code == wire.SUCCESS and end < len(found) and (page is None or 0 < asked.limit <= len(kept)):
            code = wire.SIZE_LIMIT
        if page is None:
            yield wire.answer(wire.ANSWERS[wire.SEARCH], message.number, code)
        else:
            more = end < len(found) and code == wire.SUCCESS and page.size > 0
            yield wire.page_end(message.number, code, str(end).encode() if more else b"")

    def _root(self) -> Entry:
        offered = [wire.WHO_AM_I, *([wire.START_TLS] if self.can_start_tls else [])]
        return root(
            self.tree.suffixes,
            {
                "supportedLDAPVersion": ["3"],
                "supportedControl": [wire.PAGED],
                "supportedExtension": offered,
                "vendorName": ["Manyou"],
            },
        )


def _shown(entry: Entry, asked: wire.Search) -> Iterator[tuple[str, list[bytes]]]:
    """The attributes that were asked for (RFC 4511 §4.5.1.8): none named means all that users have."""
    names = {name.lower() for name in asked.attributes}
    everything = not names or "*" in names
    for key, attribute in entry.attributes.items():
        wanted = ("+" in names) if key in OPERATIONAL else everything
        if key not in match.HIDDEN and (wanted or key in names):
            yield attribute.name, [] if asked.types_only else attribute.values
