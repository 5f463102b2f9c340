"""Clerks: owns what the people of an authority do while the country runs, by the commands that they type.

Two of them, since one alone publishes nothing. Imports nothing of ours but the program itself.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from idp.demo.ground import DemoError

FIRST, SECOND = "陈书记", "李审核"
_WHY = "demo --check"
_SECONDS = 60


class Clerks:
    """The two admins of one authority.

    Args:
        settings: the settings file of its node.
    """

    def __init__(self, settings: Path) -> None:
        self._settings = settings

    def suspend(self, entity: str) -> None:
        """Nothing is stated about an entity, until it is reinstated."""
        self._agree("suspend", entity)

    def reinstate(self, entity: str) -> None:
        """What was stated about it is stated again."""
        self._agree("reinstate", entity)

    def revoke(self, mark: str, entity: str) -> None:
        """An entity's trust mark counts no longer."""
        self._run("mark", "revoke", mark, entity, "--reason", _WHY, "--by", FIRST)

    def issue(self, mark: str, entity: str) -> None:
        """It holds one again."""
        self._run("mark", "issue", mark, entity, "--reason", _WHY, "--by", FIRST)

    def _agree(self, verb: str, entity: str) -> None:
        """One proposes, and the other approves."""
        code = str(self._run("enrol", verb, entity, "--reason", _WHY, "--by", FIRST)["code"])
        self._run("enrol", "approve", code, "--by", SECOND)

    def _run(self, *words: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "idp.cli", "federation", *words]
        done = subprocess.run(
            [*command, "--settings", str(self._settings), "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        if done.returncode != 0:
            raise DemoError(f"manyou federation {' '.join(words[:3])}: {done.stderr.strip()}")
        said: dict[str, Any] = json.loads(done.stdout)
        return said
