"""What it is to reach, and what it reached: each target with the figure of this run."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.cell import Cell
from benchmarks.figures import percentile
from benchmarks.results import Results, answer_p50, calls, card_p50

OURS = ("socket", "http", "split")
_OF_NAIVE = 1.0  # of one process
_OF_ENGINE = 0.65  # of a front and two workers
_BEYOND_ENGINE = 7.0  # ms
_ADDED = 14.0  # ms of processor time for an approval, of our processes and PostgreSQL together
_READY = 2.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Target:
    what: str
    unit: str
    bound: float
    reached: float
    at_least: bool = False  # else at most

    @property
    def met(self) -> bool:
        return self.reached >= self.bound if self.at_least else self.reached <= self.bound

    @property
    def ratio(self) -> float:
        return self.reached / self.bound


def targets(results: Results) -> Iterator[Target]:
    yield from _rates(results)
    yield from _latencies(results)
    for burst in results.bursts[: len(OURS)]:
        same = [b for b in results.bursts if b.side == burst.side]
        acknowledged = [seconds * 1000 for b in same for seconds in b.acknowledged]
        at = f"200 events/s, {burst.side}"
        yield Target(
            what=f"acknowledgement p99, {at}", unit="ms", bound=250, reached=percentile(acknowledged, 99)
        )
        yield Target(what=f"slowest acknowledgement, {at}", unit="ms", bound=2000, reached=max(acknowledged))
    for waiting in results.waiting[-1:]:
        what = f"memory with {waiting.approvals:,} approvals waiting"
        yield Target(what=what, unit="MB", bound=300, reached=waiting.memory)
    for start in results.starts:
        what = f"from start to ready with {start.approvals:,} approvals waiting"
        yield Target(what=what, unit="s", bound=_READY, reached=median(start.seconds))
    if results.takeovers:
        yield Target(what="a killed worker's run goes on", unit="s", bound=30, reached=max(results.takeovers))
    if results.gaps:
        reached = max(results.gaps) * 1000
        yield Target(what="from one job of a thread to the next", unit="ms", bound=50, reached=reached)
    yield from _governance(results)


def _governance(results: Results) -> Iterator[Target]:
    for each in results.governance:
        yield Target(
            what=each.what,
            unit=each.unit,
            bound=each.bound,
            reached=median(each.values),
            at_least=each.at_least,
        )


def _rates(results: Results) -> Iterator[Target]:
    for what, side, other, bound in (
        ("one process, approvals/s at 16 threads of naive's", "socket", "naive", _OF_NAIVE),
        ("a front and two workers, approvals/s at 16 threads of the engine's", "split", "engine", _OF_ENGINE),
    ):
        ours, theirs = (results.over(name, 0.0, 16, _rate) for name in (side, other))
        if ours is not None and theirs is not None:
            ratio = ours.middle / theirs.middle
            yield Target(what=what, unit="", bound=bound, reached=ratio, at_least=True)
    engine = results.over("engine", 0.0, 16, _cost)
    for side in OURS:
        ours = results.over(side, 0.0, 16, _cost)
        if ours is None or engine is None:
            continue
        yield Target(
            what=f"processor time beyond the engine's for an approval at 16 threads, {side}",
            unit="ms",
            bound=_ADDED,
            reached=ours.middle - engine.middle,
        )


def _latencies(results: Results) -> Iterator[Target]:
    for name, figure, late in (("message -> card", card_p50, 250), ("click -> answer", answer_p50, 350)):
        engine = results.over("engine", 0.0, 1, figure)
        for side in OURS:
            at_once, slow = results.over(side, 0.0, 1, figure), results.over(side, 0.15, 1, figure)
            if engine is None or at_once is None or slow is None:
                continue
            beyond = at_once.middle - engine.middle
            yield Target(
                what=f"{name} beyond the engine, p50, {side}", unit="ms", bound=_BEYOND_ENGINE, reached=beyond
            )
            what = f"{name} with 150 ms per call, p50, {side}"
            yield Target(what=what, unit="ms", bound=late, reached=slow.middle)
    all_calls = [calls(cell) for cell in results.cells if cell.side in OURS]
    if all_calls:
        yield Target(what="Slack calls per approval, at most", unit="", bound=5, reached=median(all_calls))


def _rate(cell: Cell) -> float:
    return cell.rate


def _cost(cell: Cell) -> float:
    return cell.cost
