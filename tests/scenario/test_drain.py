"""SIGTERM: what runs ends or is handed to another worker, and the exit code is 0."""

from countersign.testing.cards import approval_card
from tests.support.stage import Stage


async def test_a_worker_that_is_asked_to_stop_hands_over_what_it_cannot_end(empty_stage: Stage) -> None:
    async with (
        empty_stage.bot("serve", "--no-worker", name="front", wait=False) as front,
        empty_stage.bot("worker", name="first", wait=False, SHUTDOWN_GRACE="0.5") as first,
    ):
        await front.ready()
        await first.ready()
        await empty_stage.ws.connected()
        stuck = await empty_stage.asks({"wait_for": "the_second", "ask": "Shall I?"})
        await empty_stage.reached("the_second")

        assert await first.stop() == 0, first.said
        empty_stage.release("the_second")
        waiting = await empty_stage.ws.carol.mentions("ask: is somebody there?")
        async with empty_stage.bot("worker", name="second") as second:
            await waiting.wait_for("Heard: is somebody there?", limit=20)
            card = await approval_card(stuck, limit=20)
            await card.answer(by=empty_stage.ws.bob, value="yes")
            assert await empty_stage.resumed(stuck) == "yes"

            ends = await empty_stage.asks({"wait_for": "the_end"})
            await empty_stage.reached("the_end")
            assert second.process is not None
            second.process.terminate()
            empty_stage.release("the_end")
            assert await second.ends() == 0, second.said
            await ends.wait_for("Resumed.")
        assert await front.stop() == 0, front.said
        for process in (front, first, second):
            assert empty_stage.leaked(process.said) == []
