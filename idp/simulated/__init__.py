"""Simulated: owns a country of any size on loopback, and what resolving chains in it costs. Nothing of it
runs in a node. Imports federation, outbound.
"""
