"""Markup: owns reading links and forms out of a page. Does not fetch. Imports nothing of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page.

    Attributes:
        action: address, relative to the page.
        method: `get` or `post`.
        fields: names and values of what it would send, buttons aside.
        buttons: names and values of its submit buttons.
    """

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: where to, and its class names."""

    href: str
    classes: tuple[str, ...]


class Markup(HTMLParser):
    """The forms and links of a page.

    Args:
        text: the page.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self._open = False
        self.feed(text)

    def form(self, *names: str) -> Form | None:
        """The form that has all of these fields or buttons."""
        for form in self.forms:
            if set(names) <= {*form.fields, *(name for name, _ in form.buttons)}:
                return form
        return None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what matters."""
        given: Mapping[str, str] = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self._open = True
        elif tag == "a" and "href" in given:
            self.links.append(Link(given["href"], tuple(given.get("class", "").split())))
        elif self._open and tag in ("input", "button", "select", "textarea") and "disabled" not in given:
            self._control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._open = False

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        kind = given.get("type", "submit" if tag == "button" else "text")
        if kind == "submit":
            form.buttons.append((name, given.get("value", "")))
        elif name:
            form.fields[name] = given.get("value", "")
