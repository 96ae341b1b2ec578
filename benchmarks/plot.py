"""The plot: bars with the range of the repetitions, as an SVG that needs nothing to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.figures import Spread, short

WIDTH, BAR, GAP, LEFT, RIGHT = 760, 20, 8, 270, 70
_COLOURS = {"engine": "#7d8590", "naive": "#bf8700"}
_OURS = "#1f6feb"


@dataclass(frozen=True, kw_only=True)
class Panel:
    title: str
    bars: Sequence[tuple[str, str, Spread]]  # side, label, figure


def draw(panels: Sequence[Panel]) -> str:
    parts: list[str] = []
    top = 8
    for panel in panels:
        parts += _panel(panel, top)
        top += 34 + len(panel.bars) * (BAR + GAP) + 14
    style = "text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" role="img">',
            f"<style>{style}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def _panel(panel: Panel, top: int) -> list[str]:
    most = max((figure.most for _, _, figure in panel.bars), default=1.0) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / most
    lines = [f'<text class="title" x="0" y="{top + 16}">{escape(panel.title)}</text>']
    for number, (side, label, figure) in enumerate(panel.bars):
        y = top + 30 + number * (BAR + GAP)
        middle = y + BAR / 2
        low, high = LEFT + figure.least * scale, LEFT + figure.most * scale
        colour = _COLOURS.get(side, _OURS)
        lines += [
            f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{figure.middle * scale:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#1f2328" stroke-width="2"/>',
            f'<text x="{high + 8:.1f}" y="{y + 15}">{short(figure.middle)}</text>',
        ]
    return lines
