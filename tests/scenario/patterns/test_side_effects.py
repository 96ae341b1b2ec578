"""`side_effects`: the effect happens once, after the yes, and not at all after a no."""

import json
from pathlib import Path

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.scenario.test_spine import posted_in
from tests.support.in_process import bot_in_process
from tests.support.stage import Stage, open_stage


async def test_a_yes_posts_it_once(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("side_effects: The lift works again")
    card = await approval_card(thread)
    assert not posted_in(stage, "general", "The lift works again")

    await card.approve(by=stage.ws.bob)

    await thread.wait_for("Posted.")
    assert len(posted_in(stage, "general", "The lift works again")) == 1


async def test_a_no_posts_nothing(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("side_effects: The lift is stuck")

    await (await approval_card(thread)).reject(by=stage.ws.bob)

    assert "rejected" in full_text(await thread.wait_for("Not posted"))
    assert not posted_in(stage, "general", "The lift is stuck")


async def test_the_wrong_way_posts_before_the_answer_and_again_with_it(
    tmp_path: Path, database_url: str
) -> None:
    async with open_stage(tmp_path / "stage", database_url) as stage:
        config = json.loads(stage.config.read_text())
        config["graphs"]["wrong"] = config["graphs"]["side_effects"].replace(":graph", ":wrong")
        stage.config.write_text(json.dumps(config))
        async with bot_in_process(stage.environment()):
            await stage.ws.connected()
            thread = await stage.ws.carol.mentions("wrong: The lift is on fire")
            card = await approval_card(thread, limit=30)
            before = posted_in(stage, "general", "The lift is on fire")
            assert before  # more than once, if the step was begun again
            await card.reject(by=stage.ws.bob)
            await thread.wait_for("Posted.", limit=30)
            assert len(posted_in(stage, "general", "The lift is on fire")) > len(before)
