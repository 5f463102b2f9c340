"""Simulation: owns the proof by numbers that early rotations break verifiers and ours break none. Pure.

Imports gates. A crowd of verifiers with caches and clocks of their own meets what a ring signs while one key
follows another; each plan of doing so is judged by who failed at least once.
"""

from keys.simulation.plans import ONE_NODE, Schedule, schedules
from keys.simulation.table import Row, table

__all__ = ["ONE_NODE", "Row", "Schedule", "schedules", "table"]
