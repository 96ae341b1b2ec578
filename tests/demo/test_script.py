"""Countersign's script language, played with the real bot."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.demo.script import DECISIONS, LANGUAGE, CountersignPlayer
from slack_local.script.language import STATEMENTS
from tests.demo.demo_process import ROOT, environment
from tests.slack_local.command.test_script import ARGUMENTS, written


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "short"])
@pytest.mark.parametrize(
    ("name", "form"), [(name, form) for name, forms in DECISIONS.items() for form in forms]
)
def test_every_decision_is_read_and_can_be_played(name: str, form: str, whole: bool) -> None:
    (step, _) = LANGUAGE.read(f"{written(form, whole=whole)}\nexpect no card", "a script")
    assert step.statement == name
    assert all(ARGUMENTS[key] == value for key, value in step.arguments.items())
    inspect.signature(getattr(CountersignPlayer, name)).bind(None, **step.arguments)


def test_the_document_has_every_form() -> None:
    document = (ROOT / "docs" / "local-workspace.md").read_text()
    forms = [form for forms in (*STATEMENTS.values(), *DECISIONS.values()) for form in forms]
    assert not [form for form in forms if f"`{form}`" not in document]


def run(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--script", "-", *arguments],
        cwd=ROOT, env=environment(folder), input=script, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip


@pytest.mark.timeout(180)
def test_the_command_plays_a_script_with_the_real_bot_and_reports_by_its_exit_code(folder: Path) -> None:
    story = """
    alice mentions "post 'Deploy at noon' to #ops"
    gus approves
    expect gus sees "Guests"
    expect card "Deploy at noon"
    bob edits text="Deploy at one"
    expect "The message is in #ops."
    expect "Deploy at one" in #ops
    carol runs "/agent post 'x' to #ops"
    expect thread "asks: post"
    expect card "Post this message"
    restart the bot
    bob rejects "not now"
    expect "Rejected"
    expect no card
    expect no "x" in #ops
    alice mentions "approve_or_reject: hello"
    alice presses "Fill in the form"
    alice submits customer="C 7" amount=-1 currency=EUR goodwill=No
    expect error "more than 0"
    alice submits amount=12.5
    expect card "Pay this refund?"
    bob approves
    expect "Released: 12.50 EUR to C 7."
    carol mentions "parallel_reviews: x"
    carol presses "Fill in the form"
    carol submits position=cook candidates="Ada\\nBen" places=1
    expect 2 cards
    bob answers score=5 remark="good" on card "Ben"
    expect 1 cards
    bob answers score=9 remark="good"
    expect error "5"
    bob submits score=2
    expect no card
    expect "Ben"
    alice mentions "ask someone which environment is meant"
    expect card "environment"
    carol answers "staging"
    expect "staging"
    alice mentions "post 'aa' to #ops and 'bb' to #ops"
    expect 2 cards
    bob approves on card "aa"
    bob rejects on card "bb"
    expect no card
    """
    played = run(folder, story)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "43 lines, all as expected" in played.stdout
    assert not [*folder.glob("**/postgres/*")], "the next script must not find what waits in this one's"
    failed = run(folder, 'alice mentions "hello"\nexpect card within 1 s')
    assert failed.returncode == 1
    assert "✗ line 2: expect card within 1 s" in failed.stdout
    assert "scripted model" in failed.stdout, "it shows what was there"


def test_a_script_that_is_not_understood_starts_nothing(folder: Path) -> None:
    refused = run(folder, "bob does something")
    assert refused.returncode == 2
    assert "standard input, line 1" in refused.stderr
    assert not folder.exists()
