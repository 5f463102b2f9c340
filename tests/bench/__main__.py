"""`python -m tests.bench`: measure and print the table."""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bench.crowd import measure as crowd
from tests.bench.flows import Caller
from tests.bench.place import Place, running

TARGET_MS = 1.5
TITLES = {
    "livez": "bare answer (/livez)",
    "discovery": "discovery",
    "sso": "SSO code flow: authorize + token",
    "sign_in": "full sign-in, password hashed",
    "userinfo": "userinfo",
}


@dataclass(frozen=True)
class Figure:
    """What one kind of work costs.

    Attributes:
        cpu_ms: server CPU per piece of work, Valkey included.
        per_second: pieces of work a second, with as many connections as asked for.
    """

    cpu_ms: float
    per_second: float


def measure(place: Place, callers: list[Caller], flow: str, seconds: float) -> Figure:
    """Do one kind of work over all connections for a while."""
    done = [0] * len(callers)
    for caller in callers:
        for _ in range(3):
            getattr(caller, flow)()
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        call: Callable[[], None] = getattr(callers[number], flow)
        while time.monotonic() < end:
            call()
            done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(callers))]
    cpu, began = place.cpu_seconds(), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    return Figure((place.cpu_seconds() - cpu) / sum(done) * 1000, sum(done) / took)


def bare_signature_ms() -> float:
    """CPU of one ES256 signature by `cryptography` alone: how fast this machine is."""
    key, many = ec.generate_private_key(ec.SECP256R1()), 3000
    began = time.process_time()
    for _ in range(many):
        key.sign(b"x" * 400, ec.ECDSA(hashes.SHA256()))
    return (time.process_time() - began) / many * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="manyou bench")
    parser.add_argument("--seconds", type=float, default=5.0, help="per kind of work")
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8, help="of the server")
    parser.add_argument("--subordinates", type=int, default=0, help="measure an authority of so many instead")
    asked = parser.parse_args()
    if asked.subordinates:
        show_crowd(asked.subordinates)
        return
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), threads=asked.threads) as place:
        callers = [Caller(place) for _ in range(asked.connections)]
        for caller in callers:
            caller.sign_in()
        figures = {flow: measure(place, callers, flow, asked.seconds) for flow in TITLES}
    show(figures, bare_signature_ms(), asked)


def show(figures: dict[str, Figure], signature: float, asked: argparse.Namespace) -> None:
    bare = figures["livez"].cpu_ms
    print(
        f"one worker, {asked.threads} threads, {asked.connections} connections, "
        f"{os.cpu_count()} cores shared with the load; Valkey and SQLite included"
    )
    print(f"a bare ES256 signature costs {signature * 1000:.0f} us here\n")
    print(f"{'':34}{'CPU ms':>8}{'x bare answer':>15}{'x signature':>13}{'per second':>12}")
    for flow, title in TITLES.items():
        one = figures[flow]
        ratios = f"{one.cpu_ms / bare:>15.1f}{one.cpu_ms / signature:>13.1f}"
        print(f"{title:34}{one.cpu_ms:>8.2f}{ratios}{one.per_second:>12.0f}")
    sso = figures["sso"].cpu_ms
    print(f"\nSSO code flow against its target of {TARGET_MS} ms: {sso / TARGET_MS:.2f}")


def show_crowd(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = crowd(Path(folder), count=count)
    print(
        f"{found.subordinates} subordinates, registered in {found.fill:.1f} s and signed in {found.sign:.1f} s\n"
    )
    print(f"{'milliseconds':44}{'half':>8}{'99 %':>8}{'most':>8}")
    for title, times in (("fetch", found.fetch), ("page of 1,000 with statements", found.pages)):
        shown = (times[len(times) // 2], times[len(times) * 99 // 100], times[-1])
        print(f"{title:44}" + "".join(f"{one:>8.2f}" for one in shown))
    print(f"{f'crawl that finds {found.changed} changes':44}{found.crawl:>8.2f}")


if __name__ == "__main__":
    main()
