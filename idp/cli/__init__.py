"""The command line: owns what an operator types. Does not know HTTP or tokens. Imports wiring and the domain.

Exit codes: 0 done, 1 refused or failed (one line on standard error says what to do), 2 wrong usage.
"""

from idp.cli.main import main

__all__ = ["main"]
