"""Encryption at rest over the wire: nothing that people or agents wrote is readable in the database."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from countersign.approvals.errors import CountersignError
from countersign.commands import encryption
from countersign.commands.arguments.audit import add_audit_arguments
from countersign.commands.arguments.encryption import add_encryption_arguments
from countersign.commands.audit import command as audit
from countersign.encryption import EncryptionKeyMissing, generate_key, parse_keys
from countersign.settings import DatabaseSettings
from countersign.testing.cards import approval_card
from tests.scenario.shop import open_shop
from tests.support.in_process import bot_in_process
from tests.support.postgres.readable import tables_with
from tests.support.stage import Stage

pytestmark = pytest.mark.timeout(180)
SECRET = "marzipan"  # in everything that people, agents and graphs write here
OLD, NEW = generate_key(), generate_key()


@pytest_asyncio.fixture(loop_scope="session")
async def shop(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with open_shop(tmp_path, database_url) as stage:
        yield stage


def readable(stage: Stage) -> list[str]:
    return tables_with(stage.database_url, SECRET)


@asynccontextmanager
async def bot(stage: Stage, encryption_key: str = "") -> AsyncIterator[None]:
    environment = stage.environment(DEFAULT_GRAPH="order", ENCRYPTION_KEY=encryption_key)
    async with bot_in_process(environment) as running:
        connecting = asyncio.ensure_future(stage.ws.connected(limit=40))
        await asyncio.wait({running, connecting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            connecting.cancel()
            await running
        yield


async def run(stage: Stage, encryption_key: str, *arguments: str) -> int:
    """Run `countersign encryption` or `countersign audit` on the stage's database."""
    settings = DatabaseSettings(
        _env_file=None, database_url=SecretStr(stage.database_url), encryption_key=SecretStr(encryption_key)
    )
    parser = argparse.ArgumentParser()
    name, *rest = arguments
    if name == "encryption":
        add_encryption_arguments(parser)
        return await encryption.run(settings, parser.parse_args(rest))
    add_audit_arguments(parser)
    return await audit.run(settings, parser.parse_args(rest))


async def test_nothing_that_was_written_is_readable_and_all_of_it_works(
    shop: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bot(shop, OLD):
        thread = await shop.ws.carol.mentions(f"{SECRET} one")
        card = await approval_card(thread)
        await shop.ws.carol.replies(thread, f"what about {SECRET} here?")
        await card.reject(shop.ws.bob, f"too much {SECRET}")
        await thread.wait_for("nothing", limit=30)
        waiting = await shop.ws.carol.mentions(f"{SECRET} two")
        open_card = await approval_card(waiting)
        assert readable(shop) == []

    assert await run(shop, OLD, "audit", "verify") == 0
    assert await run(shop, OLD, "audit", "export") == 0
    assert f"too much {SECRET}" in capsys.readouterr().out

    for wrong in ("", NEW):
        with pytest.raises(EncryptionKeyMissing, match=rf"{parse_keys(OLD).key_id}.*Nothing is lost"):
            async with bot(shop, wrong):
                pass

    async with bot(shop, f"{NEW},{OLD}"):
        await open_card.approve(by=shop.ws.bob)
        await waiting.wait_for(f"ordered {SECRET} two", limit=30)
        assert readable(shop) == []


async def test_what_is_stored_is_encrypted_and_the_key_rotated_while_the_bot_runs(
    shop: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bot(shop):
        thread = await shop.ws.carol.mentions(f"{SECRET} one")
        card = await approval_card(thread)
    plain = set(readable(shop))
    assert {"public.checkpoints", "public.checkpoint_blobs", "countersign.approvals"} <= plain
    assert {"countersign.ledger", "countersign.inbox"} <= plain

    async with bot(shop):
        with pytest.raises(CountersignError, match=r"1 processes run .* \(none, on "):
            await run(shop, OLD, "encryption", "rotate")
    async with bot(shop, OLD):
        assert await run(shop, OLD, "encryption", "rotate") == 0
        assert readable(shop) == []
        assert await run(shop, OLD, "encryption", "status") == 0
        assert await run(shop, OLD, "audit", "verify") == 0
        both = f"{NEW},{OLD}"
        assert await run(shop, both, "encryption", "status") == 1
        with pytest.raises(
            CountersignError, match=rf"1 processes run .* \(key {parse_keys(OLD).key_id}, on "
        ):
            await run(shop, both, "encryption", "rotate")
        assert await run(shop, OLD, "encryption", "status") == 0  # nothing was rotated
    assert await run(shop, both, "encryption", "rotate") == 0
    assert f"Nothing is encrypted with key {parse_keys(OLD).key_id} any more" in capsys.readouterr().out

    async with bot(shop, NEW):
        await card.approve(by=shop.ws.bob)
        await thread.wait_for(f"ordered {SECRET} one", limit=30)
    assert await run(shop, NEW, "audit", "verify") == 0
