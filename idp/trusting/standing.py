"""Standing: owns whether a trust chain leads to ourselves, as far as we saw last. Imports nothing of ours.

Whoever is suspended is refused everywhere else, and would only send people to an error page there.
"""


class Standing:
    """Good until somebody who looked says otherwise."""

    def __init__(self) -> None:
        self._good = True

    def __call__(self) -> bool:
        """Whether anybody would have us."""
        return self._good

    def is_now(self, *, good: bool) -> None:
        """Somebody looked."""
        self._good = good
