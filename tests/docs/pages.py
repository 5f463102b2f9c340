"""The pages of the documentation, and reading them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
FRONT = (
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
)
PAGES = sorted([*(ROOT / name for name in FRONT), *DOCS.rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    """A page as a test is called after it."""
    return str(page.relative_to(ROOT))


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of one language, in order."""
    return [text for kind, text in FENCE.findall(read(page)) if kind == language]


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", read(page))


def headings(page: Path, level: int = 0) -> list[str]:
    """The headings of a level (0: of all), without their backquotes."""
    marks = f"#{{{level}}}" if level else "#+"
    return [
        text.strip().replace("`", "") for text in re.findall(rf"^{marks} (.+)$", prose(page), re.MULTILINE)
    ]


def anchors(page: Path) -> set[str]:
    """What a link to a part of a page may name, made as forges make it."""
    found = (re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings(page))
    return set(found)
