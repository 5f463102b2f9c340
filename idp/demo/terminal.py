"""Terminal: owns what the person who started the demo reads there. Does not know how the country runs."""

from collections.abc import Iterator

from idp.demo.census import everybody
from idp.demo.directory import Resident
from idp.demo.loopback import hosts_line
from idp.demo.places import Country


def board(country: Country, seconds: float) -> str:
    """Addresses, what to try, and whom to be.

    Args:
        country: the map.
        seconds: how long the start took.
    """
    return "\n".join(_lines(country, seconds))


def _lines(country: Country, seconds: float) -> Iterator[str]:
    near, far = country.portals[:2]
    native, stranger = _of(near.region), _of(far.region)
    yield f"Manyou 漫游 runs: a little country on this machine, ready in {seconds:.1f} s."
    yield ""
    yield f"  board      {country.board.origin}/"
    for portal in country.portals:
        yield f"  portal     {portal.origin}/  {portal.title['zh']} {portal.title['en']}"
    for node in (*country.authorities, *country.provinces, country.hub, country.anchor):
        kind = "province" if node.region else "authority" if node in country.authorities else node.name
        yield f"  {kind:<10} {node.origin}  {node.title['zh']} {node.title['en']}"
    yield f"  directory  ldap://{country.directory.listen}  {country.directory.title['zh']}"
    yield ""
    yield f"  1. Open {near.origin}/ and sign in as {native.username} / {native.password}"
    yield f"  2. Open {far.origin}/ and press its sign-in: nothing to type, nothing to choose"
    yield f"  3. Somebody else: {stranger.username} / {stranger.password} ({far.title['en']})"
    yield f"  Everybody's names and passwords: {country.board.origin}/ and {country.folder / 'demo.json'}"
    yield "  A bad day: `manyou demo --stop hub` in another terminal, and `--start hub` to end it"
    if line := hosts_line(country.hosts):
        yield ""
        yield "  Browsers and curl find *.localhost themselves. For other programs add to /etc/hosts:"
        yield f"  {line}"
    yield ""
    yield "Ctrl-C stops all of it."


def _of(region: str | None) -> Resident:
    return next(who for who in everybody() if who.home == region)
