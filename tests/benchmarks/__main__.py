"""`make bench`: print how fast the endpoints are, against a bare Flask route under the same server.

`make bench ARGS=activity` measures the activity pages instead.

python -m tests.benchmarks [--seconds 3] [--repeats 3] [--database URL] [--synchronous full|normal] [--only NAME]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil

from tests.benchmarks import activity, seed
from tests.benchmarks.wrk import BenchmarkError, Load, Rate, measure
from tests.journeys.provider import StartedProvider, free_port

SERVER_CORE = 0
#: Shares of the yardstick to reach.
TARGETS = {
    "discovery": 2.0,
    "jwks": 2.0,
    "client_credentials": 0.44,
    "code exchange": 0.2,
    "refresh": 0.2,
    "userinfo": 0.48,
    "introspection": 0.48,
    "returning sign-on": 0.08,
}
_CODE_FORM = urlencode({"grant_type": "authorization_code", "redirect_uri": seed.CALLBACK})
#: Codes live long here, so that enough can be prepared.
_CODE_SECONDS = "600"
#: Of what the yardstick does in a second: more than can be exchanged in it, also on a faster machine.
_CODES_SHARE = 0.6


def main() -> int:
    """Run the benchmark; the exit code says whether it could be measured, not whether it was fast."""
    if sys.argv[1:2] == ["activity"]:
        return activity.main(sys.argv[2:])
    options = _options()
    if shutil.which("wrk") is None:
        print("make bench needs wrk (Debian package wrk).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="proffer-bench-") as folder:
        try:
            _run(options, Path(folder))
        except BenchmarkError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
    return 0


def _run(options: argparse.Namespace, folder: Path) -> None:
    yardstick = _yardstick(options)
    print(f"{'yardstick (Flask JSON route)':<30}{yardstick.per_second:>10.0f}/s{yardstick.p99_ms:>9.2f} ms p99")
    provider = StartedProvider(
        folder,
        database_url=options.database,
        workers=1,
        PROFFER_LOGGING__LEVEL="warning",
        PROFFER_TOKENS__CODE_SECONDS=_CODE_SECONDS,
        PROFFER_LIMITS__AUTHORIZE="off",
        PROFFER_LIMITS__TOKEN="off",
        PROFFER_DATABASE__SQLITE_SYNCHRONOUS=options.synchronous,
    )
    provider.command("migrate")
    provider.import_clients(seed.CLIENTS)
    # A refresh token is used up by a run, so each run has citizens of its own.
    citizens = seed.THREADS * (options.repeats + 1)
    provider.import_accounts(seed.accounts(citizens))
    provider.start()
    try:
        _pin(provider.pid)
        signed = [seed.sign_on(provider, number) for number in range(citizens)]
        for load in _loads(
            provider, signed, folder, options, codes_per_second=int(yardstick.per_second * _CODES_SHARE)
        ):
            if options.only and options.only not in load.name:
                continue
            rate = measure(
                load, address=provider.issuer, seconds=options.seconds, repeats=options.repeats, warm_up=options.warm_up
            )
            _print(load.name, rate, yardstick)
        print(f"{'worker memory':<30}{_worker_memory(provider.pid):>10.0f} MB")
    finally:
        provider.stop()


def _loads(
    provider: StartedProvider,
    signed: list[seed.Signed],
    folder: Path,
    options: argparse.Namespace,
    *,
    codes_per_second: int,
) -> list[Load]:
    cookies = folder / "cookies"
    cookies.write_text("".join(f"{each.cookie}\n" for each in signed[: seed.THREADS]))
    for number in range(options.repeats + 1):
        group = signed[number * seed.THREADS : (number + 1) * seed.THREADS]
        (folder / f"tokens.{number}").write_text("".join(f"{each.refresh_token}\n" for each in group))
    if not options.only or options.only in "code exchange":
        print("preparing codes", file=sys.stderr)
        for number, seconds in enumerate([options.warm_up, *[options.seconds] * options.repeats]):
            seed.write_codes(provider, signed[0], folder / f"codes.{number}", number=seconds * codes_per_second)
    form = {"AUTHORIZATION": seed.AUTHORIZATION}
    codes = {**form, "CODES": str(folder / "codes.{run}"), "FORM": _CODE_FORM}
    return [
        Load("discovery", "/.well-known/openid-configuration"),
        Load("jwks", "/jwks.json"),
        Load(
            "client_credentials",
            "/token",
            "form_post.lua",
            {**form, "BODY": urlencode({"grant_type": "client_credentials", "scope": "api"})},
        ),
        Load("code exchange", "/token", "code_exchange.lua", codes),
        Load("refresh", "/token", "refresh.lua", {**form, "TOKENS": str(folder / "tokens.{run}")}),
        Load("userinfo", "/userinfo", "bearer.lua", {"TOKEN": signed[0].access_token}),
        Load(
            "introspection",
            "/introspect",
            "form_post.lua",
            {**form, "BODY": urlencode({"token": signed[0].access_token})},
        ),
        Load(
            "returning sign-on",
            "/authorize",
            "sign_on.lua",
            {**form, "COOKIES": str(cookies), "AUTHORIZE": seed.authorize_path(), "FORM": _CODE_FORM},
            per_unit=3,
        ),
    ]


def _yardstick(options: argparse.Namespace) -> Rate:
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--workers",
            "1",
            "--blocking-threads",
            "1",
            "--no-ws",
            "--log-level",
            "warning",
            "tests.benchmarks.yardstick:app",
        ]
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        _pin(process.pid)
        return measure(
            Load("yardstick", "/"),
            address=address,
            seconds=options.seconds,
            repeats=options.repeats,
            warm_up=options.warm_up,
        )
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise BenchmarkError("the yardstick did not start")


def _pin(pid: int) -> None:
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, {SERVER_CORE})


def _worker_memory(pid: int) -> float:
    workers = psutil.Process(pid).children(recursive=True)
    return max(each.memory_info().rss for each in workers) / 1_000_000


def _print(name: str, rate: Rate, yardstick: Rate) -> None:
    share, target = rate.per_second / yardstick.per_second, TARGETS[name]
    print(
        f"{name:<30}{rate.per_second:>10.0f}/s{rate.p99_ms:>9.2f} ms p99"
        f"   {share:.2f} of the yardstick (to reach: {target:.2f}{', reached' if share >= target else ''})",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="length of one run")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts")
    parser.add_argument("--warm-up", type=int, default=2, help="seconds that do not count")
    parser.add_argument("--database", help="another database than a new SQLite file")
    parser.add_argument("--synchronous", choices=("full", "normal"), default="full", help="SQLite's durability")
    parser.add_argument("--only", help="measure only what has this in its name")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
