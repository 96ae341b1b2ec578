"""The object for a graph's tools, in `config["configurable"]["countersign"]`."""

from collections.abc import Awaitable, Callable
from typing import Any

from countersign.approvals.json import Json
from countersign.flow.errors import OutcomeUnknown, RateLimited, SlackRefused
from countersign.flow.ports import ApprovalValidity, Effects, SlackForTools
from countersign.flow.tools.retry import with_retries

_READS = frozenset({"info", "list", "members", "history", "replies", "getPermalink", "test", "conversations"})


class ToolHost:
    def __init__(
        self,
        slack: SlackForTools,
        effects: Effects,
        validity: ApprovalValidity | None = None,
        thread_id: str = "",
    ) -> None:
        """`validity` is asked about the approvals of the thread with this id."""
        self._slack = slack
        self._effects = effects
        self._validity = validity
        self._thread_id = thread_id

    async def slack(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One Web API call. What changes something belongs inside `once`.

        A 429 is waited out, since nothing was done; after no answer, only what reads is asked again.
        """
        reads = method.rpartition(".")[2] in _READS
        return await with_retries(lambda: self._slack.call(method, **arguments), if_unreachable=reads)

    async def still_valid(self, tool_call_id: str | None = None) -> bool:
        """Whether what was approved last in this thread may still be done, by its rule's `valid_for`.

        With several approvals that were asked at once, all of them have to count; `tool_call_id` picks the
        one of that call. True where nothing was asked.
        """
        return self._validity is None or await self._validity.is_valid(self._thread_id, tool_call_id)

    async def once(self, key: str, effect: Callable[[], Awaitable[Json]]) -> Json:
        """Run the effect at most once per key, and return its result to this and every later caller.

        An effect that ends with SlackRefused or RateLimited did not happen, so it may be tried again; nor did
        one whose error has a true attribute `nothing_done`, such as a tool's whose approval is too old. After
        any other error its outcome is unknown, and a second attempt raises OutcomeUnknown.
        """
        if not await self._effects.begin(key):
            finished, result = await self._effects.finished(key)
            if not finished:
                raise OutcomeUnknown
            return result
        try:
            result = await effect()
        except Exception as error:
            if isinstance(error, RateLimited | SlackRefused) or getattr(error, "nothing_done", False) is True:
                await self._effects.forget(key)
            raise
        await self._effects.finish(key, result)
        return result

    async def post(
        self, key: str, channel: str, text: str, *, check: Callable[[], Awaitable[None]] | None = None
    ) -> dict[str, Any]:
        """Post a text once per key. A second attempt looks in the channel for what the first one did.

        `check` is awaited right before it is posted, and may raise; of what is posted nothing is checked.
        """
        first = await self._effects.begin(key)
        finished, result = (False, None) if first else await self._effects.finished(key)
        if finished and isinstance(result, dict):
            return dict(result)
        if check is not None and (first or await self._posted(key, channel) is None):
            try:
                await check()
            except Exception:
                await self._effects.forget(key)  # it is not posted
                raise
        look_first = iter([not first])

        async def attempt() -> dict[str, Any]:
            # After an attempt of which nobody knows how it ended, the next one looks for its message.
            return await self._slack.post_text(key, channel, text, look_first=next(look_first, True))

        posted = await with_retries(attempt, if_unreachable=True)
        await self._effects.finish(key, posted)
        return posted

    async def _posted(self, key: str, channel: str) -> str | None:
        """The ts of what an earlier attempt posted, if it did."""
        return await with_retries(lambda: self._slack.find_text(key, channel), if_unreachable=True)
