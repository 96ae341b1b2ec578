"""Scripts: how their lines are read, what they wait for, and how they fail."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.demo.bot import CountersignBot
from slack_local.script.language import FORMS, NotUnderstoodError, read_script
from slack_local.script.player import Player
from slack_local.workspace import LocalWorkspace
from tests.demo.running import ROOT, environment
from tests.demo.small_bot import small_bot

FILLED = {
    "PERSON": "bob",
    "TEXT": '"a \\"text\\""',
    "CARD": '"card"',
    "CHANNEL": "#ops",
    "FIELDS": 'amount=12, /note="two words"',
    "NUMBER": "3",
    "ROW": "2",
    "SECONDS": "9",
}
GIVEN = {
    "person": "bob",
    "text": 'a "text"',
    "card": "card",
    "channel": "#ops",
    "fields": {"amount": 12, "/note": "two words"},
    "number": 3,
    "row": 2,
    "seconds": 9,
}


def written(form: str, *, whole: bool) -> str:
    """A form as a line, with or without what may be left out."""
    line = re.sub(r" \[([^]]+)\]", r" \1" if whole else "", form)
    return re.sub(r"[A-Z]{3,}", lambda place: FILLED[place[0]], line)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "short"])
@pytest.mark.parametrize(("does", "form"), [(does, form) for does, forms in FORMS.items() for form in forms])
def test_every_form_is_read_and_can_be_played(does: str, form: str, whole: bool) -> None:
    line = written(form, whole=whole)
    (step, _) = read_script(f"# a story\n\n  {line}\nexpect no card", "a script")
    assert (step.does, step.number, step.line) == (does, 3, line)
    assert all(GIVEN[name] == value for name, value in step.given.items())
    assert {name.upper() for name in step.given} == set(re.findall("[A-Z]{3,}", line_places(form, whole)))
    inspect.signature(getattr(Player, does)).bind(None, **step.given)


def line_places(form: str, whole: bool) -> str:
    return form if whole else re.sub(r" \[[^]]+\]", "", form)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("12", 12),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ("high", "high"),
        ('"12"', "12"),
        ('["a", "b"]', ["a", "b"]),
    ],
)
def test_fields_keep_their_types(value: str, read: object) -> None:
    (step, _) = read_script(f"bob edits first=1 amount={value}, last=2\nexpect no card", "a script")
    assert step.given["fields"] == {"first": 1, "amount": read, "last": 2}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('bob approves\nexpect crad "x"', "line 2: 'expect crad \"x\"' is not understood"),
        ("bob aproves", "PERSON approves [row ROW] [on card CARD]"),
        ('expect "\\x"', "is no JSON"),
        ("bob approves", "expects nothing"),
        ("", "expects nothing"),
    ],
)
def test_what_is_not_understood_is_named_with_what_is_near(script: str, told: str) -> None:
    with pytest.raises(NotUnderstoodError) as refused:
        read_script(script, "a script")
    assert told in str(refused.value)


def test_the_document_has_every_form() -> None:
    document = (ROOT / "docs" / "local-workspace.md").read_text()
    missing = [form for forms in FORMS.values() for form in forms if f"`{form}`" not in document]
    assert not missing


@pytest.fixture
def bot(tmp_path: Path) -> CountersignBot:
    log = tmp_path / "bot.log"
    log.write_text("the last words\n")
    return CountersignBot({}, folder=tmp_path, log=log)


async def play(bot: CountersignBot, script: str) -> int:
    async with LocalWorkspace() as workspace, small_bot(workspace):
        return await Player(workspace, bot).play(read_script(script, "a script"))


STORY = """
carol mentions "refund 12"
expect card "Refund"
expect button "Amend"
alice presses "Approve"
expect alice sees "Only bob may."
expect 1 cards
bob presses "Amend" on card "Refund"
expect bob sees "Pace"
bob submits amount=120 pace="At once"
expect error "At most 100."
bob submits amount=12
bob presses "Amend"
bob closes the form
bob presses "Approve"
expect "Approved by @bob"
expect no card
expect no button "Approve"
expect no "Refund?"
carol mentions "refund 13" in #ops
expect card
go to thread "refund 12"
expect no card
alice runs "/agent hello"
expect alice sees "You said: hello"
"""


async def test_a_story_is_played_and_told(bot: CountersignBot, capsys: pytest.CaptureFixture[str]) -> None:
    code = await play(bot, STORY)
    said = capsys.readouterr().out
    assert code == 0, said
    for line in STORY.strip().splitlines():
        assert f"{'  ✓' if line.startswith('expect') else '→'} {line}" in said
    assert "*Refund*" not in said
    assert "Refund to" not in said
    assert "│ Refund 12 to <carol>?" in said, "the card is drawn"


@pytest.mark.parametrize(
    ("script", "line", "told"),
    [
        ('expect "Approved" within 1 s', 2, "waited 1 s for “Approved”"),
        ("expect card\nexpect no card within 1 s", 3, "waited 1 s for no open card"),
        ('expect card "Refund"\nexpect no button "Approve"', 3, "no button “Approve”"),
        ("expect card\nzoe approves\nexpect no card", 3, "there is nobody called zoe"),
        ('bob presses "Amend"\nbob submits amount=1.5 pace=fast\nexpect no card', 4, "whole number"),
        ('bob presses "Amend"\nbob submits colour=red\nexpect no card', 3, "a field colour"),
        ('bob presses "Amend"\nbob submits amount=1 pace=fast\nexpect error "At most"', 4, "instead: taken"),
        ('expect gus sees "Refund" within 1 s', 2, "on gus's screen"),
    ],
)
async def test_a_story_that_goes_wrong_names_the_line_and_what_was_expected(
    bot: CountersignBot, capsys: pytest.CaptureFixture[str], script: str, line: int, told: str
) -> None:
    code = await play(bot, f'carol mentions "refund 12"\n{script}')
    said = capsys.readouterr().out
    assert code == 1, said
    assert f"✗ line {line}: " in said
    assert told in said.partition("✗")[2]
    assert "the last words" in said


async def test_what_was_there_before_an_act_does_not_meet_what_is_expected_of_it(
    bot: CountersignBot, capsys: pytest.CaptureFixture[str]
) -> None:
    script = 'carol mentions "x"\nexpect "Refund"\nalice replies "again"\nexpect "Refund" within 1 s'
    assert await play(bot, script) == 1
    assert "✗ line 4" in capsys.readouterr().out


def run(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--script", "-", *arguments],
        cwd=ROOT, env=environment(folder), input=script, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip


@pytest.mark.timeout(180)
def test_the_command_plays_a_script_with_the_real_bot_and_its_exit_code_tells(folder: Path) -> None:
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
    expect card "Run post_message?"
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
    assert not [*folder.glob("fresh-*/postgres/*")], "the next script must not find what waits in this one's"
    failed = run(folder, 'alice mentions "hello"\nexpect card within 1 s')
    assert failed.returncode == 1
    assert "✗ line 2: expect card within 1 s" in failed.stdout
    assert "scripted model" in failed.stdout, "it shows what was there"


def test_a_script_that_is_not_understood_starts_nothing(folder: Path) -> None:
    refused = run(folder, "bob does something")
    assert refused.returncode == 2
    assert "standard input, line 1" in refused.stderr
    assert not folder.exists()
