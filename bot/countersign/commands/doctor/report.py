"""What `doctor` prints: a line per finding, its status as a sign and as a word, and below it what to do."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from countersign.commands.doctor.check_result import CheckResult, CheckStatus

_SIGNS = {CheckStatus.OK: "✓", CheckStatus.WARN: "!", CheckStatus.FAIL: "✗", CheckStatus.SKIP: "-"}
_NARROWEST = 40  # columns of text beside the indent
_SUMMARY = {
    CheckStatus.OK: ("1 ok", "{count} ok"),
    CheckStatus.WARN: ("1 warning", "{count} warnings"),
    CheckStatus.FAIL: ("1 failed", "{count} failed"),
    CheckStatus.SKIP: ("1 not checked", "{count} not checked"),
}


def lines(
    check: str, findings: Iterable[CheckResult], width: int, columns: int | None = None
) -> Iterator[str]:
    """The lines of one check; `width` is that of the longest check's name, `columns` that of the screen.

    Without `columns` each text is one line, for programs that search in them.
    """
    for finding in findings:
        lead = f"{_SIGNS[finding.status]} {finding.status:<4}  {check:<{width}}  "
        yield from _wrapped(lead, " " * len(lead), finding.seen, columns)
        if finding.advice:
            yield from _wrapped(" " * len(lead) + "→ ", " " * (len(lead) + 2), finding.advice, columns)


def _wrapped(lead: str, indent: str, text: str, columns: int | None) -> Iterator[str]:
    if columns is None:
        yield lead + text
    else:
        room = max(columns, len(indent) + _NARROWEST)
        yield from textwrap.wrap(
            text,
            room,
            initial_indent=lead,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def summary(findings: Sequence[CheckResult]) -> str:
    """How many findings there are of each status."""
    counted = Counter(finding.status for finding in findings)
    parts = [
        one if counted[status] == 1 else many.format(count=counted[status])
        for status, (one, many) in _SUMMARY.items()
        if counted[status]
    ]
    return f"{', '.join(parts)}."


def as_json(found: Iterable[tuple[str, CheckResult]], *, healthy: bool) -> str:
    """The same for programs."""
    checks = [
        {"check": check, "status": each.status.value, "seen": each.seen, "advice": each.advice or None}
        for check, each in found
    ]
    return json.dumps({"ok": healthy, "checks": checks}, ensure_ascii=False, indent=2)
