"""`manyou keys`: owns what an operator types about both key rings. Imports desk, the office."""

from idp.cli.keys.group import keys

__all__ = ["keys"]
