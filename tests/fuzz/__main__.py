"""Fuzz: owns `manyou fuzz`: run a campaign and say what came of it."""

import argparse
import random
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.campaign import Tally


def main() -> int:
    """Exit code 0 without a finding, 1 with one."""
    asked = _arguments()
    if asked.coverage:
        return _guided(asked.executions, asked.seconds)
    from tests.fuzz.campaign import Campaign

    seed = random.SystemRandom().getrandbits(32) if asked.seed is None else asked.seed
    print(f"seed {seed}", flush=True)
    return report(Campaign(seed).run(asked.executions, asked.seconds, _progress))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manyou fuzz", description=__doc__)
    parser.add_argument("--executions", type=int, default=200_000, help="inputs to try")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=None, help="of the dice, for the same changes again")
    parser.add_argument("--coverage", action="store_true", help="let atheris steer (the extra `fuzz`)")
    return parser.parse_args()


def _guided(executions: int, seconds: float) -> int:
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        print(
            "--coverage needs atheris; type: .venv/bin/python -m pip install 'atheris>=3,<4'", file=sys.stderr
        )
        return 2
    # Only what is imported under its eyes is steered by, so nothing of ours may be imported before.
    with atheris.instrument_imports(include=["keys", "federation"]):
        from tests.fuzz import guided
    guided.run(executions, seconds)
    return 0


def _progress(tally: "Tally") -> None:
    rate = tally.total / tally.seconds
    print(
        f"… {tally.total:,} in {tally.seconds:.0f} s ({rate:,.0f}/s), {tally.exceptions} unexpected",
        flush=True,
    )


def report(tally: "Tally") -> int:
    """Print what was found, with the input that shows it."""
    for one in tally.findings:
        print(f"\n== {one.target}\n{one.cause}input: {one.input!r}")
    for name, count in sorted(tally.executions.items()):
        print(f"{name:10} {count:>12,}")
    print(
        f"{tally.total:,} executions in {tally.seconds:.1f} s "
        f"({tally.total / max(tally.seconds, 0.001):,.0f}/s), {tally.exceptions} unexpected exceptions"
    )
    return 1 if tally.exceptions else 0


if __name__ == "__main__":
    sys.exit(main())
