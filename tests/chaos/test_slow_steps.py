"""Whoever waits in a thread can tell that the bot is still at it."""

from slack_local.fault_injection import ApiFault
from slack_local.people.threads import Thread
from tests.chaos.crew import Crew
from tests.chaos.people import says
from tests.chaos.promises import all_kept
from tests.support.bots import until

SIGN = "assistant.threads.setStatus"


async def test_a_slow_step_shows_a_sign_that_goes_with_it(crew: Crew) -> None:
    async with crew.bot():
        thread = await crew.ws.carol.mentions("echo: slow hold:echo")
        await until(lambda: _status(crew, thread), lambda: "a status in the thread")
        assert "working" in _status(crew, thread)
        crew.let_go("slow", "echo")
        await says(crew, thread, "Heard slow.")
        await until(lambda: not _status(crew, thread), lambda: "the status to go")
        await all_kept(crew)
    assert [bool(call.arguments["status"]) for call in crew.ws.log.calls(SIGN)] == [True, False]


async def test_a_quick_step_makes_no_call_for_a_sign(crew: Crew) -> None:
    async with crew.bot():
        thread = await crew.ws.carol.mentions("echo: quick")
        await says(crew, thread, "Heard quick.")
        await all_kept(crew)
    assert crew.ws.log.calls(SIGN) == []


async def test_a_slack_without_signs_costs_no_work(crew: Crew) -> None:
    crew.ws.faults.on_call(SIGN, ApiFault.ERROR, times=9, error="unknown_method")
    async with crew.bot():
        thread = await crew.ws.carol.mentions("echo: slow hold:echo")
        await until(lambda: crew.ws.log.calls(SIGN), lambda: "a try to show a sign")
        crew.let_go("slow", "echo")
        await says(crew, thread, "Heard slow.")
        await all_kept(crew)


def _status(crew: Crew, thread: Thread) -> str:
    return str(crew.ws.slack.state.statuses.get((thread.channel, thread.ts), ""))
