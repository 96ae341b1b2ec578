"""All that one run of the benchmarks found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.burst import Burst
from benchmarks.cell import Cell
from benchmarks.figures import Spread, percentile, spread
from benchmarks.pending import Start, Waiting


@dataclass(frozen=True, kw_only=True)
class Lengths:
    length: int  # messages in the thread
    engine: Cell
    ours: Cell


@dataclass(frozen=True, kw_only=True)
class Governance:
    """One figure of policy, ledger or timers, once for each block or repetition, and what it is to reach."""

    what: str
    unit: str
    bound: float
    at_least: bool
    values: Sequence[float]


@dataclass(kw_only=True)
class Results:
    machine: str
    repetitions: int
    cells: list[Cell] = field(default_factory=list)
    bursts: list[Burst] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    lengths: list[Lengths] = field(default_factory=list)
    takeovers: list[float] = field(default_factory=list)  # seconds
    gaps: list[float] = field(default_factory=list)  # seconds between two jobs of one thread
    stored: list[float] = field(default_factory=list)  # bytes in the database for one approval, ours
    stored_engine: list[float] = field(default_factory=list)
    governance: list[Governance] = field(default_factory=list)

    def of(self, side: str, latency: float, threads: int) -> list[Cell]:
        """One cell for each repetition."""
        return [c for c in self.cells if (c.side, c.latency, c.threads) == (side, latency, threads)]

    def over(self, side: str, latency: float, threads: int, figure: Callable[[Cell], float]) -> Spread | None:
        """A figure over the repetitions; None where this was not measured."""
        cells = self.of(side, latency, threads)
        return spread([figure(cell) for cell in cells]) if cells else None


def card_p50(cell: Cell) -> float:
    return percentile(cell.card, 50) * 1000


def card_p99(cell: Cell) -> float:
    return percentile(cell.card, 99) * 1000


def answer_p50(cell: Cell) -> float:
    return percentile(cell.answer, 50) * 1000


def answer_p99(cell: Cell) -> float:
    return percentile(cell.answer, 99) * 1000


def calls(cell: Cell) -> float:
    return cell.calls / cell.approvals


def milliseconds(values: Sequence[float]) -> list[float]:
    return [value * 1000 for value in values]
