"""Text can be read in light and in dark: WCAG 2.2 §1.4.3 (4.5:1) and §1.4.11 (3:1 for what is not text)."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import idp.web.pages

WEB = Path(idp.web.pages.__file__).parent / "static" / "manyou.css"
DEMO = WEB.parents[2] / "demo" / "static" / "demo.css"
TEXT = (
    "ink/paper", "ink/card", "muted/paper", "muted/card", "accent/paper", "accent/card", "accent-strong/card",
    "accent-strong/accent-soft", "on-accent/accent", "on-accent/accent-strong", "bad/card", "bad/bad-soft",
    "ink/accent-soft", "ink/good-soft", "ink/warn-soft", "ink/bad-soft", "good/card", "warn/card", "accent/accent-soft",
    "muted/bad-soft", "bad/paper",
)  # fmt: skip
SHAPES = ("edge/card", "edge/paper", "focus/paper", "focus/card", "bad/card", "accent/card", "good/card")
HERO = ("hero-ink/hero", "hero-ink/hero-deep", "hero-text/hero", "hero-text/hero-deep")


def tokens(css: str, selector: str) -> list[Mapping[str, str]]:
    """The colours that a selector sets, block by block (the second block is the dark scheme's)."""
    blocks = re.findall(re.escape(selector) + r"\s*\{([^}]*--[^}]*)\}", css)
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", block)) for block in blocks]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def schemes() -> Mapping[str, Mapping[str, str]]:
    light, dark = tokens(WEB.read_text("utf-8"), ":root")[:2]
    found = {"light": light, "dark": {**light, **dark}}
    for look in ("kapok", "celadon"):
        by_day, by_night = tokens(DEMO.read_text("utf-8"), f".{look}")
        found[f"{look}, light"] = {**light, **by_day}
        found[f"{look}, dark"] = {**light, **dark, **by_day, **by_night}
    return found


@pytest.mark.parametrize("scheme", schemes())
def test_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    colours = schemes()[scheme]
    pairs = (*TEXT, *(HERO if "hero" in colours else ()))
    measured = {pair: contrast(*(colours[name] for name in pair.split("/"))) for pair in pairs}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", schemes())
def test_edges_and_focus_can_be_seen(scheme: str) -> None:
    colours = schemes()[scheme]
    measured = {pair: contrast(*(colours[name] for name in pair.split("/"))) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < 3} == {}


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
