"""Run wrk and read what it prints."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

SCRIPTS = Path(__file__).parent / "wrk"
#: The core that wrk runs on; the server has the first one.
LOAD_CORE = 1


class BenchmarkError(Exception):
    """A run was not what it should measure; the message says why."""


@dataclass(frozen=True, slots=True)
class Load:
    """One endpoint under load.

    :ivar environment: what the script reads; `{run}` in a value becomes the number of the run, for files used up.
    :ivar per_unit: requests that make one unit of what is counted (three for a whole sign-on).
    """

    name: str
    path: str
    script: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    per_unit: int = 1
    threads: int = 4
    connections: int = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """Units a second, and the 99th percentile of one request in milliseconds."""

    per_second: float
    p99_ms: float


def measure(load: Load, *, address: str, seconds: int, repeats: int, warm_up: int) -> Rate:
    """Warm up, then take the median of the repeats.

    :raises BenchmarkError: an answer was neither 2xx nor 3xx, or wrk itself failed.
    """
    if warm_up:
        _run(load, address=address, seconds=warm_up, number=0)
    runs = [_run(load, address=address, seconds=seconds, number=number + 1) for number in range(repeats)]
    return Rate(
        per_second=median(run.per_second for run in runs) / load.per_unit,
        p99_ms=median(run.p99_ms for run in runs),
    )


def _run(load: Load, *, address: str, seconds: int, number: int) -> Rate:
    command = [
        "wrk",
        f"-t{load.threads}",
        f"-c{load.connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "--latency",
    ]
    if load.script:
        command += ["-s", str(SCRIPTS / load.script)]
    environment = {name: value.replace("{run}", str(number)) for name, value in load.environment.items()}
    done = subprocess.run(
        [*command, address + load.path],
        env={**os.environ, **environment, "THREADS": str(load.threads)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_pin,
    )
    if done.returncode:
        raise BenchmarkError(f"{load.name}: wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout):
        raise BenchmarkError(f"{load.name}: {failed[1]} answers were errors")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if rate is None or tail is None or float(rate[1]) == 0:
        raise BenchmarkError(f"{load.name}: wrk measured nothing:\n{done.stdout}")
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}[tail[2]]
    return Rate(per_second=float(rate[1]), p99_ms=float(tail[1]) * unit)


def _pin() -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
