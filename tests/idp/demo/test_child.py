"""A child leaves nothing behind: not its workers, not itself when we are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.demo.child import Child

FAMILY = """
import subprocess, sys, time, signal
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(child.pid))
if "deaf" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1] + ".ready", "w").close()
time.sleep(60)
"""


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # another process, or thread, is on its way


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie that nobody has collected counts)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def family(tmp_path: Path, *words: str) -> tuple[Child, int]:
    note = tmp_path / "worker"
    child = Child("family", ["-c", FAMILY, str(note), *words], tmp_path / "output.txt")
    child.start()
    wait((tmp_path / "worker.ready").exists)
    return child, int(note.read_text())


@pytest.mark.parametrize("words", [(), ("deaf",)], ids=["gentle", "deaf"])
def test_a_stop_takes_the_whole_family(
    tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.demo.child._PATIENCE", 0.2)
    child, worker = family(tmp_path, *words)
    assert child.pid is not None
    child.stop()
    assert child.pid is None
    wait(lambda: gone(worker))


def test_a_frozen_child_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.demo.child._PATIENCE", 5)
    child, worker = family(tmp_path)
    os.killpg(child.pid or 0, signal.SIGSTOP)
    child.stop()
    assert child.ended == -signal.SIGTERM
    wait(lambda: gone(worker))


def test_how_it_ended_is_known(tmp_path: Path) -> None:
    child = Child("short", ["-c", "import sys; print('why'); sys.exit(3)"], tmp_path / "output.txt")
    assert child.ended is None
    child.start()
    wait(lambda: child.ended is not None)
    assert child.ended == 3
    assert (tmp_path / "output.txt").read_text() == "why\n"
    child.stop()


def test_settings_meant_for_somebody_else_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANYOU_ISSUER", "http://other.localhost")
    code = "import os, idp; print([name for name in os.environ if name.startswith('MANYOU_')])"
    child = Child("clean", ["-c", code], tmp_path / "output.txt")
    child.start()
    wait(lambda: child.ended is not None)
    assert (tmp_path / "output.txt").read_text() == "[]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_it_ends_when_we_are_killed(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from idp.demo.child import Child
child = Child("orphan", ["-c", "import time; time.sleep(60)"], Path({str(tmp_path / "output.txt")!r}))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""
    tree = str(Path(__file__).parents[3])
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": tree}
    )
    assert parent.stdout is not None
    orphan = int(parent.stdout.readline())
    # The leash is tied once the interpreter has become the program.
    wait(lambda: b"idp.demo.leash" not in Path(f"/proc/{orphan}/cmdline").read_bytes())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait(lambda: gone(orphan))
