"""What the settings say reaches the parts that it is meant for."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.config import DirectoryConfig
from idp.settings import load
from idp.wiring import parts

SETTINGS = """
issuer = "http://gd.localhost:8410"
region = "440000"
namespace = "http://anchor.localhost:8401"
name = { zh = "广东省", en = "Guangdong" }

[[directory]]
name = "civil"
url = "ldap://127.0.0.1:8389"
base = "dc=gd,dc=example"
bind_dn = "cn=manyou,dc=gd,dc=example"
bind_password_file = "password"
user_filter = "(sAMAccountName={username})"
id_attribute = "objectGUID"
groups_attribute = "groupMembership"
rl = 3
label = { zh = "目录", en = "Directory" }
claims = { name = "cn" }
"""


def test_a_directory_is_asked_as_its_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("s3cret", encoding="utf-8")
    (tmp_path / "manyou.toml").write_text(SETTINGS, encoding="utf-8")
    settings = load(tmp_path / "manyou.toml", {})
    asked: list[DirectoryConfig] = []
    monkeypatch.setattr(parts, "open_source", asked.append)
    nobody: Any = SimpleNamespace()
    parts.open_sources(settings, nobody)
    assert asked == [settings.directory[0].config()]
    assert (asked[0].id_attribute, asked[0].groups_attribute) == ("objectGUID", "groupMembership")
