"""One message that is streamed to Slack while it is written."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.error_report import new_error_id
from countersign.flow.errors import RateLimited, SlackRefused
from countersign.flow.live.content import DisplayedMessage, MessageStream, Plan
from countersign.flow.ports.database.live import StreamStore
from countersign.flow.ports.slack.live import StreamDisplay

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Timing:
    show_after: float = 1.0  # seconds; what is complete by then is posted without a stream
    every: float = 1.0  # seconds between two updates of one message


class LiveMessage:
    """Shows what `content` returns, as it changes, until it is closed. An error only ends the display."""

    def __init__(
        self,
        stream: MessageStream,
        content: Callable[[], str | Plan],
        recipient: str,
        store: StreamStore,
        display: StreamDisplay,
        timing: Timing,
    ) -> None:
        self.stream = stream
        self._content = content
        self._recipient = recipient
        self._store = store
        self._display = display
        self._timing = timing
        self._changed = asyncio.Event()
        self._calls = asyncio.Lock()  # held during a call of Slack, so that none is cancelled half-way
        self._begun = False
        self._broken = False
        self._shown: DisplayedMessage | None = None
        self._task = asyncio.create_task(self._run())

    @property
    def begun(self) -> bool:
        """Whether a part of it may be in Slack."""
        return self._begun

    def touch(self) -> None:
        """Its content changed."""
        self._changed.set()

    async def close(self, *, show_rest: bool = False) -> None:
        """Show nothing more. `show_rest`: first what changed last, if something was shown before."""
        self._task.cancel()
        async with self._calls:
            if self._shown is not None and not self._broken:
                try:
                    if show_rest:
                        await self._extend(self._shown)
                    await self._end()
                except CountersignError as error:
                    log.info("stream_not_ended", post=self.stream.key, reason=str(error))

    async def _run(self) -> None:
        await asyncio.sleep(self._timing.show_after)
        while not self._broken:
            self._changed.clear()
            pause = await asyncio.shield(asyncio.ensure_future(self._show()))
            await asyncio.sleep(pause)
            await self._changed.wait()

    async def _show(self) -> float:
        """Show it as it is now, and return for how many seconds it then stays so."""
        async with self._calls:
            if self._task.cancelling():
                return 0
            try:
                await (self._start() if self._shown is None else self._extend(self._shown))
            except RateLimited as error:
                self._changed.set()
                return error.seconds
            except CountersignError as error:  # the message itself is posted from the outbox in any case
                log.info("stream_broken", post=self.stream.key, reason=str(error))
                self._broken = True
            except Exception:
                log.exception("stream_broken", post=self.stream.key, error_id=new_error_id())
                self._broken = True
        return self._timing.every

    async def _start(self) -> None:
        content = self._content()
        if not content or not await self._store.begin(self.stream):
            return
        self._begun = True
        try:
            self._shown = await self._display.start(self.stream, content, self._recipient)
        except (RateLimited, SlackRefused):  # nothing was posted
            self._begun = False
            await self._store.remove(self.stream.key)
            raise
        self.stream = self._shown.stream
        self._broken = not await self._store.update(self.stream)

    async def _extend(self, shown: DisplayedMessage) -> None:
        content = self._content()
        if content and content != (shown.plan or shown.text):
            self._shown = await self._display.extend(shown, content)

    async def _end(self) -> None:
        if self.stream.native:
            self.stream = await self._display.end(self.stream)
            await self._store.update(self.stream)
            if self._shown is not None:
                await self._put_in_order(self._shown)

    async def _put_in_order(self, shown: DisplayedMessage) -> None:
        if shown.plan is None or not shown.plan.ended or shown.is_ordered:
            return
        try:
            await self._display.put_in_order(shown)
        except CountersignError as error:
            log.info("plan_not_put_in_order", post=self.stream.key, reason=str(error))
