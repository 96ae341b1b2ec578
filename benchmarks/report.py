"""The run's findings as Markdown, and where they stand in README.md."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

from benchmarks import plot
from benchmarks.cell import Cell
from benchmarks.figures import Spread, percentile, short, spread
from benchmarks.results import Results, answer_p50, answer_p99, calls, card_p50, card_p99
from benchmarks.sides import SIDES
from benchmarks.targets import targets

BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"
LABELS = {"engine": "the engine alone", **SIDES}
FOLDER = Path(__file__).parent


def write(results: Results, folder: Path = FOLDER) -> None:
    """Put the results between the marks in README.md, and the plot beside it."""
    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n{END}{after}", encoding="utf-8")
    (folder / "plot.svg").write_text(plot.draw(list(_panels(results))), encoding="utf-8")


def markdown(results: Results) -> str:
    sections = (
        ("Targets", _targets(results)),
        ("Slack answers at once", _sides(results, 0.0)),
        ("Slack takes 150 ms for each call", _sides(results, 0.15)),
        ("A burst of 200 events/s", _bursts(results)),
        ("Approvals that wait", _waiting(results)),
        ("A start", _starts(results)),
        ("Threads that are long", _lengths(results)),
        ("Policy, ledger and timers", _governance(results)),
        ("The rest", _rest(results)),
    )
    parts = [f"{results.machine}; {results.repetitions} interleaved repetitions."]
    parts += [f"### {title}\n\n{body}" for title, body in sections if body]
    return "\n\n".join(parts) + "\n"


def _targets(results: Results) -> str:
    rows = (
        (
            target.what,
            f"{'at least' if target.at_least else 'at most'} {short(target.bound)} {target.unit}".strip(),
            f"{short(target.reached)} {target.unit}".strip(),
            short(target.ratio),
            "met" if target.met else "**missed**",
        )
        for target in targets(results)
    )
    return _table(("target", "bound", "reached", "ratio", ""), rows)


def _sides(results: Results, latency: float) -> str:
    rows = []
    for threads in (1, 16, 64):
        for side, label in LABELS.items():

            def over(figure: Callable[[Cell], float], side: str = side, threads: int = threads) -> str:
                found = results.over(side, latency, threads, figure)
                return str(found) if found else ""

            if results.of(side, latency, threads):
                rows.append(
                    (
                        str(threads),
                        label,
                        f"{over(card_p50)} / {over(card_p99)}",
                        f"{over(answer_p50)} / {over(answer_p99)}",
                        over(lambda cell: cell.rate),
                        over(lambda cell: cell.cpu_side / cell.approvals * 1000),
                        over(lambda cell: cell.cpu_postgres / cell.approvals * 1000),
                        over(lambda cell: cell.cpu_workspace / cell.approvals * 1000),
                        over(calls),
                    )
                )
    heads = (
        "threads at once",
        "side",
        "message -> card, ms, p50 / p99",
        "click -> answer, ms, p50 / p99",
        "approvals/s",
        "CPU ms per approval: side",
        "PostgreSQL",
        "workspace",
        "Slack calls",
    )
    return _table(heads, rows)


def _bursts(results: Results) -> str:
    rows = []
    for side in dict.fromkeys(burst.side for burst in results.bursts):
        same = [burst for burst in results.bursts if burst.side == side]
        times = [[seconds * 1000 for seconds in burst.acknowledged] for burst in same]
        rows.append(
            (
                LABELS[side],
                str(spread([percentile(each, 50) for each in times])),
                str(spread([percentile(each, 99) for each in times])),
                short(max(max(each) for each in times)),
                str(sum(burst.missed for burst in same)),
            )
        )
    return _table(("side", "acknowledged after, ms: p50", "p99", "slowest", "not in time"), rows)


def _waiting(results: Results) -> str:
    rows = [
        (f"{w.approvals:,}", short(w.memory), short(card_p50(w.cell)), short(answer_p50(w.cell)))
        for w in results.waiting
    ]
    return _table(
        ("approvals that wait", "memory, MB", "message -> card, ms, p50", "click -> answer, ms, p50"), rows
    )


def _starts(results: Results) -> str:
    rows = [
        (f"{each.approvals:,}", str(spread(each.seconds)), str(spread(each.cpu))) for each in results.starts
    ]
    return _table(("approvals that wait", "from start to ready, s", "processor time of it, s"), rows)


def _lengths(results: Results) -> str:
    rows = [
        (
            f"{each.length:,}",
            f"{short(card_p50(each.engine))} / {short(answer_p50(each.engine))}",
            f"{short(card_p50(each.ours))} / {short(answer_p50(each.ours))}",
        )
        for each in results.lengths
    ]
    return _table(
        ("messages in the thread", "the engine alone: card / answer, ms, p50", "ours, Socket Mode"), rows
    )


def _governance(results: Results) -> str:
    rows = [(each.what, f"{spread(each.values)} {each.unit}".strip()) for each in results.governance]
    return _table(("figure", "median (least-most)"), rows)


def _rest(results: Results) -> str:
    lines = []
    if results.stored:
        engine = f", the engine's checkpoints alone {short(median(results.stored_engine) / 1000)} kB"
        lines.append(f"- Stored for one approval: {_thousands(results.stored)} kB{engine}.")
    if results.takeovers:
        lines.append(f"- A killed worker's run goes on elsewhere after {spread(results.takeovers)} s.")
    if results.gaps:
        gaps = [gap * 1000 for gap in results.gaps]
        told = f"{short(percentile(gaps, 50))} ms (p50), {short(max(gaps))} ms (the slowest of {len(gaps)})"
        lines.append(f"- From the end of one job of a thread to the start of the next: {told}.")
    return "\n".join(lines)


def _thousands(values: Sequence[float]) -> Spread:
    return spread([value / 1000 for value in values])


def _panels(results: Results) -> Iterable[plot.Panel]:
    yield _panel(
        results, "Approvals per second, 16 threads at once (more is better)", 0.0, 16, lambda c: c.rate
    )
    for name, figure in (("Message to card", card_p50), ("Click to answer", answer_p50)):
        yield _panel(results, f"{name}, ms, one thread, Slack at once (less is better)", 0.0, 1, figure)
        yield _panel(results, f"{name}, ms, one thread, 150 ms per Slack call", 0.15, 1, figure)


def _panel(
    results: Results, title: str, latency: float, threads: int, figure: Callable[[Cell], float]
) -> plot.Panel:
    found = ((side, label, results.over(side, latency, threads, figure)) for side, label in LABELS.items())
    return plot.Panel(title=title, bars=[(side, label, each) for side, label, each in found if each])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) if len(lines) > 2 else ""
