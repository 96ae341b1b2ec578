"""A copy of the checkout in which code is changed and pytest is run. The checkout itself is never touched."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.mutation.running import fork_server, report

_PLUGIN = "mutation_report"
_ARGUMENTS = ["-q", "-n", "0", "--tb=short", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
# What was imported before pytest began has no rewritten assertions; it is not what is tested.
_ARGUMENTS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]


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
    modules: Sequence[str] = ()  # of other projects, imported

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
        server = shutil.copy(fork_server.__file__, reports)
        self._server = subprocess.Popen(
            [sys.executable, "-B", server],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._variables(),
            text=True,
        )

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
        output = self._reports / "output.txt"
        listed.write_text("\n".join(tests) + "\n")
        reported.unlink(missing_ok=True)
        began = time.monotonic()
        answer = self._ask(
            {
                "arguments": [*_ARGUMENTS, "-p", _PLUGIN, *options, f"@{listed}"],
                "folder": str(self.root),
                "environment": {**self._variables(), "MUTATION_REPORT": str(reported)},
                "output": str(output),
                "limit": limit,
            }
        )
        seconds = time.monotonic() - began
        return _read(reported, seconds=seconds, output=output.read_text(errors="replace"), **answer)

    def preload(self, modules: Sequence[str]) -> None:
        """Import these once for all runs that follow: modules of other projects, as a run reports them."""
        self._ask({"preload": list(modules)})

    def close(self) -> None:
        with self._server:
            pass  # which closes its pipes, and waits

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(question) + "\n")
        self._server.stdin.flush()
        try:
            answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        except BaseException:
            self._server.terminate()  # and with it the run that we do not wait for
            raise
        return answer

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
        with closing(Checkout(root, reports, environment)) as checkout:
            yield checkout


def _read(reported: Path, *, status: int, timed_out: bool, seconds: float, output: str) -> Run:
    written = [json.loads(line) for line in reported.read_text().splitlines()] if reported.exists() else []
    lines = [line for line in written if "test" in line]
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
        modules=next((line["modules"] for line in written if "modules" in line), ()),
    )
