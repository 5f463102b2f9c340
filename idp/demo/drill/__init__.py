"""Drill: owns proving on the running country that keys change without anyone noticing.

Load (people who sign in), a witness (who keeps what was published and issued), and the rotation between them.
"""

from idp.demo.drill.drill import Drill, Outcome

__all__ = ["Drill", "Outcome"]
