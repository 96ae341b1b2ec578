"""What was measured as Markdown, in docs/operating/scale.md, and as a plot beside it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks import plot
from benchmarks.figures import Spread, short
from benchmarks.scale.findings import Finding, Part, kept

PAGE = Path(__file__).parents[2] / "docs" / "operating" / "scale.md"
PLOT = PAGE.parent / "scale.svg"
BEGIN, END = "<!-- figures: written by `python -m benchmarks.scale` -->", "<!-- end of figures -->"
IDLE = 0.5  # of a load: more is somebody else's
# What a press, a card, a tab, a sweep or a start asks, and what grew with the size before it was mended.
SHOWN = (
    "change_approval", "open_approval", "card_posted", "insert_inbound", "begin_attempt", "waiting_for",
    "waiting_elsewhere", "asked_by", "decided_lately", "due_approvals", "stale_cards", "mark_stale_homes",
    "threads_without_job", "threads_to_compact", "idle_threads", "entries_to_seal", "gauges",
)  # fmt: skip
TITLES = {
    "statements": "Statements",
    "process": "One process",
    "fronts": "Events to two fronts",
    "workers": "Workers",
    "week": "A week with retention",
}


def write(page: Path = PAGE, picture: Path = PLOT) -> None:
    parts = kept()
    text = page.read_text(encoding="utf-8")
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    written = f"{text[:before]}\n\n{markdown(parts)}\n\n{text[after:]}"
    page.write_text(written, encoding="utf-8")
    picture.write_text(plot.draw(list(_panels(parts))), encoding="utf-8")


def markdown(parts: Mapping[str, Part]) -> str:
    return "\n\n".join(
        f"### {title}\n\n{_when(parts[name])}\n\n{_table(name, parts[name].findings)}"
        for name, title in TITLES.items()
        if name in parts
    )


def _when(part: Part) -> str:
    loaded = f", **on a loaded machine** (a load of {part.load:.1f} before)" if part.load > IDLE else ""
    return f"{part.at}, 2 cores{loaded}."


def _table(name: str, findings: Sequence[Finding]) -> str:
    if name in {"statements", "process"}:
        return _compared(name, {each.what + each.unit: each for each in findings}, findings)
    lines = ["| what | bound | reached | |", "| --- | --- | --- | --- |"]
    lines += [f"| {each.what} | {_bound(each)} | {_value(each)} | {_outcome(each)} |" for each in findings]
    return "\n".join(lines)


def _compared(name: str, values: Mapping[str, Finding], findings: Sequence[Finding]) -> str:
    """The same with little and with much, side by side."""
    lines = ["| what | with little | with much | bound | |", "| --- | --- | --- | --- | --- |"]
    for each in findings:
        what, _, size = each.what.rpartition(", ")
        if size != "much" or (name == "statements" and what not in SHOWN):
            continue
        little = values[f"{what}, little{each.unit}"]
        shown = f"`{what}`, {each.unit}" if name == "statements" else f"{what}"
        lines.append(f"| {shown} | {_value(little)} | {_value(each)} | {_bound(each)} | {_outcome(each)} |")
    return "\n".join(lines)


def _value(each: Finding) -> str:
    unit = "" if each.unit in {"pages", "times", "rows", "events"} else f" {each.unit}"
    if each.least is None or each.greatest is None:
        return f"{short(each.value)}{unit}"
    return f"{Spread(middle=each.value, least=each.least, most=each.greatest)}{unit}"


def _bound(each: Finding) -> str:
    return "" if each.bound is None else f"at most {short(each.bound)}"


def _outcome(each: Finding) -> str:
    return "" if each.met is None else "met" if each.met else "**missed**"


def _panels(parts: Mapping[str, Part]) -> Iterable[plot.Panel]:
    if "statements" in parts:
        values = {each.what: each for each in parts["statements"].findings if each.unit == "pages"}
        bars = []
        for name in ("change_approval", "waiting_for", "asked_by", "threads_to_compact", "entries_to_seal"):
            little, much = f"{name}, little", f"{name}, much"
            bars += [("naive", little, values[little]), ("ours", much, values[much])]
        yield _panel("Pages that a statement touches (less is better)", bars)
    if "fronts" in parts:
        bars = [("ours", each.what, each) for each in parts["fronts"].findings if "p99" in each.what]
        yield _panel("Acknowledged after, ms, two fronts (less is better)", bars)
    if "workers" in parts:
        bars = [("ours", each.what, each) for each in parts["workers"].findings if each.unit == "ms"]
        yield _panel("Processor time of an approval, ms (less is better)", bars)


def _panel(title: str, bars: Sequence[tuple[str, str, Finding]]) -> plot.Panel:
    def spread(each: Finding) -> Spread:
        least = each.value if each.least is None else each.least
        most = each.value if each.greatest is None else each.greatest
        return Spread(middle=each.value, least=least, most=most)

    labels = [(side, label.split(": processor")[0], spread(each)) for side, label, each in bars]
    return plot.Panel(title=title, bars=labels)
