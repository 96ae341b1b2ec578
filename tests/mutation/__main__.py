"""`python -m tests.mutation`: take the guards out one by one, then try a random sample of mutants per room.

Exit status: 0 if every guard is noticed and every room reaches the limit, 1 if not, 2 if it cannot tell.
"""

import argparse
import signal
import sys
from pathlib import Path

from tests.mutation.guards.guard_check import GuardOutcome, check_guards
from tests.mutation.guards.guards import GUARDS
from tests.mutation.mutants import sample
from tests.mutation.rooms import PRODUCT, ROOMS, Room
from tests.mutation.running.baseline import BaselineFailed, measure
from tests.mutation.running.checkout import Checkout, copy_of
from tests.mutation.running.verdict import Outcome, Score, judge
from tests.support.postgres import databases

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".mutants"  # the outcome of the last runs of unchanged code
MIN_SCORE = 85.0  # per cent killed in each room


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the copy is deleted then, too
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it is a terminal or a file
    with databases.server() as url, copy_of(ROOT, {"TEST_DATABASE_URL": url}) as checkout:
        try:
            guarded = options.room is not None or _guards_hold(checkout)
            rooms = [ROOMS[options.room]] if options.room else list(ROOMS.values())
            scores = [
                (room, _try_room(checkout, room, options.sample, options.seed))
                for room in (rooms if options.sample else ())
            ]
        except BaselineFailed as error:
            print(f"The tests fail on unchanged code, so they can judge nothing.\n{error}")
            return 2
    for room, score in scores:
        _print_score(room, score, options.seed)
    if any(score.count(Outcome.ERROR) for _, score in scores):
        return 2
    return 0 if guarded and all(score.percent >= MIN_SCORE for _, score in scores) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=40, help="mutants per room; 0: the guards alone")
    parser.add_argument("--seed", type=int, default=1, help="which mutants; the same seed draws the same")
    parser.add_argument("--room", choices=ROOMS, help="this room alone, and no guards")
    return parser.parse_args()


def _guards_hold(checkout: Checkout) -> bool:
    held = True
    for guard, outcome, detail in check_guards(checkout, GUARDS):
        held = held and outcome is GuardOutcome.NOTICED
        print(f"guard: {outcome.value:11} {guard.name}{detail and f' ({detail})'}")
    return held


def _try_room(checkout: Checkout, room: Room, size: int, seed: int) -> Score:
    print(f"{room.name}: running its tests on unchanged code")
    mutants = sample(checkout.root, room.files(checkout.root), size, seed)
    concerned = {mutant.file: room.concerned(mutant.file) for mutant in mutants}
    asked = room.tests or tuple(dict.fromkeys(name for names in concerned.values() for name in names))
    baseline = measure(checkout, [] if room.concerns else [room.source], asked, KEPT)
    checkout.preload(baseline.modules)
    verdicts = []
    for mutant in mutants:
        tests = (
            baseline.tests_in(concerned[mutant.file])
            if room.concerns
            else baseline.tests_for(mutant, room.own_tests)
        )
        seconds = sum(baseline.seconds[test] for test in tests)
        verdict = judge(checkout, mutant, tests, seconds=seconds, product=PRODUCT)
        verdicts.append(verdict)
        print(f"{verdict.outcome.value:14} {mutant.place} {mutant.operator} {verdict.detail[:200]}")
    return Score(verdicts=verdicts)


def _print_score(room: Room, score: Score, seed: int) -> None:
    counts = ", ".join(f"{score.count(outcome)} {outcome.value}" for outcome in Outcome)
    low, high = score.interval
    print(
        f"\n{room.name}: {score.percent:.0f} % killed ({low:.0f} to {high:.0f}) with seed {seed} ({counts})"
    )
    for verdict in score.verdicts:
        if verdict.outcome not in {Outcome.KILLED, Outcome.EQUIVALENT, Outcome.NOT_IMPORTABLE}:
            print(f"{verdict.outcome.value}: {verdict.mutant.place}, {verdict.tests} tests. {verdict.detail}")
            print(verdict.mutant.diff)


if __name__ == "__main__":
    sys.exit(main())
