"""Plays a script: each line in its turn, printed as it happens."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.bot_process import BotDownError
from slack_local.model.change_feed import WaitTimeoutError
from slack_local.script.actions import Actions
from slack_local.script.context import WAIT_SECONDS, ExpectationError
from slack_local.script.expectations import Expectations
from slack_local.script.language import Step

AFTER_A_REFUSED_FORM = ("expect_error", "submits")


class Player(Actions, Expectations):
    """Plays a script in a workspace that a bot is connected to, or about to be."""

    async def play(self, steps: Sequence[Step]) -> int:
        """Print the transcript; returns 0, or 1 once something is not as expected."""
        began = time.monotonic()
        step: Step | None = None
        expecting = True
        try:
            await self._workspace.connected(limit=WAIT_SECONDS)
            for step in steps:
                if expecting and not step.is_expectation:
                    self.take_snapshot()
                expecting = step.is_expectation
                await self._play(step)
            await self.expect_no_violations()
            self._printer.expectation("the bot sent nothing that Slack would refuse")
        except (ExpectationError, WaitTimeoutError, NotPossibleError, BotDownError) as error:
            line = f"line {step.number}: {step.line}" if step else "the bot"
            print(f"\n✗ {line}\n  Expected: {error}\n\n{self._bot.tail()}", flush=True)
            return 1
        print(f"\n{len(steps)} lines, all as expected: {time.monotonic() - began:.1f} s.", flush=True)
        return 0

    async def _play(self, step: Step) -> None:
        if self._form_errors and step.statement not in AFTER_A_REFUSED_FORM:
            raise ExpectationError(f"the form before to be taken\ninstead: {self._form_errors}")
        run: Callable[..., Awaitable[Any]] = getattr(self, step.statement)
        if step.is_expectation:
            await run(**step.arguments)
            self._printer.unseen(self._streamed_run)
            self._printer.expectation(step.line)
        else:
            if step.statement != "story":
                self._printer.action(step.line)
            self._form_errors = {}
            await run(**step.arguments)
            self._printer.unseen(self._streamed_run)
