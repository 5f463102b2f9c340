"""Cards stand in columns and never on each other; lines lead to them; names fit."""

from itertools import combinations
from typing import Any

import pytest

from idp.seen.picture import Picture, picture
from idp.seen.portrait import Entity
from idp.web.drawing import ACROSS, DOWN, EDGE, HEIGHT, MORE, TOP, WIDTH, Drawing, called, drawing, fitted

ANCHOR = "https://anchor.example"


def entity(entity_id: str, superior: str | None = ANCHOR, **changes: Any) -> Entity:
    return Entity(entity_id=entity_id, state="trusted", superior=superior, **changes)


ROOT = entity(ANCHOR, None, roles=("anchor",))


def seen(*entities: Entity, most: int = 100) -> Picture:
    return picture(ROOT, entities, most=most)


def drawn(*entities: Entity, most: int = 100) -> Drawing:
    return drawing(seen(*entities, most=most), "en")


def places(of: Drawing) -> dict[str, tuple[int, int]]:
    return {card.entity.entity_id: (card.x, card.y) for card in of.cards}


A, B, A1, A2 = (f"https://{name}.example" for name in ("a", "b", "a1", "a2"))
TREE = (entity(A), entity(B), entity(A1, A), entity(A2, A))


def test_each_level_is_a_column_and_a_superior_stands_beside_its_first() -> None:
    step, row = WIDTH + ACROSS, HEIGHT + DOWN
    assert places(drawn(*TREE)) == {
        ANCHOR: (EDGE, TOP),
        A: (EDGE + step, TOP),
        A1: (EDGE + 2 * step, TOP),
        A2: (EDGE + 2 * step, TOP + row),
        B: (EDGE + step, TOP + 2 * row),
    }
    assert drawn(*TREE).columns == (EDGE, EDGE + step, EDGE + 2 * step)


def test_nothing_stands_on_another_or_outside() -> None:
    many = [entity(f"https://p{n}.example", roles=("provider",)) for n in range(12)]
    below = [entity(f"https://q{n}.example", f"https://p{n % 5}.example") for n in range(80)]
    sheet = drawn(*many, *below, most=60)
    assert sheet.more
    boxes = [(card.x, card.y, HEIGHT) for card in sheet.cards] + [
        (more.x, more.y, MORE) for more in sheet.more
    ]
    for (x, y, height), (other_x, other_y, other_height) in combinations(boxes, 2):
        assert x != other_x or y + height <= other_y or other_y + other_height <= y
    assert all(x + WIDTH <= sheet.width and y + height <= sheet.height for x, y, height in boxes)


def test_every_card_but_the_first_has_a_line_that_ends_at_it() -> None:
    sheet = drawn(*TREE)
    ends = {f" {y + HEIGHT // 2}H{x}" for entity_id, (x, y) in places(sheet).items() if entity_id != ANCHOR}
    assert len(sheet.lines) == 4
    assert {line[line.rindex(" ") :] for line in sheet.lines} == ends


def test_what_is_counted_is_said_where_it_would_stand() -> None:
    crowd = [entity(f"https://q{n:02}.example", A) for n in range(12)]
    sheet = drawn(entity(A), *crowd)
    (more,) = sheet.more
    assert (more.count, more.level, more.x) == (4, 2, sheet.columns[2])
    nobody = drawing(seen(entity(A), *crowd, most=2), "en")
    assert [(one.count, one.y + MORE // 2) for one in nobody.more] == [(12, TOP + HEIGHT // 2)]
    assert len(nobody.columns) == 3


def test_a_node_alone_is_a_drawing_too() -> None:
    sheet = drawn()
    assert (len(sheet.cards), sheet.lines, sheet.width, sheet.height) == (
        1,
        (),
        2 * EDGE + WIDTH,
        TOP + HEIGHT + EDGE,
    )


@pytest.mark.parametrize(
    ("name", "locale", "expected"),
    [
        ({"zh": "广东省", "en": "Guangdong"}, "zh", "广东省"),
        ({"zh": "广东省", "en": "Guangdong"}, "en", "Guangdong"),
        ({"en": "Guangdong"}, "zh", "Guangdong"),
        ({"zh": "广东省"}, "en", "gd.example:8410/op"),
        ({}, "zh", "gd.example:8410/op"),
    ],
)
def test_an_entity_is_called_by_its_name_or_by_where_it_lives(
    name: dict[str, str], locale: str, expected: str
) -> None:
    assert called(entity("https://gd.example:8410/op/", name=name), locale) == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Guangdong", ("Guangdong",)),
        ("Guangzhou Civil Affairs", ("Guangzhou Civil", "Affairs")),
        ("广东省统一身份认证平台", ("广东省统一身份认证平", "台")),
        ("services.civil.gz.gd.example.cn", ("services.civil.", "gz.gd.example.cn")),
        ("Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ("Aaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa…")),
        ("  ", ()),
    ],
)
def test_a_name_takes_two_lines_at_most(text: str, lines: tuple[str, ...]) -> None:
    assert fitted(text) == lines


def test_a_name_has_room_for_one_sign_at_least() -> None:
    assert fitted("国家", room=1, lines=1) == ("国…",)
