"""What a runbook tells an operator to look at and to type is there: metrics, log lines, commands, names."""

import re
from pathlib import Path

import pytest
import yaml

from countersign.approvals.lifecycle import Event
from countersign.commands.command_line import command_line
from tests.support.exposed_metrics import exposed_metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs/runbooks").glob("*.md"))
HOW_TO_LOOK = (ROOT / "docs/operating.md").read_text().split("### How to look")[1].split("\n### ")[0]
SERVICES = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
SOURCE = "\n".join(file.read_text() for file in (ROOT / "bot/countersign").rglob("*.py"))
# Words with an underscore that are no event of the log: of policies, Slack, PostgreSQL and LangChain's file.
OTHERS = {
    *("remind_after", "escalate_after", "expire_after", "post_to", "break_glass"),
    *("is_archived", "not_in_channel", "missing_scope", "slack_error"),
    *(
        "max_connections",
        "synchronous_commit",
        "pg_stat_activity",
        "open_for",
        "waits_for",
        "wait_event_type",
    ),
    *("application_name", "pg_terminate_backend"),
}
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@every_page
def test_metrics_and_log_lines_that_it_names_are_there(page: Path) -> None:
    text = page.read_text()
    assert "[How to look](../operating.md#how-to-look)" in text
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text))
    metrics = {name for name in named if name.startswith("countersign_")}
    known = exposed_metrics().keys()
    assert {name for name in metrics if not any(each.startswith(name) for each in known)} == set()
    of_approvals = {f"approval_{event.value}" for event in Event}
    missing = {name for name in named - metrics - of_approvals - OTHERS if f'"{name}"' not in SOURCE}
    assert {name for name in missing if f"{name}=" not in SOURCE} == set()


@pytest.mark.parametrize(
    "text",
    [*(page.read_text() for page in PAGES), HOW_TO_LOOK],
    ids=[*(p.stem for p in PAGES), "how to look"],
)
def test_commands_fit_the_compose_file_the_chart_and_the_bot(text: str) -> None:
    flat = " ".join(text.split())
    for arguments in re.findall(r"docker compose -f deploy/compose\.yaml ([^`|]*)", flat):
        words = arguments.replace("--scale worker", "worker").split()
        assert words[0] in {"ps", "logs", "exec", "up", "restart"}, arguments
        named = [word.partition("=")[0] for word in words[1:] if word.partition("=")[0] in SERVICES]
        assert named or words[0] in {"ps", "up"}, arguments
    assert set(re.findall(r"deploy/(countersign-\w+)", flat)) <= {"countersign-front", "countersign-worker"}
    for arguments in re.findall(
        r"`(?:[^`]*? )?countersign ((?:halted|doctor|audit|graphs|restored)[^`]*)`", flat
    ):
        command_line().parse_args(
            re.sub(r"\b(THREAD|ID)\b", "00000000-0000-0000-0000-000000000000", arguments).split()
        )


def test_an_operator_finds_every_way_of_looking_that_the_pages_send_them_to() -> None:
    for way in ("`GET /readyz`", "in the log", "countersign halted", "database's sessions", "metric"):
        assert way in HOW_TO_LOOK, way
