"""A copy of the checkout in which code is changed and pytest is run. The checkout itself is never touched."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation import report

_PLUGIN = "mutation_report"


@dataclass(frozen=True, kw_only=True)
class Run:
    """How pytest ended: its exit status, and what became of each test."""

    status: int
    timed_out: bool
    seconds: float
    output: str
    durations: Mapping[str, float] = field(default_factory=dict)
    failed: Sequence[str] = ()
    hung: Sequence[str] = ()  # failed by the time limit that each test has
    uncollected: Sequence[str] = ()  # files and folders

    @property
    def passed(self) -> bool:
        return self.status == 0 and bool(self.durations) and not self.timed_out


class Checkout:
    """A folder that holds a copy of a project's files, and one for reports beside it."""

    def __init__(self, root: Path, reports: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self._reports = reports
        self._environment = environment
        shutil.copy(report.__file__, reports / f"{_PLUGIN}.py")

    @contextmanager
    def changed(self, file: str, text: str) -> Iterator[None]:
        """`file` reads `text` for as long as this lasts."""
        path = self.root / file
        before, stat = path.read_bytes(), path.stat()
        path.write_text(text)
        try:
            yield
        finally:
            path.write_bytes(before)
            # With the old time, the bytecode that Python kept of the old text counts again.
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def imports(self, *modules: str) -> bool:
        """Whether these modules can be imported."""
        done = subprocess.run(
            [sys.executable, "-c", f"import {', '.join(modules)}"],
            cwd=self.root,
            env={**self._variables(), "PYTHONPATH": str(self.root / "bot")},
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def pytest(self, tests: Sequence[str], *options: str, limit: float) -> Run:
        """Run these tests in this order, for at most `limit` seconds."""
        listed, reported = self._reports / "tests.txt", self._reports / "report.jsonl"
        listed.write_text("\n".join(tests) + "\n")
        reported.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--tb=short", "-p", "no:cacheprovider"]
        command += ["-p", _PLUGIN, "--hypothesis-seed=0", *options, f"@{listed}"]
        began = time.monotonic()
        with (self._reports / "output.txt").open("w+") as output:
            process = subprocess.Popen(
                command,
                cwd=self.root,
                env={**self._variables(), "MUTATION_REPORT": str(reported)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            timed_out = _wait(process, limit)
            output.seek(0)
            text = output.read()
        return _read(reported, process.returncode, timed_out, time.monotonic() - began, text)

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
        # A file that changes twice in a second would be taken for the bytecode of its earlier text.
        own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONPATH": str(self._reports)}
        return kept | own | dict(self._environment)


@contextmanager
def copy_of(project: Path, environment: Mapping[str, str]) -> Iterator[Checkout]:
    """A copy of what git tracks of the project or would track, deleted in the end."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project,
        capture_output=True,
        check=True,
        text=True,
    )
    with tempfile.TemporaryDirectory(prefix="countersign-mutants-") as folder:
        root, reports = Path(folder, "checkout"), Path(folder, "reports")
        reports.mkdir()
        for name in filter(None, listed.stdout.split("\0")):
            if (project / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, root / name)
        yield Checkout(root, reports, environment)


def _wait(process: subprocess.Popen[bytes], limit: float) -> bool:
    """Wait for the end. Past the limit, or when we are stopped, kill it with all that it started.

    Returns whether it went past the limit.
    """
    try:
        process.wait(limit)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        return True
    return False


def _read(reported: Path, status: int, timed_out: bool, seconds: float, output: str) -> Run:
    lines = [json.loads(line) for line in reported.read_text().splitlines()] if reported.exists() else []
    durations: dict[str, float] = {}
    for line in lines:
        if line["outcome"] != "not collected":
            durations[line["test"]] = durations.get(line["test"], 0.0) + line["seconds"]
    failed = [line for line in lines if line["outcome"] == "failed"]
    return Run(
        status=status,
        timed_out=timed_out,
        seconds=seconds,
        output=output,
        durations=durations,
        failed=list(dict.fromkeys(line["test"] for line in failed)),
        hung=[line["test"] for line in failed if line["hung"]],
        uncollected=[line["test"] for line in lines if line["outcome"] == "not collected"],
    )
