"""Guided: owns fuzzing steered by coverage, through atheris, which the extra `fuzz` installs.

Slower than the campaign by an order of magnitude, but it keeps what reached a new line and goes on from there.
"""

import sys
import tempfile
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from tests.fuzz import targets
from tests.fuzz.corpus import chain_of, federation, key_sets, statement, statement_ring, tokens, trust_mark
from tests.fuzz.mutator import Mutator
from tests.keys.forge import NOW

atheris: Any = import_module("atheris")

_TEXT = 16 * 1024


def run(executions: int, seconds: float) -> None:
    """Never comes back: the fuzzer ends the process, with another code than 0 after a finding."""
    own, country = statement_ring(), federation()
    lawful, mark = chain_of(country), trust_mark(country)
    tried = (
        targets.peek,
        targets.verify,
        targets.statement_target(own.jwks(NOW)),
        targets.key_set,
        targets.encoding,
        targets.mark_target(country.verify(chain_of(country, "gd")), country.id_of("portal")),
        *(targets.chain_target(lawful, hop, country.anchors) for hop in range(len(lawful))),
    )

    def one(data: bytes) -> None:
        if data:
            tried[data[0] % len(tried)](data[1:].decode("utf-8", "replace"))

    with tempfile.TemporaryDirectory() as folder, targets.signed_by_anybody():
        _sow(Path(folder), [(2, statement(own)), (5, mark), *enumerate(lawful, 6)])
        limits = [f"-runs={executions}", f"-max_len={_TEXT}"]
        if seconds != float("inf"):
            limits.append(f"-max_total_time={int(seconds)}")
        atheris.Setup([sys.argv[0], *limits, folder], one)
        atheris.Fuzz()


def _sow(folder: Path, stated: list[tuple[int, str]]) -> None:
    """One file for each lawful thing and a few spoilt ones, for the target that reads it."""
    spoil = Mutator(1)
    texts = [(kind, spoil.text(token)) for token in tokens() for kind in (0, 1) for _ in range(3)]
    texts += stated + [(kind, one.decode()) for one in key_sets() for kind in (3, 4)]
    for number, (kind, text) in islice(enumerate(texts), 1000):
        (folder / f"{number:03}").write_bytes(bytes((kind,)) + text.encode("utf-8", "replace"))
