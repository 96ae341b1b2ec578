"""Scripts: how their lines are read, what they wait for, and how they fail."""

import inspect
import re

import pytest

from slack_local.script import player
from slack_local.script.language import STATEMENTS, Language, ScriptSyntaxError
from slack_local.script.player import Player
from slack_local.workspace import LocalWorkspace
from tests.slack_local.small_bot import small_bot

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
ARGUMENTS = {
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
@pytest.mark.parametrize(
    ("does", "form"), [(does, form) for does, forms in STATEMENTS.items() for form in forms]
)
def test_every_form_is_read_and_can_be_played(does: str, form: str, whole: bool) -> None:
    line = written(form, whole=whole)
    (step, _) = Language().read(f"# a story\n\n  {line}\nexpect no card", "a script")
    assert (step.statement, step.number, step.line) == (does, 3, line)
    assert all(ARGUMENTS[name] == value for name, value in step.arguments.items())
    assert {name.upper() for name in step.arguments} == set(re.findall("[A-Z]{3,}", line_places(form, whole)))
    inspect.signature(getattr(Player, does)).bind(None, **step.arguments)


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
    (step, _) = Language().read(f"bob submits first=1 amount={value}, last=2\nexpect no card", "a script")
    assert step.arguments["fields"] == {"first": 1, "amount": read, "last": 2}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('bob submits\nexpect crad "x"', "line 2: 'expect crad \"x\"' is not understood"),
        ('bob preses "x"', "PERSON presses TEXT [on card CARD]"),
        ('expect "\\x"', "is no JSON"),
        ("bob submits", "expects nothing"),
        ("", "expects nothing"),
    ],
)
def test_what_is_not_understood_is_named_with_what_is_near(script: str, told: str) -> None:
    with pytest.raises(ScriptSyntaxError) as refused:
        Language().read(script, "a script")
    assert told in str(refused.value)


class LoggingBot:
    """A bot of whose process nothing is needed but the end of its log."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def kill(self) -> None: ...

    def tail(self) -> str:
        return "the last words"


@pytest.fixture
def bot() -> LoggingBot:
    return LoggingBot()


TWO_CARDS_IN_OPS = """\
carol mentions "x" in #ops
expect card
carol mentions "y" in #ops
expect card
expect "Refund?" once in #ops
"""


async def play(bot: LoggingBot, script: str) -> int:
    async with LocalWorkspace() as workspace, small_bot(workspace):
        return await Player(workspace, bot).play(Language().read(script, "a script"))


STORY = """
story "A refund"
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
expect "Approved by @bob" once
expect no card
alice presses "Approve" on an outdated screen
expect alice sees "Only bob may."
expect no button "Approve"
expect no "Refund?"
carol mentions "refund 13" in #ops
expect card
go to thread "refund 12"
expect no card
alice runs "/agent hello"
expect alice sees "You said: hello"
"""


async def test_a_story_is_played_and_printed(bot: LoggingBot, capsys: pytest.CaptureFixture[str]) -> None:
    code = await play(bot, STORY)
    said = capsys.readouterr().out
    assert code == 0, said
    assert "A refund\n════════" in said
    for line in STORY.strip().splitlines()[1:]:
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
        ("expect card\nzoe submits\nexpect no card", 3, "there is nobody called zoe"),
        ('bob presses "Amend"\nbob submits amount=1.5 pace=fast\nexpect no card', 4, "whole number"),
        ('bob presses "Amend"\nbob submits colour=red\nexpect no card', 3, "a field colour"),
        ('bob presses "Amend"\nbob submits amount=1 pace=fast\nexpect error "At most"', 4, "instead: taken"),
        ('expect gus sees "Refund" within 1 s', 2, "on gus's screen"),
        ('alice presses "Approve" on an outdated screen\nexpect no card', 2, "pressed before"),
        (
            TWO_CARDS_IN_OPS,
            6,
            "instead: 2 times",
        ),
    ],
)
async def test_a_story_that_goes_wrong_names_the_line_and_what_was_expected(
    bot: LoggingBot, capsys: pytest.CaptureFixture[str], script: str, line: int, told: str
) -> None:
    code = await play(bot, f'carol mentions "refund 12"\n{script}')
    said = capsys.readouterr().out
    assert code == 1, said
    assert f"✗ line {line}: " in said
    assert told in said.partition("✗")[2]
    assert "the last words" in said


async def test_what_was_there_before_an_act_does_not_meet_what_is_expected_of_it(
    bot: LoggingBot, capsys: pytest.CaptureFixture[str]
) -> None:
    script = 'carol mentions "x"\nexpect "Refund"\nalice replies "again"\nexpect "Refund" within 1 s'
    assert await play(bot, script) == 1
    assert "✗ line 4" in capsys.readouterr().out


async def test_a_bot_that_never_connects_is_reported(
    bot: LoggingBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "WAIT_SECONDS", 0.05)
    async with LocalWorkspace() as workspace:
        assert await Player(workspace, bot).play(Language().read("expect card", "a script")) == 1
    assert "✗ the bot\n  Expected: waited 0.05 s for 1 Socket Mode connections" in capsys.readouterr().out
