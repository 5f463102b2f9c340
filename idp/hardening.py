"""Hardening: owns what a serving process gives up so that its memory, which holds keys, stays its own, and
that it does not outlive who started it. Linux.

No core dump is written, and no other process of the same account may read this one's memory or environment
(`/proc/PID/mem`, `/proc/PID/environ`, ptrace). A crash dump is how Storm-0558 got a signing key.
"""

import ctypes
import multiprocessing
import os
import resource
import signal
import sys

_SET_PDEATHSIG, _SET_DUMPABLE = 1, 4  # prctl(2)


def keep_memory_private() -> None:
    """Forbid core dumps and readers of this process; children inherit the first, and each calls this itself.

    Raises:
        OSError: the kernel refused.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    _prctl("PR_SET_DUMPABLE", _SET_DUMPABLE, 0)


def end_with_parent() -> None:
    """Let the kernel kill this worker when the process that started it is gone, however it ended: it would
    serve on, on a port that the next start needs, and nobody would be left to stop it.

    It is killed at once, since nobody would be left to do so after a grace either. Does nothing in a process
    that `multiprocessing` did not start. The kernel goes by the thread that started us: that must be one that
    lives as long as its process, as granian's is.

    Raises:
        OSError: the kernel refused.
        SystemExit: the parent was gone already.
    """
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    _prctl("PR_SET_PDEATHSIG", _SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # it died before the kernel was told
        sys.exit(1)


def _prctl(name: str, option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({name}) was refused")
