"""The folder of a country: only ours is touched, only one demo stands on it, and nothing stays behind."""

import socket
import stat
from pathlib import Path

import pytest

from idp.demo.ground import (
    DemoError,
    free_ports,
    held,
    locked,
    settle,
    settled,
    socket_folder,
    sockets,
    wipe,
)
from idp.demo.places import Country, country


@pytest.fixture
def land(tmp_path: Path) -> Country:
    return country(8400, tmp_path / "demo")


def test_the_addresses_of_the_documentation_follow_from_the_base_port(land: Country) -> None:
    assert [node.origin for node in land.nodes] == [
        "http://anchor.localhost:8401",
        "http://hub.localhost:8402",
        "http://gd.localhost:8410",
        "http://zj.localhost:8420",
        "http://gz.localhost:8430",
        "http://gz-civil.localhost:8431",
    ]
    assert [portal.origin for portal in land.portals] == [
        "http://portal-gd.localhost:8411",
        "http://portal-zj.localhost:8421",
        "http://portal-gz.localhost:8432",
        "http://portal-plain.localhost:8412",
    ]
    assert (land.board.origin, land.directory.listen) == ("http://localhost:8400", "127.0.0.1:8389")


def test_a_second_demo_in_the_same_folder_is_told_what_to_do(land: Country) -> None:
    with locked(land.folder):
        assert held(land.folder)
        with pytest.raises(DemoError, match="--data"), locked(land.folder):
            pass
    assert not held(land.folder)


def test_the_lock_is_gone_afterwards_also_after_a_failure(land: Country) -> None:
    with pytest.raises(ZeroDivisionError), locked(land.folder):
        raise ZeroDivisionError
    assert not (land.folder / "lock").exists()


def test_a_folder_with_other_files_is_not_taken(land: Country) -> None:
    land.folder.mkdir()
    (land.folder / "thesis.txt").write_text("years of work")
    with pytest.raises(DemoError, match="other files"), locked(land.folder):
        pass
    assert (land.folder / "thesis.txt").exists()


def test_a_wiped_folder_keeps_only_its_mark_and_lock(land: Country) -> None:
    with locked(land.folder):
        (land.folder / "gd").mkdir()
        (land.folder / "gd" / "manyou.toml").write_text("")
        (land.folder / "demo.json").write_text("{}")
        settle(land)
        wipe(land.folder)
        assert {path.name for path in land.folder.iterdir()} == {".manyou-demo", "lock"}
        assert not settled(land)


def test_a_link_in_the_folder_is_removed_and_not_followed(land: Country, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("")
    with locked(land.folder):
        (land.folder / "link").symlink_to(precious)
        wipe(land.folder)
    assert (precious / "file").exists()


def test_a_country_on_another_port_is_not_mixed_up(land: Country) -> None:
    with locked(land.folder):
        settle(land)
        assert settled(land)
        with pytest.raises(DemoError, match="--port 8400"):
            settled(country(9400, land.folder))


def test_a_country_with_certificates_is_not_mixed_up_with_one_without(land: Country) -> None:
    with locked(land.folder):
        settle(land)
        with pytest.raises(DemoError, match="without --tls"):
            settled(country(8400, land.folder, tls=True))


def test_a_country_that_another_version_made_is_not_started(land: Country) -> None:
    with locked(land.folder):
        settle(land)
        mark = land.folder / ".manyou-demo"
        mark.write_text(mark.read_text().replace('"version": 2', '"version": 1'))
        with pytest.raises(DemoError, match="--fresh"):
            settled(land)


def test_sockets_lie_in_a_short_private_folder_that_vanishes(land: Country) -> None:
    with socket_folder(land.folder) as folder:
        assert folder == sockets(land.folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder / "control.sock")) < 100
    assert not folder.exists()


def test_a_socket_folder_that_others_can_enter_is_refused(land: Country) -> None:
    path = sockets(land.folder)
    path.mkdir()
    path.chmod(0o755)
    try:
        with pytest.raises(DemoError, match="private"), socket_folder(land.folder):
            pass
    finally:
        path.rmdir()


def test_a_busy_port_is_named_with_its_owner(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=rf"{port} \(hub\).*--port"):
            free_ports(country(port - 2, tmp_path))
