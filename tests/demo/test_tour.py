"""What the tour does when a bot does not do its part."""

from pathlib import Path

import pytest

from countersign.demo import tour
from countersign.demo.bot import CountersignBot
from countersign.demo.tour import Tour
from slack_local.workspace import LocalWorkspace
from tests.demo.small_bot import small_bot


def a_log(folder: Path) -> CountersignBot:
    log = folder / "bot.log"
    log.write_text("the last words\n")
    return CountersignBot({}, folder=folder, log=log)


async def test_a_story_that_goes_wrong_says_what_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with LocalWorkspace() as workspace, small_bot(workspace):
        assert await Tour(workspace, a_log(tmp_path)).play() == 1
    said = capsys.readouterr().out
    assert "✗ Expected: the card shows the whole message" in said
    assert "Refund" in said.partition("instead:")[2], "what was there instead"
    assert "the last words" in said


async def test_a_bot_that_never_comes_is_not_waited_for_in_vain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tour, "ANSWER_SECONDS", 0.05)
    async with LocalWorkspace() as workspace:
        assert await Tour(workspace, a_log(tmp_path)).play() == 1
    assert "✗ Expected: waited 0.05 s for 1 Socket Mode connections" in capsys.readouterr().out
