"""Hardening: owns what a serving process gives up so that its memory, which holds keys, stays its own. Linux.

No core dump is written, and no other process of the same account may read this one's memory or environment
(`/proc/PID/mem`, `/proc/PID/environ`, ptrace). A crash dump is how Storm-0558 got a signing key.
"""

import ctypes
import resource
import sys

_SET_DUMPABLE = 4  # PR_SET_DUMPABLE, prctl(2)


def keep_memory_private() -> None:
    """Forbid core dumps and readers of this process; children inherit the first, and each calls this itself.

    Raises:
        OSError: the kernel refused.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE) was refused")
