"""A policy file that changes while the bot runs: what is asked keeps its rule, mistakes change nothing."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.scenario.policy.governing import add_groups, asked, resumed, shows
from tests.support.processes.bots import BotProcess, until
from tests.support.stage import Stage, open_stage

ONE, TWO = (
    f'[[rule]]\nname = "rule {name}"\napprovers = [{{group = "@{group}"}}]\n'
    for name, group in (("one", "treasury"), ("two", "oncall"))
)


@pytest_asyncio.fixture(loop_scope="session")
async def ruled(tmp_path: Path, database_url: str) -> AsyncIterator[tuple[Stage, BotProcess, Path]]:
    file = tmp_path / "approvals.toml"
    file.write_text(ONE)
    async with open_stage(tmp_path, database_url) as stage:
        add_groups(stage)
        async with stage.bot(POLICY_FILE=str(file)) as bot:
            yield stage, bot, file
            assert await bot.stop() == 0, bot.said


async def test_a_hang_up_reads_the_file_and_mistakes_leave_the_old_rules(
    ruled: tuple[Stage, BotProcess, Path],
) -> None:
    stage, bot, file = ruled
    ws = stage.ws
    before = await asked(stage, "pay")

    async def hangs_up(text: str, told: str) -> None:
        file.write_text(text)
        assert bot.process is not None
        bot.process.send_signal(signal.SIGHUP)
        await until(lambda: told in bot.said, lambda: f"{told} in the log", 15)

    await hangs_up("[[rule]]\nquorom = 2\n", "approvals.toml:2")
    still = await asked(stage, "pay")
    await shows(still, "Rule: rule one")

    await hangs_up(TWO, "policy_reloaded")
    after = await asked(stage, "pay")
    await shows(after, "Rule: rule two")
    await after.approve(by=ws.bob)
    await ws.bob.sees_ephemeral("Only @oncall can decide this.")
    for card in (before, still):
        await card.approve(by=ws.alice)
        await card.approve(by=ws.bob)
        assert await resumed(stage, card.thread) == {"type": "approve"}
    assert [event for event, _ in stage.ledger(before.thread)] == ["opened", "refused", "decided", "resumed"]
