"""A Slack that limits, fails, hangs, drops connections and closes sockets: the bot waits and goes on."""

import asyncio

import pytest

from slack_local.fault_injection import ApiFault
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet
from tests.chaos.fleet.fleet_factory import FleetFactory
from tests.chaos.fleet.invariants import all_messages, check_invariants, effect_counts
from tests.chaos.fleet.users import wait_for_message
from tests.support.processes.bots import until

METHODS = ("chat.postMessage", "chat.update", "users.info", "auth.test", "apps.connections.open")


async def one_request(fleet: Fleet, name: str) -> None:
    thread = await fleet.ws.carol.mentions(f"gate: {name}")
    await users.approve(fleet, thread, name)
    await wait_for_message(fleet, thread, f"Did {name}.", limit=40)


async def test_eight_threads_at_once_in_a_channel_that_takes_one_post_a_second(
    fleet: Fleet,
) -> None:
    """All eight get their card; the posts of a channel are limited to one per second."""
    fleet.ws.faults.rate_limits = True
    names = [f"crowd{number}" for number in range(8)]
    async with fleet.bot():
        threads = await asyncio.gather(*(fleet.ws.carol.mentions(f"gate: {name}") for name in names))
        cards = await asyncio.gather(*map(users.card_of, [fleet] * 8, threads, names))
        assert len({card.ts for card in cards}) == 8
        fleet.ws.faults.rate_limits = False
        await asyncio.gather(*(users.clicks_approve(card, fleet.ws.bob) for card in cards))
        await asyncio.gather(
            *(wait_for_message(fleet, t, f"Did {n}.") for t, n in zip(threads, names, strict=True))
        )
        await check_invariants(fleet)
    assert effect_counts(fleet) == dict.fromkeys(names, 1)


async def test_every_method_fails_twice_in_every_way(fleet_factory: FleetFactory) -> None:
    """And, beside that, a post that hangs: it is given up and looked for."""

    async def recovers_from(fault: ApiFault, methods: tuple[str, ...], times: int, seconds: float) -> None:
        async with fleet_factory.fleet(fault) as fleet:
            for method in methods:
                fleet.ws.faults.on_call(method, fault, times=times, seconds=seconds)
            async with fleet.bot():
                await one_request(fleet, "patience")
                await check_invariants(fleet)
            assert effect_counts(fleet) == {"patience": 1}
            failed = {call.method for call in fleet.ws.log.calls() if call.fault}
            assert failed >= {*methods} - {"chat.update"}, "that one a busy bot may leave to the sweep"

    async with asyncio.TaskGroup() as group:
        for fault in (ApiFault.RATE_LIMITED, ApiFault.SERVER_ERROR, ApiFault.DROP):
            group.create_task(recovers_from(fault, METHODS, 2, 1))
        group.create_task(recovers_from(ApiFault.HANG, ("chat.postMessage",), 1, 30))


@pytest.mark.parametrize("skip", [0, 1, 2], ids=["card", "effect", "answer"])
async def test_a_connection_that_drops_after_the_post_was_taken(fleet: Fleet, skip: int) -> None:
    fleet.ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER, skip=skip)
    async with fleet.bot():
        await one_request(fleet, "taken")
        await check_invariants(fleet)
    assert effect_counts(fleet) == {"taken": 1}
    assert not any("This run stopped" in message.text for message in all_messages(fleet))
    assert any(call.fault == ApiFault.DROP_AFTER and call.ok for call in fleet.ws.log.calls())


async def test_a_channel_that_refuses_the_card_holds_up_no_other_thread(fleet: Fleet) -> None:
    """The approval stays pending and is never denied; it is logged and counts as unposted."""
    fleet.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="restricted_action")
    async with fleet.bot() as bot:
        refused = await fleet.ws.carol.mentions("gate: refused")
        await until(lambda: bot.events("post_refused"), lambda: "the refusal in the log")
        await one_request(fleet, "welcome")
        assert not refused.from_bot()
        assert "countersign_pending_approvals 1.0" in (await bot.get("/metrics"))[1]
        assert "countersign_unposted_messages 1.0" in (await bot.get("/metrics"))[1]
    assert effect_counts(fleet) == {"welcome": 1}


async def test_sockets_that_end_in_every_way_lose_no_event(fleet: Fleet) -> None:
    async with fleet.bot():
        for number, end in enumerate(("warning", "refresh_requested", "cut one", "cut all", "dead url")):
            thread = await fleet.ws.carol.mentions(f"echo: before{number}")
            if end.startswith("cut"):
                fleet.ws.socket.cut(1 if end == "cut one" else None)
            elif end == "dead url":
                fleet.ws.socket.dead_urls = 2
                fleet.ws.socket.cut()
            else:
                await fleet.ws.socket.disconnect(end, count=1)
            after = await fleet.ws.carol.mentions(f"echo: after{number}")
            await asyncio.gather(
                wait_for_message(fleet, thread, f"Heard before{number}.", limit=40),
                wait_for_message(fleet, after, f"Heard after{number}.", limit=40),
            )
            await until(lambda: fleet.ws.socket.connections >= 2, lambda: "both sockets", 30)
        await check_invariants(fleet)
