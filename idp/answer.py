"""Answer: owns what the domain says back to HTTP. Does not know Flask. Imports nothing of ours."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished response.

    Attributes:
        status: HTTP status.
        body: text, empty for redirects.
        headers: name and value pairs, sent as they are.
    """

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
