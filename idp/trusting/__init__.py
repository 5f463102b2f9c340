"""Trusting: whom this node believes because a chain leads to a pinned anchor, and when that ends.

Does not verify chains (`federation`) and knows no HTTP.
"""
