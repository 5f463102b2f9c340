"""Table: owns what every table of the settings file has in common. Does not know which there are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """One table of the file: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


def read_jwks(path: Path) -> Mapping[str, Any]:
    """Public keys in a file, `{"keys": […]}`."""
    parsed: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return parsed
