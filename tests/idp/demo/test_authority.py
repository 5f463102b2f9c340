"""The throwaway authority: its certificates hold for this country's names and for nothing else."""

import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from idp.demo import authority
from idp.demo.charter import settings
from idp.demo.loopback import Unreachable, asker
from idp.demo.places import country
from idp.demo.web import serve


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority.issue(folder, ["gd.localhost", "hub.localhost"])
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    app = Flask("tls")
    app.add_url_rule("/", "home", lambda: "here")
    server = serve(app, 0, (folder / authority.CERTIFICATE, folder / authority.KEY))
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_named_host_is_believed_by_whoever_believes_the_authority(folder: Path, port: int) -> None:
    ask = asker(folder / authority.CA)
    assert ask(f"https://gd.localhost:{port}/").body == b"here"
    assert ask(f"https://127.0.0.1:{port}/").body == b"here"


def test_nobody_else_is(folder: Path, port: int) -> None:
    with pytest.raises(Unreachable):
        asker(folder / authority.CA)(f"https://evil.localhost:{port}/")
    with pytest.raises(Unreachable):
        asker(None)(f"https://gd.localhost:{port}/")


def test_the_authority_s_own_key_is_kept_nowhere(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {authority.CA, authority.CERTIFICATE, authority.KEY}
    assert stat.S_IMODE((folder / authority.KEY).stat().st_mode) == 0o600
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(folder / authority.CA, folder / authority.KEY)


def test_a_country_over_https_says_so_everywhere(tmp_path: Path) -> None:
    land = country(8400, tmp_path, tls=True)
    assert land.hub.origin == "https://hub.localhost:8402"
    assert land.board.origin == "https://localhost:8400"
    text = settings(land, land.provinces[0], store=Path("/tmp/valkey.sock"))
    assert "start_tls = true" in text
    assert 'issuer = "https://gd.localhost:8410"' in text
    assert "http://" not in text
