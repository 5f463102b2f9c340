"""A SoftHSM token of a test: made in a folder, taken away and put back."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MODULE = next(
    (
        path
        for place in (
            "/usr/lib/softhsm",
            "/usr/lib/x86_64-linux-gnu/softhsm",
            "/usr/lib/aarch64-linux-gnu/softhsm",
        )
        if (path := Path(place) / "libsofthsm2.so").exists()
    ),
    None,
)
MISSING = MODULE is None or shutil.which("softhsm2-util") is None
PIN = "246810"
softhsm = pytest.mark.skipif(MISSING, reason="SoftHSM2 is not installed: apt-get install softhsm2")


class Slot:
    """Where tokens of this process lie. The library reads its settings once, so all share one folder.

    Args:
        label: the token's name.
    """

    def __init__(self, folder: Path, label: str) -> None:
        self.folder = folder
        self.label = label

    @contextmanager
    def taken_away(self) -> Iterator[None]:
        """Without the token for a while."""
        away = self.folder.with_name("away")
        self.folder.rename(away)
        self.folder.mkdir()
        try:
            yield
        finally:
            self.folder.rmdir()
            away.rename(self.folder)


def open_slot(base: Path) -> Slot:
    """A fresh token in the folder of this process."""
    folder = base / "tokens"
    folder.mkdir(exist_ok=True)
    settings = base / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    label = f"t{uuid.uuid4().hex[:12]}"
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "135791113"],
        check=True,
        capture_output=True,
    )
    forget()
    return Slot(folder, label)


def forget() -> None:
    """As after a restart of the process: nobody is logged in, and new tokens are seen."""
    import pkcs11

    if str(MODULE) in pkcs11._loaded:
        pkcs11.lib(str(MODULE)).reinitialize()
