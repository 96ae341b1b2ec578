"""A model that hangs or talks nonsense: people see that the bot waits, what it met, and how to go on."""

import pytest

from countersign.demo.model.faults import Fault
from tests.chaos.crew import Crew
from tests.chaos.people import presses
from tests.chaos.promises import all_kept
from tests.support.bots import until

TRIES = 9  # more than the model's client makes


@pytest.mark.parametrize("trouble", [Fault.GARBAGE, Fault.CUT, Fault.SERVER_ERROR])
async def test_a_model_that_fails_is_told_and_the_run_goes_on_with_try_again(
    crew: Crew, trouble: Fault
) -> None:
    async with crew.bot():
        crew.stage.model.inject(trouble, times=TRIES)
        thread = await crew.ws.carol.mentions("assistant: post 'Deploy at noon' to #ops")
        failed = await thread.card(limit=60)
        assert "This run stopped" in failed.text
        crew.stage.model.clear_faults()
        await failed.click("run:retry", by=crew.ws.bob)
        await thread.wait_for("Deploy at noon", limit=20)
        await presses(thread.cards()[0], crew.ws.bob)
        await thread.wait_for("The message is in #ops.", limit=20)
        await all_kept(crew)


async def gives_up_and_goes_on(crew: Crew, graph: str, asks: str, answer: str, limit: float) -> None:
    """The model never answers: its client asks again, then gives up, and the thread says how to go on."""
    model = crew.stage.model
    async with crew.bot() as bot:
        model.inject(Fault.HANG, times=TRIES)
        thread = await crew.ws.carol.mentions(f"{graph}: {asks}")
        place = (thread.channel, thread.ts)
        await until(lambda: crew.ws.slack.state.statuses.get(place), lambda: "the sign that it waits", 20)
        failed = await thread.card(limit=limit)
        assert "This run stopped" in failed.text
        assert "The model did not answer in time." in failed.text
        assert "run:retry" in failed.actions
        assert "APITimeoutError" in str(bot.events("run_failed"))
        assert 1 < len(model.requests) < TRIES, "its client asked again before it gave up"
        model.clear_faults()
        await failed.click("run:retry", by=crew.ws.bob)
        await thread.wait_for(answer, limit=20)
        await all_kept(crew)
        assert len(bot.events("run_failed")) == 1


async def test_a_model_that_never_answers_is_given_up_and_told(crew: Crew) -> None:
    await gives_up_and_goes_on(crew, "hasty", "hello", "no real language model", limit=60)


@pytest.mark.long
@pytest.mark.timeout(500)
async def test_the_assistant_gives_up_a_model_that_never_answers(crew: Crew) -> None:
    """With its own patience, which no setting shortens: three times a minute."""
    await gives_up_and_goes_on(crew, "assistant", "list channels", "#general", limit=400)


async def test_a_bot_killed_while_the_model_hangs_asks_it_again(crew: Crew) -> None:
    async with crew.bot() as bot:
        crew.stage.model.inject(Fault.HANG)
        thread = await crew.ws.carol.mentions("assistant: post 'Deploy at noon' to #ops")
        place = (thread.channel, thread.ts)
        await until(lambda: crew.ws.slack.state.statuses.get(place), lambda: "the sign that it waits", 20)
        await bot.kill()
        await bot.again()
        card = await thread.card(limit=40)
        await presses(card, crew.ws.bob)
        await thread.wait_for("The message is in #ops.", limit=20)
        await all_kept(crew)
