"""Static files may be kept for ever, because their address changes with them."""

from pathlib import Path

from flask import Flask

from idp.web.assets import Assets
from idp.web.pages import Pages


def app_of(assets: Assets) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(assets.blueprint())
    return app


def test_a_file_is_served_with_its_type_and_may_be_kept_for_ever(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("b{}")
    assets = Assets(tmp_path)
    answer = app_of(assets).test_client().get(assets.url("a.css"))
    assert (answer.status_code, answer.text) == (200, "b{}")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_old_address_is_not_answered_with_new_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("b{}")
    old = Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("i{}")
    assert app_of(Assets(tmp_path)).test_client().get(old).status_code == 404


def test_only_files_of_the_folder_have_addresses(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("b{}")
    assets = Assets(tmp_path)
    fingerprint = assets.url("a.css").split("/")[2]
    client = app_of(assets).test_client()
    assert client.get(f"/assets/{fingerprint}/..%2Ftest_assets.py").status_code == 404
    assert client.get(f"/assets/{fingerprint}/b.css").status_code == 404


def test_the_first_folder_counts_and_the_sites_path_comes_first(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.css").write_text(name)
    assets = Assets(tmp_path / "first", tmp_path / "second", tmp_path / "absent", root="/gd")
    address = assets.url("a.css")
    assert address.startswith("/gd/assets/")
    assert app_of(assets).test_client().get(address.removeprefix("/gd")).text == "first"


def test_the_stylesheet_and_the_mark_bring_in_nothing_from_elsewhere() -> None:
    pages = Pages({"zh": "省", "en": "Province"}, "http://gd.localhost:8410")
    client = app_of(pages.assets).test_client()
    for name in ("manyou.css", "mark.svg"):
        text = client.get(pages.assets.url(name)).text
        assert not [word for word in ("@import", "url(", "<script", "<style", "href=") if word in text]
