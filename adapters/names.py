"""Names: owns when two user names are the same one. Imports nothing of ours.

Directories compare names loosely (RFC 4518: case, width, ignorable characters, runs of spaces). Whoever
counts failures under a name must fold it the same way, or every spelling is a fresh set of guesses at one
account.
"""

import re
import unicodedata

_IGNORABLE = re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\ufffc]")
_DROPPED = {
    "Cc",
    "Cf",
}  # controls and formats, zero-width ones among them: RFC 4518 §2.2 maps them to nothing


def fold(name: str) -> str:
    """The one spelling under which this name is looked up, compared and counted."""
    spaced = re.sub(r"\s+", " ", name).strip()
    visible = "".join(c for c in _IGNORABLE.sub("", spaced) if unicodedata.category(c) not in _DROPPED)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return re.sub(r"\s+", " ", folded).strip()
