"""The tutorial, typed by a program: its commands as they are written, its site as it is written, on ports that are free.

A clone's `./manyou` is this Python with `-m idp.cli`; the site's own environment is this one, which has what it names.
"""

import os
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from idp.demo.browser import Browser, Page
from idp.demo.ground import DemoError, free_ports
from idp.demo.places import country
from idp.demo.walker import Citizen, Person
from tests.docs.pages import DOCS, ROOT, blocks, read

TUTORIAL = DOCS / "tutorial" / "a-login-in-ten-minutes.md"
WRITTEN_BASE, WRITTEN_SITE = 8400, 8500
PATIENCE = 60.0

# What the board's line for /etc/hosts does, for one process.
HOSTS = """
import socket

_ask = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: _ask(
    "127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named
)
"""


class Reader:
    """Somebody who does what the tutorial says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base, self.site = _free_base(folder), _free_port()
        (folder / "hosts").mkdir()
        (folder / "hosts" / "sitecustomize.py").write_text(HOSTS)
        path = os.pathsep.join([str(folder / "hosts"), str(ROOT)])
        self.environ = {**os.environ, "PYTHONPATH": path}
        self.commands = [
            shlex.split(line)
            for block in blocks(TUTORIAL, "sh")
            for line in self.here(block).replace("\\\n", " ").splitlines()
        ]

    def here(self, text: str) -> str:
        """The tutorial's text with the ports of this country."""
        moved = re.sub(r":84(\d\d)\b", lambda found: f":{self.base + int(found[1])}", text)
        return moved.replace(str(WRITTEN_SITE), str(self.site))

    def next(self, *begin: str) -> list[str]:
        """The next command, which must begin so."""
        command = self.commands.pop(0)
        assert command[: len(begin)] == list(begin)
        return command[len(begin) :]

    def run(self, *command: str) -> str:
        """What a command prints."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command in a terminal of its own; Ctrl-C in the end."""
        path = self.folder / f"{command[1]}.out"
        with (
            path.open("wb") as out,
            subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, env=self.environ, stdout=out, stderr=out
            ) as process,
        ):
            try:
                yield process
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:  # where Ctrl-C is ignored: better a failure than a halt
                    process.kill()
                    raise

    def wait(self, process: subprocess.Popen[bytes], what: Path | int) -> None:
        """Until a file is there or a port answers; what the process printed when it ends before that."""
        deadline = time.monotonic() + PATIENCE
        while not (what.exists() if isinstance(what, Path) else _answers(what)):
            said = [path.read_text(encoding="utf-8") for path in self.folder.glob("*.out")]
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)


def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    assert reader.next("./manyou", "demo") == []
    with reader.running("-m", "idp.cli", "demo", "--port", str(reader.base)) as demo:
        reader.wait(demo, tmp_path / "var" / "demo" / "demo.json")
        _try_it(reader)
        said = reader.run("-m", "idp.cli", *reader.next("./manyou"))
        secret = re.search(r"^client_secret +(\S+)", said, re.MULTILINE)
        assert secret is not None
        (export,) = reader.next("export")
        reader.environ[export.partition("=")[0]] = secret[1]
        _write_the_site(reader)
        with reader.running("-m", "flask", *reader.next("my-site/bin/flask")) as site:
            reader.wait(site, reader.site)
            _sign_in(reader)
        assert reader.commands == []
    assert demo.returncode == 0


def _try_it(reader: Reader) -> None:
    """The two portals, before anything is written; the tutorial names the people."""
    person = Person(Browser())
    page = _pressed(reader, person, _address(reader, "portal-gd"))
    person.type_password(page, _citizen("zhangwei"))
    page = _pressed(reader, person, _address(reader, "portal-zj"))
    assert page.origin == _address(reader, "portal-zj").rstrip("/")
    assert "张伟" in page.text


def _write_the_site(reader: Reader) -> None:
    venv = reader.next("python3", "-m", "venv")
    (reader.folder / venv[0]).mkdir()
    wanted = reader.next("my-site/bin/pip", "install")
    assert all(find_spec(name) for name in wanted)
    (program,) = blocks(TUTORIAL, "python")
    saved = re.search(r"Save this as `(.+)`", read(TUTORIAL))
    assert saved is not None
    (reader.folder / saved[1]).write_text(reader.here(program), encoding="utf-8")


def _sign_in(reader: Reader) -> None:
    home, away = blocks(TUTORIAL, "text")
    site = f"http://localhost:{reader.site}/"
    at_home = Person(Browser())
    page = at_home.browser.open(f"{site}login", initiator=site.rstrip("/"))
    assert _words(at_home.type_password(page, _citizen("zhangwei"))) == home.strip()

    guest = Person(Browser())
    page = guest.browser.open(f"{site}login", initiator=site.rstrip("/"))
    page = guest.type_password(guest.go_elsewhere(page, "330000"), _citizen("wangxiaohe"))
    assert _words(page) == away.strip()

    page = guest.browser.open(f"{site}logout", initiator=site.rstrip("/"))
    page = guest.browser.submit(page, page.markup.forms[0], {})
    assert page.url.partition("?")[0] == site
    assert _words(page) == "Sign in"
    page = guest.browser.open(f"{site}login", initiator=site.rstrip("/"))
    assert page.markup.form("username", "password") is not None


def _pressed(reader: Reader, person: Person, portal: str) -> Page:
    return person.browser.open(f"{portal}login", initiator=portal.rstrip("/"))


def _address(reader: Reader, host: str) -> str:
    found = re.search(rf"http://{host}\.localhost:\d+/", reader.here(read(TUTORIAL)))
    assert found is not None
    return found[0]


def _citizen(username: str) -> Citizen:
    """Somebody whom the tutorial names, with the password that it names."""
    found = re.search(rf"`{username}`\s+with\s+the\s+password\s+`(\S+)`", read(TUTORIAL))
    assert found is not None
    return Citizen(username, found[1])


def _words(page: Page) -> str:
    return re.sub(r"<[^>]+>", "", page.text).strip()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _free_base(folder: Path) -> int:
    for base in random.sample(range(12000, 30000, 50), 20):
        try:
            free_ports(country(base, folder))
        except DemoError:
            continue
        return base
    pytest.fail("no free ports for a country")
