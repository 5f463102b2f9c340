"""A process that holds keys leaves no core dump and lets nobody of its own account read it."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")


def run(body: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Python code in a process of its own, which may write core dumps unless it gives that up."""
    soft = resource.getrlimit(resource.RLIMIT_CORE)[1]
    code = textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (soft, soft)),
    )


LOOK = """
import ctypes, resource
{first}
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
"""
PRIVATE = "from idp.hardening import keep_memory_private; keep_memory_private()"


@linux
def test_after_it_no_dump_is_allowed_and_before_it_one_is(tmp_path: Path) -> None:
    assert run(LOOK.format(first=PRIVATE), tmp_path).stdout.split() == ["0", "0", "0"]
    assert run(LOOK.format(first=""), tmp_path).stdout.split()[0] == "1"


@linux
def test_a_crash_leaves_no_core_behind(tmp_path: Path) -> None:
    done = run(f"import os, signal\n{PRIVATE}\nos.kill(os.getpid(), signal.SIGABRT)", tmp_path)
    assert done.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


STATUS = """
import ctypes, os
{first}
print(os.stat("/proc/self/environ").st_uid, os.stat("/proc/self/mem").st_uid)
"""


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="another account is needed to show it")
def test_its_memory_and_environment_belong_to_root_afterwards(tmp_path: Path) -> None:
    """So another process of the account that runs it cannot open them."""
    drop = "os.setgid(65534); os.setuid(65534)"
    # Changing accounts clears the flag by itself, so it is set again first, as it is for a service.
    again = "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)"
    plain = run(STATUS.format(first=f"{drop}; {again}"), tmp_path).stdout.split()
    kept = f"import idp.hardening as h; {drop}; {again}; h.keep_memory_private()"
    private = run(STATUS.format(first=kept), tmp_path)
    assert plain == ["65534", "65534"]
    assert private.stdout.split() == ["0", "0"], private.stderr
