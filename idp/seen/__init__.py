"""Seen: what people read of the federation, put together from what is at hand.

Judges nothing and asks nobody.
"""
