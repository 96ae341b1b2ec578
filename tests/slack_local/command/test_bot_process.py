"""A bot as a child process: what its start waits for, and how it fails."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from slack_local.bot_process import BotDownError, BotProcess


async def at_once() -> None: ...


async def never() -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def bot(
    folder: Path, code: str, ready: Callable[[], Awaitable[object]] = at_once
) -> AsyncIterator[BotProcess]:
    process = BotProcess(
        (sys.executable, "-c", code), os.environ, ready=ready, folder=folder, log=folder / "bot.log"
    )
    try:
        yield process
    finally:
        await process.kill()


RUNS = "import time; print('here', flush=True); time.sleep(60)"


async def test_it_starts_is_killed_and_starts_again(tmp_path: Path) -> None:
    async with bot(tmp_path, RUNS) as process:
        await process.start()
        first = process.pid
        ended = asyncio.create_task(process.wait_until_ended())
        await process.kill()
        assert await ended == "SIGKILL"
        assert process.pid is None
        await process.start()
        assert process.pid not in (None, first)
        await process.stop()
        assert await process.wait_until_ended() == "SIGTERM"


async def test_a_bot_that_ends_while_it_starts_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    async with bot(tmp_path, "print('no luck'); raise SystemExit(3)", never) as process:
        with pytest.raises(BotDownError, match=r"(?s)ended while it started \(exit code 3\).*no luck"):
            await process.start()


async def test_a_bot_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    async with bot(tmp_path, RUNS, never) as process:
        with pytest.raises(BotDownError, match=r"not ready within 0\.2 s"):
            await process.start(limit=0.2)
        assert process.pid is None


async def test_what_the_wait_raises_stops_the_bot_too(tmp_path: Path) -> None:
    async def fails() -> None:
        raise LookupError("no such thing")

    async with bot(tmp_path, RUNS, fails) as process:
        with pytest.raises(LookupError):
            await process.start()
        assert process.pid is None


async def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    process = BotProcess(("no-such-program",), os.environ, ready=at_once, folder=tmp_path)
    with pytest.raises(BotDownError, match="no-such-program cannot be started: No such file or directory"):
        await process.start()


async def test_the_tail_is_that_of_the_last_start(tmp_path: Path) -> None:
    async with bot(tmp_path, "print('once'); raise SystemExit(1)", never) as process:
        for _ in range(2):
            with pytest.raises(BotDownError) as told:
                await process.start()
        assert str(told.value).count("once") == 1
