"""The command, run in a folder with a policy file."""

from pathlib import Path

import pytest

from countersign.__main__ import main

GOOD = """
[[rule]]
name = "large"
action = "refund"
when = "args.amount > 1000"
approvers = [{group = "@finance"}, {group = "@leads"}]
[[rule]]
name = "refunds"
action = "refund"
"""
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//\nEND:VCALENDAR\n"
EXPLAIN = ["explain", "--graph", "agent", "--action", "refund", "--channel", "#ops"]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POLICY_FILE", raising=False)
    monkeypatch.delenv("LANGGRAPH_CONFIG", raising=False)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)


def policy(*arguments: str) -> int:
    return main(["policy", *arguments])


OWN_RULES = (
    GOOD
    + """
[[workspaces.T0SECOND01.rule]]
name = "all"
approvers = [{users = ["U0ME"]}]
[[workspaces.T0SECOND01.rule]]
name = "never reached"
"""
)
