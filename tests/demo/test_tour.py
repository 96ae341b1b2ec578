"""What the tour does when a bot does not do its part."""

import pytest

from countersign.demo.command import TOUR
from countersign.demo.script import LANGUAGE, CountersignPlayer
from slack_local.workspace import LocalWorkspace
from tests.slack_local.command.test_script import LoggingBot
from tests.slack_local.small_bot import small_bot


class BotWithChangedLedger(LoggingBot):
    """A bot whose ledger was changed."""

    async def verify_ledger(self) -> tuple[int, str]:
        return 1, "changed: entry 3 is not as it was written."


FIRST_CARD = 'expect card "Deploy at noon"'


async def test_the_tour_of_another_bot_fails_and_says_what_was_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    story = TOUR.read_text(encoding="utf-8").replace(FIRST_CARD, f"{FIRST_CARD} within 1 s", 1)
    steps = LANGUAGE.read(story, "the tour")
    async with LocalWorkspace() as workspace, small_bot(workspace):
        assert await CountersignPlayer(workspace, BotWithChangedLedger()).play(steps) == 1
    assert '✗ line 5: expect card "Deploy at noon"' in capsys.readouterr().out


async def test_a_ledger_that_does_not_verify_fails_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    steps = LANGUAGE.read("expect the ledger verified", "a script")
    async with LocalWorkspace() as workspace, small_bot(workspace):
        assert await CountersignPlayer(workspace, BotWithChangedLedger()).play(steps) == 1
    assert "entry 3 is not as it was written" in capsys.readouterr().out
