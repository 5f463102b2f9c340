"""A real OpenLDAP server in a folder of its own, filled from an LDIF file. Needs slapd; disturbs no other."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/local/libexec:/usr/bin")
MISSING = "slapd is not installed: apt-get install slapd ldap-utils"

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb.so
moduleload memberof.so
moduleload pw-sha2.so
pidfile {folder}/slapd.pid
{tls}
database mdb
suffix "{suffix}"
directory {folder}/db
maxsize 67108864
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to dn.base="" by * read
access to * by users read by anonymous auth by * none
"""


class Slapd:
    """The server; `start` returns when it listens."""

    def __init__(self, folder: Path, ldif: Path, *, suffix: str = "dc=gd,dc=example", tls: str = "") -> None:
        self.folder = folder
        self._ldif = ldif
        self._suffix = suffix
        self._tls = tls
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert SLAPD
        (self.folder / "db").mkdir(exist_ok=True)
        config = self.folder / "slapd.conf"
        config.write_text(CONFIG.format(folder=self.folder, suffix=self._suffix, tls=self._tls))
        if not any((self.folder / "db").iterdir()):
            (self.folder / "people.ldif").write_text(with_member_of(self._ldif.read_text()))
            made = subprocess.run(
                [SLAPD, "-T", "add", "-f", config, "-l", self.folder / "people.ldif"],
                capture_output=True,
                text=True,
                check=False,
            )
            assert made.returncode == 0, made.stderr
        self._process = subprocess.Popen(
            [SLAPD, "-h", f"ldap://127.0.0.1:{self.port}", "-f", config, "-d", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def with_member_of(ldif: str) -> str:
    """The file as an export of a server with the memberof overlay has it: slapadd runs no overlays."""
    entries = re.split(r"\n\n+", ldif)
    groups = {
        e.splitlines()[0].removeprefix("dn: "): re.findall(r"^member: (.*)$", e, re.MULTILINE)
        for e in entries
    }
    made = []
    for entry in entries:
        name = entry.splitlines()[0].removeprefix("dn: ") if entry.strip() else ""
        lines = [f"memberOf: {group}" for group, members in groups.items() if name in members]
        made.append("\n".join([entry.rstrip("\n"), *lines]))
    return "\n\n".join(made) + "\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("slapd does not listen")
