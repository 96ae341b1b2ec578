"""Keeps a bot running: starts it, and starts it again when it ends by itself."""

import time

from slack_local.bot_process import BotDownError, BotProcess

RESTARTS = 3
STABLE_SECONDS = 60.0  # a bot that ran for so long may be restarted as often again


async def keep_running(bot: BotProcess, *, restarts: int = RESTARTS) -> None:
    """Run until cancelled. Raises `BotDownError` when the bot does not start, or ends again and again."""
    left = restarts
    while True:
        await bot.start()
        print("The bot is connected.", flush=True)
        began = time.monotonic()
        ending = await bot.wait_until_ended()
        if time.monotonic() - began >= STABLE_SECONDS:
            left = restarts
        if left == 0:
            raise BotDownError(f"The bot ended by itself ({ending}) and is not restarted.")
        left -= 1
        print(f"The bot ended by itself ({ending}). It restarts.", flush=True)
