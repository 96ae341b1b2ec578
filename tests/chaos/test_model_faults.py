"""A model that hangs or answers garbage: users see that the bot waits, what failed, and how to retry."""

import pytest

from countersign.demo.model.faults import Fault
from countersign.testing.cards import approval_card, approval_cards
from tests.chaos.fleet.bot_fleet import Fleet
from tests.chaos.fleet.invariants import check_invariants
from tests.chaos.fleet.users import clicks_approve
from tests.support.processes.bots import until

TRIES = 9  # more than the model's client makes


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.CUT, Fault.SERVER_ERROR])
async def test_a_model_that_fails_is_reported_and_the_run_goes_on_with_try_again(
    fleet: Fleet, fault: Fault
) -> None:
    async with fleet.bot():
        fleet.stage.model.inject(fault, times=TRIES)
        thread = await fleet.ws.carol.mentions("assistant: post 'Deploy at noon' to #ops")
        failed = await thread.card(limit=60)
        assert "This run stopped" in failed.text
        fleet.stage.model.clear_faults()
        await failed.click("run:retry", by=fleet.ws.bob)
        await thread.wait_for("Deploy at noon", limit=20)
        await clicks_approve(approval_cards(thread)[0], fleet.ws.bob)
        await thread.wait_for("The message is in #ops.", limit=20)
        await check_invariants(fleet)


async def gives_up_and_goes_on(fleet: Fleet, graph: str, asks: str, answer: str, limit: float) -> None:
    """The model never answers: its client retries, then gives up, and the thread says how to continue."""
    model = fleet.stage.model
    async with fleet.bot() as bot:
        model.inject(Fault.HANG, times=TRIES)
        thread = await fleet.ws.carol.mentions(f"{graph}: {asks}")
        place = (thread.channel, thread.ts)
        await until(lambda: fleet.ws.slack.state.statuses.get(place), lambda: "the sign that it waits", 20)
        failed = await thread.card(limit=limit)
        assert "This run stopped" in failed.text
        assert "The model did not answer in time." in failed.text
        assert "run:retry" in failed.actions
        assert "APITimeoutError" in str(bot.events("run_failed"))
        assert 1 < len(model.requests) < TRIES, "its client asked again before it gave up"
        model.clear_faults()
        await failed.click("run:retry", by=fleet.ws.bob)
        await thread.wait_for(answer, limit=20)
        await check_invariants(fleet)
        assert len(bot.events("run_failed")) == 1


async def test_a_model_that_never_answers_is_given_up_and_reported(fleet: Fleet) -> None:
    await gives_up_and_goes_on(fleet, "hasty", "hello", "no real language model", limit=60)


@pytest.mark.long
@pytest.mark.timeout(500)
async def test_the_assistant_gives_up_a_model_that_never_answers(fleet: Fleet) -> None:
    """With its own timeout, which no setting shortens: three times a minute."""
    await gives_up_and_goes_on(fleet, "assistant", "list channels", "#general", limit=400)


async def test_a_bot_killed_while_the_model_hangs_asks_it_again(fleet: Fleet) -> None:
    async with fleet.bot() as bot:
        fleet.stage.model.inject(Fault.HANG)
        thread = await fleet.ws.carol.mentions("assistant: post 'Deploy at noon' to #ops")
        place = (thread.channel, thread.ts)
        await until(lambda: fleet.ws.slack.state.statuses.get(place), lambda: "the sign that it waits", 20)
        await bot.kill()
        await bot.again()
        card = await approval_card(thread, limit=40)
        await clicks_approve(card, fleet.ws.bob)
        await thread.wait_for("The message is in #ops.", limit=20)
        await check_invariants(fleet)
