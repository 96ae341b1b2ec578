"""Takes each guard out of the code and sees whether each of its tests fails."""

from collections.abc import Iterator, Sequence
from enum import Enum

from tests.mutation.guards.guards import Guard
from tests.mutation.running.baseline import BaselineFailed
from tests.mutation.running.checkout import Checkout, Run

_LIMIT = 300.0  # seconds for the tests of one guard


class GuardOutcome(Enum):
    """What became of a guard that was taken out."""

    NOTICED = "noticed"  # each of its tests failed
    UNNOTICED = "UNNOTICED"
    ERROR = "ERROR"  # it no longer fits the code, or its tests could not be run


def check_guards(checkout: Checkout, guards: Sequence[Guard]) -> Iterator[tuple[Guard, GuardOutcome, str]]:
    """Each guard, what became of it, and why.

    Raises:
        BaselineFailed: one of the tests fails while all guards are there.
    """
    run = checkout.pytest(sorted({test for guard in guards for test in guard.tests}), limit=1800)
    if not run.passed:
        raise BaselineFailed(run.output[-6000:])
    checkout.preload(run.modules)
    for guard in guards:
        text = (checkout.root / guard.file).read_text()
        if text.count(guard.old) != 1:
            yield guard, GuardOutcome.ERROR, f"{guard.file} has it {text.count(guard.old)} times"
            continue
        with checkout.changed(guard.file, text.replace(guard.old, guard.new)):
            yield guard, *_outcome(guard, checkout.pytest(guard.tests, limit=_LIMIT))


def _outcome(guard: Guard, run: Run) -> tuple[GuardOutcome, str]:
    if run.status not in {0, 1} or run.uncollected or run.timed_out:
        return GuardOutcome.ERROR, run.output[-1000:]
    passed = [test for test in guard.tests if not any(_is_of(failed, test) for failed in run.failed)]
    return (GuardOutcome.UNNOTICED, ", ".join(passed)) if passed else (GuardOutcome.NOTICED, "")


def _is_of(test: str, function: str) -> bool:
    """Whether this is the function's test, with whatever parameters."""
    return test == function or test.startswith(f"{function}[")
