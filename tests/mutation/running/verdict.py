"""Whether the tests notice a mutant, without crediting them with anything else that went wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import PurePath

from tests.mutation.equivalents.equivalents import equivalent
from tests.mutation.mutants import Mutant
from tests.mutation.running.checkout import Checkout, Run

_ATTEMPTS = 3


class Outcome(Enum):
    """What became of a mutant."""

    KILLED = "killed"  # a test failed that passes without the mutant
    SURVIVED = "survived"
    TIMED_OUT = "timed out"  # a test hung, or all together took far too long
    EQUIVALENT = "equivalent"  # the same program, as equivalents.py argues: not run
    NOT_IMPORTABLE = "not importable"  # nothing would run at all, so it says nothing about the tests
    ERROR = "error"  # not judged


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a mutant, and by whose doing."""

    mutant: Mutant
    outcome: Outcome
    detail: str = ""
    tests: int = 0


@dataclass(frozen=True, kw_only=True)
class Score:
    """The mutants of one room. A time-out counts as not noticed."""

    verdicts: Sequence[Verdict] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        return sum(verdict.outcome is outcome for verdict in self.verdicts)

    @property
    def percent(self) -> float:
        """Killed of all that were judged; 0 if none were."""
        return 100 * self.count(Outcome.KILLED) / self.judged if self.judged else 0.0

    @property
    def judged(self) -> int:
        return sum(self.count(each) for each in (Outcome.KILLED, Outcome.SURVIVED, Outcome.TIMED_OUT))

    @property
    def interval(self) -> tuple[float, float]:
        """Where the percentage of the whole room is, at 95 % confidence (Wilson's interval)."""
        if not self.judged:
            return 0.0, 100.0
        share, squared = self.percent / 100, 1.96**2
        middle = share + squared / (2 * self.judged)
        half = math.sqrt(squared * (share * (1 - share) + squared / (4 * self.judged)) / self.judged)
        scale = 100 / (1 + squared / self.judged)
        return max(0.0, scale * (middle - half)), min(100.0, scale * (middle + half))


def judge(
    checkout: Checkout, mutant: Mutant, tests: Sequence[str], *, seconds: float, product: Sequence[str] = ()
) -> Verdict:
    """Run the tests on the mutant. `seconds` is what they take without it; `product` are its main modules.

    A failure counts if the same test passes without the mutant, and a file that can't be collected if it can
    be without it. A test that fails in any case is left out, and the others are tried again.
    """
    verdict = Verdict(mutant=mutant, outcome=Outcome.ERROR, tests=len(tests))
    if known := equivalent(mutant):
        return replace(verdict, outcome=Outcome.EQUIVALENT, detail=known.reason)
    if not tests:
        return replace(verdict, outcome=Outcome.SURVIVED, detail="no test runs it")
    left, excuses = list(tests), list[str]()
    for _ in range(_ATTEMPTS):
        with checkout.changed(mutant.file, mutant.mutated):
            run = checkout.pytest(left, "-x", limit=3 * seconds + 90)
            ran = run.timed_out or (run.status in {0, 1} and not run.uncollected)
            importable = ran or checkout.imports(_module(mutant.file), *product)
        if not importable:
            return replace(verdict, outcome=Outcome.NOT_IMPORTABLE)
        if run.timed_out or run.hung:
            return replace(verdict, outcome=Outcome.TIMED_OUT, detail=", ".join(run.hung) or "all together")
        if run.passed and not excuses:
            return replace(verdict, outcome=Outcome.SURVIVED)
        if run.uncollected and _can_be_collected(checkout, run.uncollected):
            detail = f"not collected: {', '.join(run.uncollected)}"
            return replace(verdict, outcome=Outcome.KILLED, detail=detail)
        if run.status == 1 and run.failed and checkout.pytest(run.failed, limit=600).passed:
            return replace(verdict, outcome=Outcome.KILLED, detail=run.failed[0])
        unfit = (*run.failed, *run.uncollected)
        left = [test for test in left if not test.startswith(unfit)]
        excuses.append(_other_cause(run))
        if not unfit or not left:
            break
    return replace(verdict, detail="; ".join(excuses))


def _can_be_collected(checkout: Checkout, files: Sequence[str]) -> bool:
    """Without the mutant; then it is the mutant that they noticed while they were imported."""
    return checkout.pytest(files, "--collect-only", limit=600).status == 0


def _other_cause(run: Run) -> str:
    if run.uncollected:
        return f"not collected: {', '.join(run.uncollected)}"
    if run.failed:
        return f"fails without the mutant too: {', '.join(run.failed)}"
    return f"pytest ended with {run.status}: {run.output[-2000:]}"


def _module(file: str) -> str:
    parts = PurePath(file).with_suffix("").parts
    names = parts[1:] if parts[0] == "bot" else parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)
