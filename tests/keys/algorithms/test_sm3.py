"""SM3 and its HMAC: the standard's own examples, and another implementation."""

import hmac as plain

import gmalg
import pytest

from keys.algorithms import sm3

VECTORS = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


@pytest.mark.spec("GB/T 32905 A")
@pytest.mark.parametrize("data", VECTORS)
def test_the_digests_of_the_standard(data: bytes) -> None:
    assert sm3.digest(data).hex() == VECTORS[data]


class Other(gmalg.SM3):  # type: ignore[misc]  # gmalg has no types
    """gmalg's digest as `hmac` wants one."""

    digest_size, block_size = 32, 64

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self.update(data)

    def copy(self) -> "Other":
        import copy

        return copy.deepcopy(self)

    def digest(self) -> bytes:
        return bytes(self.value())


@pytest.mark.parametrize("size", [0, 1, 32, 63, 64, 65, 200])
def test_the_hmac_is_the_one_that_another_implementation_computes(size: int) -> None:
    key, data = bytes(range(size)), b"resident identity card"
    assert sm3.mac(key, data) == plain.new(key, data, Other).digest()


def test_another_key_gives_another_hmac() -> None:
    assert sm3.mac(b"one", b"data") != sm3.mac(b"two", b"data")
