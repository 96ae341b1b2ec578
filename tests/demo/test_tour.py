"""What the tour does when a bot does not do its part."""

import pytest

from countersign.demo.command import TOUR
from countersign.demo.script import LANGUAGE, CountersignPlayer
from slack_local.workspace import LocalWorkspace
from tests.slack_local.small_bot import small_bot
from tests.slack_local.test_script import LoggingBot

FIRST_CARD = 'expect card "Deploy at noon"'


async def test_the_tour_of_another_bot_fails_and_says_what_was_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    story = TOUR.read_text(encoding="utf-8").replace(FIRST_CARD, f"{FIRST_CARD} within 1 s", 1)
    steps = LANGUAGE.read(story, "the tour")
    async with LocalWorkspace() as workspace, small_bot(workspace):
        assert await CountersignPlayer(workspace, LoggingBot()).play(steps) == 1
    assert '✗ line 5: expect card "Deploy at noon"' in capsys.readouterr().out
