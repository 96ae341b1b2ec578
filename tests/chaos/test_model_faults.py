"""A model that hangs or talks nonsense: people see that the bot waits, what it met, and how to go on."""

import pytest

from bot.local.model.trouble import Trouble
from tests.chaos.crew import Crew
from tests.chaos.people import presses
from tests.chaos.promises import all_kept
from tests.support.bots import until

TRIES = 9  # more than the model's client makes


@pytest.mark.parametrize("trouble", [Trouble.GARBAGE, Trouble.CUT, Trouble.SERVER_ERROR])
async def test_a_model_that_fails_is_told_and_the_run_goes_on_with_try_again(
    crew: Crew, trouble: Trouble
) -> None:
    async with crew.bot():
        crew.stage.model.trouble(trouble, times=TRIES)
        thread = await crew.ws.carol.mentions("assistant: post 'Deploy at noon' to #ops")
        failed = await thread.card(limit=60)
        assert "This run stopped" in failed.text
        crew.stage.model.no_more_trouble()
        await failed.click("run:retry", by=crew.ws.bob)
        await thread.wait_for("Deploy at noon", limit=20)
        await presses(thread.cards()[0], crew.ws.bob)
        await thread.wait_for("The message is in #ops.", limit=20)
        await all_kept(crew)


async def test_a_bot_killed_while_the_model_hangs_asks_it_again(crew: Crew) -> None:
    async with crew.bot() as bot:
        crew.stage.model.trouble(Trouble.HANG)
        thread = await crew.ws.carol.mentions("assistant: post 'Deploy at noon' to #ops")
        place = (thread.channel, thread.ts)
        await until(lambda: crew.ws.slack.world.statuses.get(place), lambda: "the sign that it waits", 20)
        await bot.kill()
        await bot.again()
        card = await thread.card(limit=40)
        await presses(card, crew.ws.bob)
        await thread.wait_for("The message is in #ops.", limit=20)
        await all_kept(crew)
