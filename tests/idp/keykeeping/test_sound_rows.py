"""Rows that would open elsewhere are lost to no change."""

from pathlib import Path

import pytest

from idp.keykeeping.leader import LEASE
from idp.records.keys import KeyRecords
from keys.seal import Kek, SealError, seal
from tests.idp.keykeeping.house import House, lifetimes


def test_a_row_of_another_machine_is_lost_neither_by_the_wheel_nor_by_a_person(tmp_path: Path) -> None:
    house = House(tmp_path)
    one = house.process()
    house.rounds()
    house.pass_(lifetimes("oidc").wait + 2)
    first = one.signer()
    version, _rows = KeyRecords(one.database).load("oidc")
    key = next(key for key in one.rings.oidc().keys if key.kid == first)
    sealed = seal(Kek(b"n" * 32), key, version=version).sealed
    with one.database.write() as sql:
        sql.exec_driver_sql("UPDATE keys SET sealed = ? WHERE kid = ?", (sealed, first))
    two = house.process()
    house.pass_(LEASE + 2, two)
    with pytest.raises(SealError, match=f"kek_wrong: {first} does not open here"):
        two.office().announce("oidc", "ES384")
    assert KeyRecords(one.database).load("oidc")[0] == version
    house.close()
