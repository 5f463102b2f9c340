"""Sites: owns how the demo's small web programs are put together from the map. Does not serve them."""

from collections.abc import Mapping
from pathlib import Path

from idp.web.pages import Pages

_ROOM = Path(__file__).parent


def portal_pages(name: Mapping[str, str], url: str) -> Pages:
    """Pages in the product's look, with the demo's own templates and words."""
    return Pages(name, url, also=_ROOM)
