"""Drawing: owns where each card of the picture of the federation stands, and which words fit on it.

Levels are columns, from left to right; whoever has nobody below takes a row. A superior stands in the row of
its first subordinate, so that the anchor is at the top however many there are. Pure. Imports picture,
portrait.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from idp.seen.picture import Branch, Picture
from idp.seen.portrait import Entity

WIDTH, HEIGHT = 178, 76
ACROSS, DOWN = 26, 14
TOP, EDGE = 34, 2
SIZE = 14.5
"""Pixels of the letters of a name; a margin is left, since the reader's fonts are not ours."""

ROUND = 8
MORE = 44
_ROOM = WIDTH - 30
_NAMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One entity.

    Attributes:
        x, y: of its upper left corner.
        lines: its name, on as many lines as it takes.
    """

    x: int
    y: int
    entity: Entity
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """Entities that are counted, not drawn.

    Attributes:
        level: where they would be.
    """

    x: int
    y: int
    count: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All of it.

    Attributes:
        columns: where the heading of each level stands.
        lines: path data (SVG 2 §9.3) from superiors to their subordinates.
    """

    width: int
    height: int
    columns: tuple[int, ...]
    cards: tuple[Card, ...]
    more: tuple[More, ...]
    lines: tuple[str, ...]


def drawing(picture: Picture, locale: str) -> Drawing:
    """The picture, drawn.

    Args:
        locale: `zh` or `en`, for names.
    """
    sheet = _Sheet(locale)
    bottom = TOP
    for root in picture.roots:
        bottom = sheet.place(root, bottom)
    columns = sheet.deepest + 1
    return Drawing(
        width=2 * EDGE + columns * WIDTH + (columns - 1) * ACROSS,
        height=max(TOP, bottom - DOWN) + EDGE,
        columns=tuple(_x(level) for level in range(columns)),
        cards=tuple(sheet.cards),
        more=tuple(sheet.more),
        lines=tuple(sheet.lines),
    )


def called(entity: Entity, locale: str) -> str:
    """What an entity is called on a page: its name, else where it lives."""
    where = urlsplit(entity.entity_id)
    return entity.name.get(locale) or entity.name.get("en") or f"{where.netloc}{where.path.rstrip('/')}"


def fitted(text: str, room: float = _ROOM, lines: int = _NAMES) -> tuple[str, ...]:
    """The text on at most so many lines, broken between words where there are any, cut with an ellipsis."""
    rows, rest = list[str](), text.strip()
    while rest and len(rows) < lines:
        fits = _fits(rest, room)
        if fits < len(rest) and len(rows) == lines - 1:
            rows.append(rest[: max(1, _fits(rest, room - SIZE))].rstrip() + "…")
            break
        cut = fits
        if fits < len(rest) and rest[fits] != " ":
            cut = next((at + 1 for at in range(fits - 1, 0, -1) if rest[at] in " .-"), fits)
        rows.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(rows)


class _Sheet:
    """What is drawn so far."""

    def __init__(self, locale: str) -> None:
        self._locale = locale
        self.deepest = 0
        self.cards: list[Card] = []
        self.more: list[More] = []
        self.lines: list[str] = []

    def place(self, branch: Branch, top: int) -> int:
        """Draw an entity with all below it; answers where the next may stand."""
        level, entity = branch.level, branch.entity
        self.deepest = max(self.deepest, level)
        name = fitted(called(entity, self._locale))
        self.cards.append(Card(x=_x(level), y=top, entity=entity, lines=name))
        middle, bottom = top + HEIGHT // 2, top
        for one in branch.below:
            self.lines.append(_line(level, middle, bottom + HEIGHT // 2))
            bottom = self.place(one, bottom)
        if branch.hidden:
            self.deepest = max(self.deepest, level + 1)
            y = bottom if branch.below else top + (HEIGHT - MORE) // 2
            self.lines.append(_line(level, middle, y + MORE // 2))
            self.more.append(More(x=_x(level + 1), y=y, count=branch.hidden, level=level + 1))
            bottom = y + MORE + DOWN
        return max(bottom, top + HEIGHT + DOWN)


def _x(level: int) -> int:
    return EDGE + level * (WIDTH + ACROSS)


def _line(level: int, start: int, end: int) -> str:
    """From a superior's right side to a subordinate's left side, with a round corner."""
    left, right = _x(level) + WIDTH, _x(level + 1)
    turn = left + ACROSS // 2
    if start == end:
        return f"M{left} {start}H{right}"
    return f"M{turn} {start}V{end - ROUND}Q{turn} {end} {turn + ROUND} {end}H{right}"


def _fits(text: str, room: float) -> int:
    """How many of the first characters fit."""
    taken = 0.0
    for at, width in enumerate(_widths(text)):
        taken += width
        if taken > room:
            return at
    return len(text)


def _widths(text: str) -> Iterator[float]:
    for sign in text:
        if east_asian_width(sign) in "WF":
            yield SIZE
        else:
            yield SIZE * (0.72 if sign.isupper() or sign in "mw@%" else 0.57)
