"""The authority's room: owns who is below us, what we state about them, and the marks that we issue.

Knows neither HTTP nor tables. Imports federation.authority, federation.answers, keys.
"""
