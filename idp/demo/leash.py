"""Leash: owns the moment between fork and exec: asks the kernel to stop us when our parent dies.

Imports nothing of ours. `python -m idp.demo.leash PARENT arguments…` becomes `python arguments…`. Linux only;
elsewhere it just becomes it.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie the leash, then become the program."""
    parent = int(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the leash was tied
            sys.exit(1)
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])  # noqa: S606 - our own interpreter, our arguments


if __name__ == "__main__":
    main()
