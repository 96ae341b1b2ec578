"""A pytest plugin: writes how each test ended, and how long it took, to the file in MUTATION_REPORT."""

import json
import os
from pathlib import Path

import pytest

_PATH = os.environ.get("MUTATION_REPORT")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _write(
        test=report.nodeid,
        outcome=report.outcome,
        seconds=report.duration,
        hung=report.failed and "from pytest-timeout" in report.longreprtext,
    )


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _write(test=report.nodeid, outcome="not collected")


def _write(**line: str | float) -> None:
    if _PATH is not None:
        with Path(_PATH).open("a") as file:
            file.write(json.dumps(line) + "\n")
