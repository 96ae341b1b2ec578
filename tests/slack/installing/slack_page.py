"""docs/slack.md: its tables, made from the table of what the bot asks of Slack.

    UPDATE_SNAPSHOTS=1 .venv/bin/python -m pytest -n 0 tests/slack/installing/test_manifest.py

writes them and manifest.yml anew.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from countersign.slack.app_manifest.permissions import (
    APP_TOKEN_METHODS,
    COMMANDS,
    EVENTS,
    METHODS,
    SCOPES,
    SHORTCUTS,
    Event,
    Method,
)

PAGE = Path(__file__).parents[3] / "docs/slack.md"
_TABLE = re.compile(r"(<!-- (?P<name>\w+) -->\n)(?P<rows>.*?)(<!-- end -->)", re.DOTALL)
_REFERENCE = "https://docs.slack.dev/reference"


def page_tables() -> dict[str, str]:
    """The tables that the page has now."""
    return {found["name"]: found["rows"] for found in _TABLE.finditer(PAGE.read_text())}


def expected_tables() -> dict[str, str]:
    """The tables that it should have."""
    tables = {
        "scopes": _rows(("scope", "needed to", "without it"), _scopes()),
        "events": _rows(("event", "scope", "needed to"), _entries("events", EVENTS)),
        "methods": _rows(
            ("method", "scope", "needed to"), _entries("methods", (*METHODS, *APP_TOKEN_METHODS))
        ),
        "commands": _rows(("command", "needed to"), ((f"`{c.name}`", c.reason) for c in COMMANDS)),
    }
    shortcuts = ((s.name, "anywhere" if s.everywhere else "a message", s.reason) for s in SHORTCUTS)
    heading = ("shortcut", "in the menu of", "needed to")
    return tables | {"shortcuts": _rows(heading, shortcuts)}


def write_page() -> None:
    """Put the expected tables in the place of those that are there."""
    tables = expected_tables()
    PAGE.write_text(_TABLE.sub(lambda found: found[1] + tables[found["name"]] + found[4], PAGE.read_text()))


def _scopes() -> Iterator[tuple[str, ...]]:
    for scope in SCOPES:
        missing = "the bot warns" if scope.required else "only this is missing"
        yield f"`{scope.name}`", scope.reason, "left out by `--no-agent`" if scope.agent else missing


def _entries(kind: str, entries: Sequence[Event | Method]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        scopes = ", ".join(f"`{scope}`" for scope in entry.scopes) or "none"
        yield f"[`{entry.name}`]({_REFERENCE}/{kind}/{entry.name})", scopes, entry.reason


def _rows(heading: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
