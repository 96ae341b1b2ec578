"""`countersign policy replay`: what a file would have asked of approvals that were opened before."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from countersign.__main__ import main
from countersign.commands.policy.replay import parse_since
from slack_local.workspace import LocalWorkspace
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import refunds
from tests.support.harness import a_thread, open_harness

TEAM = "T0FIRST001"
OLD = '[[rule]]\nname = "all"\naction = "refund"\n'
NEW = """
[[rule]]
name = "large"
action = "refund"
when = "args.amount > 1000"
approvers = [{group = "@finance"}]
requester_may_decide = false
[[rule]]
name = "the others"
"""


@pytest.fixture
def past(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which refunds of 50 and of 5000 were asked for, without a policy and under OLD."""

    async def ask() -> None:
        async with open_harness(database_url, {"bank": refunds(50, 5000)}) as harness:
            await harness.say(replace(a_thread(), team=TEAM), "without")
            harness.policy.policy = a_policy(OLD)
            await harness.say(replace(a_thread(), team=TEAM), "refund", user="UALICE")

    asyncio.run(ask())
    monkeypatch.chdir(tmp_path)
    for name in ("POLICY_FILE", "LANGGRAPH_CONFIG", "SLACK_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def replay(*arguments: str) -> int:
    return main(["policy", "replay", *arguments])


def test_what_would_be_asked_differently_is_listed_and_counted(
    past: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("approvals.toml").write_text(NEW)
    assert replay() == 1
    out = capsys.readouterr().out
    assert "refund of bank: was “all”, would be “large” (once)\n" in out
    assert "refund of bank: was under no rule, would be “large” (once)\n" in out
    assert out.count("\n  - approvers: one of the workspace's members\n  + approvers: one of @finance\n") == 2
    assert out.count("\n  + the requester and the last editor can't decide, nor can anybody for them\n") == 2
    assert out.count(" in C1, asked for by UALICE, approval ") == 2, "each refund over 1,000, no other"
    assert "4 actions since" in out
    assert "2 would be asked differently, 2 as before." in out
    assert "5000" not in out, "arguments are nobody's business here"


def test_a_file_that_asks_the_same_changes_nothing(past: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(OLD.replace("all", "another name"))
    assert replay() == 0
    assert "0 would be asked differently, 4 as before." in capsys.readouterr().out


def test_each_approval_is_replayed_under_the_rules_of_its_workspace(
    past: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = NEW.replace("[[rule]]", f"[[workspaces.{TEAM}.rule]]")
    Path("approvals.toml").write_text(OLD + own)
    assert replay() == 1
    assert "2 would be asked differently, 2 as before." in capsys.readouterr().out
    Path("approvals.toml").write_text(OLD + own.replace(TEAM, "T0OTHER001"))
    assert replay() == 0


def test_only_approvals_that_were_opened_since_are_replayed(
    past: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("approvals.toml").write_text(NEW)
    assert replay("--since", (datetime.now(UTC) + timedelta(days=1)).isoformat()) == 0
    assert capsys.readouterr().out.startswith("0 actions since")


@pytest.mark.parametrize("since", ["", "yesterday", "30", "-3d"])
def test_a_time_that_is_none_is_reported_and_nothing_is_read(
    since: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("approvals.toml").write_text(NEW)
    assert replay(f"--since={since}") == 2
    assert "neither a duration such as 30d" in capsys.readouterr().err


def test_since_is_a_duration_until_now_or_a_time() -> None:
    assert parse_since("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    an_hour_ago = parse_since("1h")
    assert an_hour_ago is not None
    assert abs(datetime.now(UTC) - timedelta(hours=1) - an_hour_ago) < timedelta(minutes=1)


GROUPS = """
[[rule]]
name = "asked for by finance"
requester = "@finance"
auto = "approve"
"""


def test_groups_of_requesters_are_asked_of_slack_where_there_is_a_token(
    past: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("approvals.toml").write_text(GROUPS)
    assert replay() == 0
    assert "Without SLACK_BOT_TOKEN they are unknown here" in capsys.readouterr().out
    assert _with_slack(monkeypatch, members=["UALICE"], run=replay) == 1
    out = capsys.readouterr().out
    assert "would be “asked for by finance” (2 times)" in out
    assert "approved without asking" in out


def _with_slack(monkeypatch: pytest.MonkeyPatch, members: list[str], run: Callable[[], int]) -> int:
    """Run a command while a Slack runs in which @finance has these members."""

    async def go() -> int:
        async with LocalWorkspace() as workspace:
            workspace.slack.state.user_groups["S0FINANCE1"].members[:] = members
            for name in ("SLACK_API_URL", "SLACK_BOT_TOKEN"):
                monkeypatch.setenv(name, workspace.environment()[name])
            return await asyncio.to_thread(run)

    return asyncio.run(go())
