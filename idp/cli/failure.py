"""Failure: owns how a command says that it did not do its work. Imports nothing of ours."""


class Failure(Exception):
    """Something is refused or failed; the text says what to do, in one line."""
