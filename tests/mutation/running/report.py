"""A pytest plugin: writes to the file in MUTATION_REPORT how each test ended, and how long it took."""

import json
import os
import sys
from pathlib import Path

import hypothesis
import pytest

_PATH = os.environ.get("MUTATION_REPORT")


def pytest_configure() -> None:
    """Let Hypothesis stop at the first failure: making it small takes minutes, and nobody reads it."""
    hypothesis.settings.register_profile(
        "mutation",
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate),
        report_multiple_bugs=False,
    )
    hypothesis.settings.load_profile("mutation")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _write(
        test=report.nodeid,
        outcome=report.outcome,
        seconds=report.duration,
        hung=report.failed and "from pytest-timeout" in report.longreprtext,
    )


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed and report.nodeid:
        _write(test=report.nodeid, outcome="not collected")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the names of all modules but those of the project, in the order in which they were imported."""
    here = (str(session.config.rootpath), str(Path(__file__).parent))
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    _write(modules=[name for name, file in files.items() if file is None or not file.startswith(here)])


def _write(**line: str | float | list[str]) -> None:
    if _PATH is not None:
        with Path(_PATH).open("a") as file:
            file.write(json.dumps(line) + "\n")
