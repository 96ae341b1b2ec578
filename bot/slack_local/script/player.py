"""Playing a script: each line in its turn, told as it happens."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.bot_process import BotDownError
from slack_local.model.change_feed import WaitTimeoutError
from slack_local.script.actions import Acting
from slack_local.script.expectations import Expecting
from slack_local.script.language import Step
from slack_local.script.scene import WAIT_SECONDS
from slack_local.transcript.printer import MARGIN, UnexpectedError


class Player(Acting, Expecting):
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
                    self.remember()
                expecting = step.is_expectation
                await self._take(step)
            self._nothing_against_the_rules()
        except (UnexpectedError, WaitTimeoutError, NotPossibleError, BotDownError) as error:
            line = f"line {step.number}: {step.line}" if step else "the bot"
            print(f"\n✗ {line}\n  Expected: {error}\n\n{self._bot.tail()}", flush=True)
            return 1
        print(f"\n{len(steps)} lines, all as expected: {time.monotonic() - began:.1f} s.", flush=True)
        return 0

    async def _take(self, step: Step) -> None:
        if self._refused and step.does not in ("expect_error", "submits"):
            raise UnexpectedError(f"the form before to be taken\ninstead: {self._refused}")
        if step.is_expectation:
            await self._method(step.does)(**step.given)
            self._show_news()
            self._told.expect(step.line, holds=True)
        else:
            self._told.does(step.line)
            self._refused = {}
            await self._method(step.does)(**step.given)
            self._show_news()

    def _method(self, does: str) -> Callable[..., Awaitable[Any]]:
        method: Callable[..., Awaitable[Any]] = getattr(self, does)
        return method

    def _show_news(self) -> None:
        for line in self._screen.news(self._looking):
            print(f"{MARGIN}{line}", flush=True)

    def _nothing_against_the_rules(self) -> None:
        violations = self._workspace.log.violations()
        self._told.expect("the bot sent nothing that Slack would refuse", not violations, violations)
