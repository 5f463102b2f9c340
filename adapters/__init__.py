"""Adapters: what departments say about people. Judges nothing and imports none of ours.

Each kind of directory is a `Source`; `kinds.open_source` turns a `DirectoryConfig` into one.
"""

from adapters.person import DirectoryUnavailable, Person, Source

__all__ = ["DirectoryUnavailable", "Person", "Source"]
