"""Turns a skipped test into a failure when PROFFER_REQUIRE_ALL is set.

A test that cannot find its server or its browser is skipped on a contributor's machine; where everything is
installed, a skip would hide a test that no longer runs.
"""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("PROFFER_REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped while PROFFER_REQUIRE_ALL is set: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and os.environ.get("PROFFER_REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped while PROFFER_REQUIRE_ALL is set"
    return report
