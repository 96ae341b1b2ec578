"""Two versions at once on one database, over HTTP: what one of them opened is decided through the other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card
from tests.support.processes.bots import BotProcess
from tests.support.stage import Stage, open_stage
from tests.upgrade.releases import LAST_RELEASE, Release, last_release, next_version, this_version

pytestmark = pytest.mark.timeout(600)
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


@pytest_asyncio.fixture
async def stage(tmp_path: Path, empty_database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, empty_database_url, mode="http") as opened:
        yield opened


@pytest.fixture(params=["from the last release", "to the next release"])
def versions(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Release, Release]:
    """The older one and the newer one."""
    if request.param == "to the next release":
        return this_version(), next_version(tmp_path)
    last = last_release(tmp_path)
    if last is None:
        pytest.skip(f"NOT TESTED: the last release ({LAST_RELEASE}) is not in the history of this checkout")
    return last, this_version()


async def listens(stage: Stage, front: BotProcess) -> None:
    """Have Slack talk to this front from now on."""
    stage.ws.request_url = f"{front.address}/slack/events"
    assert await stage.ws.verify_request_url()


async def decide(stage: Stage, card: ApprovalCard) -> None:
    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(card.thread) == {"type": "approve"}
    assert "Approved by bob" in (await card.closes()).text
    assert len(stage.noted(card.thread)) == 1


async def decide_what_reads_otherwise(stage: Stage, card: ApprovalCard, *, is_new: bool) -> None:
    """Of a value that this version writes in another way than the last release: it is asked anew, once."""
    await card.approve(by=stage.ws.bob)
    if is_new:
        assert "2:00:00" in card.text
        await card.thread.wait_for("so the answer was not used", limit=20)
        assert "approval:approve" not in card.actions
        card = await approval_card(card.thread, limit=20)
        assert "2 hours" in card.text
        await card.approve(by=stage.ws.bob)
    assert await stage.resumed(card.thread) is True
    await card.closes()
    assert len(stage.noted(card.thread)) == 1


async def test_cards_of_either_version_are_decided_through_the_other(
    stage: Stage, versions: tuple[Release, Release]
) -> None:
    older, newer = versions
    async with AsyncExitStack() as upgraded:
        async with older.process(stage, "serve", "--no-worker") as old_front:
            async with older.process(stage, "worker"):
                await listens(stage, old_front)
                first, second, third = [await stage.card(RISKY) for _ in range(3)]
                new_front = await upgraded.enter_async_context(newer.process(stage, "serve", "--no-worker"))
                await listens(stage, new_front)
                held = await approval_card(await stage.asks({"built": "duration"}))
                await decide(stage, first)  # the newer one's decision, the older one's run
                fourth = await stage.card(RISKY)
            await listens(stage, old_front)
            await upgraded.enter_async_context(newer.process(stage, "worker"))
            await decide(stage, fourth)  # the older one's decision, the newer one's run
            fifth = await stage.card(RISKY)
        await listens(stage, new_front)
        await decide(stage, second)
        await decide_what_reads_otherwise(stage, held, is_new=older.name == "last")
        sixth = await stage.card(RISKY)
    async with older.process(stage, "serve") as back_again:  # a rollback, on the newer one's tables
        assert bool(back_again.events("tables_are_newer")) == (newer.migrations != older.migrations)
        await listens(stage, back_again)
        for card in (third, fifth, sixth):
            await decide(stage, card)
    assert stage.rows("SELECT id, halted FROM countersign.threads WHERE halted IS NOT NULL") == []
