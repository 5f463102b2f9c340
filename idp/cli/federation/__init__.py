"""`manyou federation`: owns what an operator types about entities and chains. Imports the group."""

from idp.cli.federation.group import federation

__all__ = ["federation"]
