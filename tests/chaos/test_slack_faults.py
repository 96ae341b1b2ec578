"""A Slack that limits, fails, hangs, drops connections and closes sockets: the bot waits and goes on."""

import asyncio

import pytest

from slack_local.fault_injection import ApiFault
from tests.chaos import people
from tests.chaos.crew import Crew
from tests.chaos.ground import Ground
from tests.chaos.people import says
from tests.chaos.promises import all_kept, all_messages, effects
from tests.support.bots import until

METHODS = ("chat.postMessage", "chat.update", "users.info", "auth.test", "apps.connections.open")


async def one_wish(crew: Crew, name: str) -> None:
    thread = await crew.ws.carol.mentions(f"gate: {name}")
    await people.approved(crew, thread, name)
    await says(crew, thread, f"Did {name}.", limit=40)


async def test_eight_threads_at_once_in_a_channel_that_takes_one_post_a_second(crew: Crew) -> None:
    """All eight get their card; the channel's posts are told apart by nothing but the second they fall in."""
    crew.ws.faults.rate_limits = True
    names = [f"crowd{number}" for number in range(8)]
    async with crew.bot():
        threads = await asyncio.gather(*(crew.ws.carol.mentions(f"gate: {name}") for name in names))
        cards = await asyncio.gather(*map(people.card_of, [crew] * 8, threads, names))
        assert len({card.ts for card in cards}) == 8
        crew.ws.faults.rate_limits = False
        await asyncio.gather(*(people.presses(card, crew.ws.bob) for card in cards))
        await asyncio.gather(*(says(crew, t, f"Did {n}.") for t, n in zip(threads, names, strict=True)))
        await all_kept(crew)
    assert effects(crew) == dict.fromkeys(names, 1)


async def test_every_method_fails_twice_in_every_way(ground: Ground) -> None:
    """And, beside that, a post that hangs: it is given up and looked for."""

    async def endures(fault: ApiFault, methods: tuple[str, ...], times: int, seconds: float) -> None:
        async with ground.crew(fault) as crew:
            for method in methods:
                crew.ws.faults.on_call(method, fault, times=times, seconds=seconds)
            async with crew.bot():
                await one_wish(crew, "patience")
                await all_kept(crew)
            assert effects(crew) == {"patience": 1}
            failed = {call.method for call in crew.ws.log.calls() if call.fault}
            assert failed >= {*methods} - {"chat.update"}, "that one a busy bot may leave to the sweep"

    async with asyncio.TaskGroup() as group:
        for fault in (ApiFault.RATE_LIMITED, ApiFault.SERVER_ERROR, ApiFault.DROP):
            group.create_task(endures(fault, METHODS, 2, 1))
        group.create_task(endures(ApiFault.HANG, ("chat.postMessage",), 1, 30))


@pytest.mark.parametrize("skip", [0, 1, 2], ids=["card", "effect", "answer"])
async def test_a_connection_that_drops_after_the_post_was_taken(crew: Crew, skip: int) -> None:
    crew.ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER, skip=skip)
    async with crew.bot():
        await one_wish(crew, "taken")
        await all_kept(crew)
    assert effects(crew) == {"taken": 1}
    assert not any("This run stopped" in message.text for message in all_messages(crew))
    assert any(call.fault == ApiFault.DROP_AFTER and call.ok for call in crew.ws.log.calls())


async def test_a_channel_that_refuses_the_card_holds_up_no_other_thread(crew: Crew) -> None:
    """The approval stays pending and is never denied; it says so in the log and counts as unposted."""
    crew.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="restricted_action")
    async with crew.bot() as bot:
        refused = await crew.ws.carol.mentions("gate: refused")
        await until(lambda: bot.events("post_refused"), lambda: "the refusal in the log")
        await one_wish(crew, "welcome")
        assert not refused.from_bot()
        assert "countersign_pending_approvals 1.0" in (await bot.get("/metrics"))[1]
        assert "countersign_unposted_messages 1.0" in (await bot.get("/metrics"))[1]
    assert effects(crew) == {"welcome": 1}


async def test_sockets_that_end_in_every_way_lose_no_event(crew: Crew) -> None:
    async with crew.bot():
        for number, end in enumerate(("warning", "refresh_requested", "cut one", "cut all", "dead url")):
            thread = await crew.ws.carol.mentions(f"echo: before{number}")
            if end.startswith("cut"):
                crew.ws.socket.cut(1 if end == "cut one" else None)
            elif end == "dead url":
                crew.ws.socket.dead_urls = 2
                crew.ws.socket.cut()
            else:
                await crew.ws.socket.disconnect(end, count=1)
            after = await crew.ws.carol.mentions(f"echo: after{number}")
            await asyncio.gather(
                says(crew, thread, f"Heard before{number}.", limit=40),
                says(crew, after, f"Heard after{number}.", limit=40),
            )
            await until(lambda: crew.ws.socket.connections >= 2, lambda: "both sockets", 30)
        await all_kept(crew)
