"""The tests on code that nobody changed: they have to pass, and say which of them runs which line."""

import hashlib
import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

from tests.mutation.mutants import Mutant
from tests.mutation.running.checkout import Checkout


class BaselineFailed(Exception):
    """The tests fail on code that nobody changed: no mutant could be judged by them."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What each test took, and the tests that run each line of each file."""

    seconds: Mapping[str, float]
    modules: Sequence[str]  # of other projects, which the tests import
    runs_line: Mapping[str, Mapping[int, frozenset[str]]]

    def tests_for(self, mutant: Mutant, own_tests: Sequence[str]) -> list[str]:
        """Who could notice this mutant: the room's own tests first, of each kind the fastest first.

        These are the tests that run its lines, or its function where no line of the expression is on
        record. For what runs when the module is imported, they are those that run any line of the file; where
        there are none, all of the room's own.
        """
        lines = self.runs_line.get(mutant.file, {})
        found: set[str] = set()
        if mutant.function is not None:
            found = _union(lines, mutant.lines) or _union(lines, mutant.function)
        if not found and (mutant.function is None or any(number in lines for number in mutant.lines)):
            own = (test for test in self.seconds if _is_in(test, own_tests))
            found = _union(lines, lines) or set(own)
        return sorted(found, key=lambda test: (not _is_in(test, own_tests), self.seconds[test]))

    def tests_in(self, files: Sequence[str]) -> list[str]:
        """The tests in these files, the fastest first: the first that fails ends the run."""
        found = [test for test in self.seconds if test.partition("::")[0] in files]
        return sorted(found, key=self.seconds.__getitem__)


def measure(checkout: Checkout, sources: Sequence[str], tests: Sequence[str], kept: Path) -> Baseline:
    """Run the tests, under coverage of `sources` if there are any. A test that fails may try once more.

    The outcome is kept in a file for the same code and tests.

    Raises:
        BaselineFailed: a test failed twice, or was not collected.
    """
    file = kept / f"baseline-{_fingerprint(checkout.root, (*sources, *tests))}.pickle"
    if file.exists():
        baseline: Baseline = pickle.loads(file.read_bytes())
        return baseline
    covered = [f"--cov={source}" for source in sources]
    covered += ["--cov-context=test", "--cov-report="] if sources else []
    run = checkout.pytest(tests, *covered, limit=3600)
    only_failed = run.status == 1 and run.failed and not run.timed_out and not run.uncollected
    if not run.passed and not (only_failed and checkout.pytest(run.failed, limit=3600).passed):
        raise BaselineFailed(run.output[-6000:])
    runs_line = _runs_line(checkout.root) if sources else {}
    baseline = Baseline(seconds=run.durations, modules=run.modules, runs_line=runs_line)
    kept.mkdir(exist_ok=True)
    file.write_bytes(pickle.dumps(baseline))
    return baseline


def _runs_line(root: Path) -> dict[str, dict[int, frozenset[str]]]:
    data = CoverageData(str(root / ".coverage"))
    data.read()
    return {
        str(Path(path).relative_to(root)): {
            line: _tests(contexts) for line, contexts in data.contexts_by_lineno(path).items()
        }
        for path in data.measured_files()
    }


def _tests(contexts: Iterable[str]) -> frozenset[str]:
    """The tests in coverage's contexts, `<test>|<phase>`; the context of an import is empty."""
    return frozenset(context.rpartition("|")[0] for context in contexts if context)


def _union(lines: Mapping[int, frozenset[str]], numbers: Iterable[int]) -> set[str]:
    return set().union(*(lines.get(number, ()) for number in numbers))


def _is_in(test: str, paths: Sequence[str]) -> bool:
    return test.startswith(tuple(paths))


def _fingerprint(root: Path, asked: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(asked).encode())
    for path in sorted(path.relative_to(root) for path in root.rglob("*.*") if path.is_file()):
        if path.suffix != ".pyc" and not path.parts[0].startswith("."):  # the runs leave such things behind
            digest.update(str(path).encode() + b"\0" + (root / path).read_bytes() + b"\0")
    return digest.hexdigest()[:16]
