"""Whoever waits in a thread can tell that the bot is still at it."""

from slack_local.fault_injection import ApiFault
from slack_local.people.threads import Thread
from tests.chaos.fleet.bot_fleet import Fleet
from tests.chaos.fleet.invariants import check_invariants
from tests.chaos.fleet.users import wait_for_message
from tests.support.processes.bots import until

SIGN = "assistant.threads.setStatus"


async def test_a_slow_step_shows_a_sign_that_goes_with_it(fleet: Fleet) -> None:
    async with fleet.bot():
        thread = await fleet.ws.carol.mentions("echo: slow hold:echo")
        await until(lambda: _status(fleet, thread), lambda: "a status in the thread")
        assert "working" in _status(fleet, thread)
        fleet.release("slow", "echo")
        await wait_for_message(fleet, thread, "Heard slow.")
        await until(lambda: not _status(fleet, thread), lambda: "the status to go")
        await check_invariants(fleet)
    assert [bool(call.arguments["status"]) for call in fleet.ws.log.calls(SIGN)] == [True, False]


async def test_a_quick_step_makes_no_call_for_a_sign(fleet: Fleet) -> None:
    async with fleet.bot():
        thread = await fleet.ws.carol.mentions("echo: quick")
        await wait_for_message(fleet, thread, "Heard quick.")
        await check_invariants(fleet)
    assert fleet.ws.log.calls(SIGN) == []


async def test_a_slack_without_signs_costs_no_work(fleet: Fleet) -> None:
    fleet.ws.faults.on_call(SIGN, ApiFault.ERROR, times=9, error="unknown_method")
    async with fleet.bot():
        thread = await fleet.ws.carol.mentions("echo: slow hold:echo")
        await until(lambda: fleet.ws.log.calls(SIGN), lambda: "a try to show a sign")
        fleet.release("slow", "echo")
        await wait_for_message(fleet, thread, "Heard slow.")
        await check_invariants(fleet)


def _status(fleet: Fleet, thread: Thread) -> str:
    return str(fleet.ws.slack.state.statuses.get((thread.channel, thread.ts), ""))
