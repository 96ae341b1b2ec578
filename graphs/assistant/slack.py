"""How the assistant's tools reach Slack: one way to read, one way to change, and refusals in plain words."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool, ToolException

from graphs.host import Host, Json, host_of, outcome_unknown, slack_error

Runtime: TypeAlias = ToolRuntime[Any, Any]

PAGE = 999  # Slack's limit; small pages of a big workspace would use up the 20 calls a minute it allows
ADVICE = {
    "already_in_channel": "they are in that channel already.",
    "cant_invite": "that person cannot be invited to this channel.",
    "cant_invite_self": "this bot cannot invite itself.",
    "channel_not_found": "there is no such channel, or this bot cannot see it; list_channels names some.",
    "is_archived": "the channel is archived.",
    "missing_scope": "the app lacks a permission (a scope) for this, which its manager must add.",
    "msg_too_long": "the text is too long for one message.",
    "not_in_channel": "this bot is not a member of that channel. Someone in it must invite the bot first.",
    "ratelimited": "Slack is receiving too many requests from this app. Wait a minute before trying again.",
    "restricted_action": "the workspace's settings do not allow this.",
    "time_in_past": "that time is in the past.",
    "time_too_far": "that time is more than 120 days away, which is Slack's limit.",
    "user_not_found": "there is no such person here. find_person searches by name.",
}


class NotDone(ToolException):
    """Something could not be done; the words are for the model, so that it can act on them."""

    def __init__(self, words: str) -> None:
        super().__init__(f"Not done: {words}")


def slack_tool(function: Callable[..., Awaitable[str]]) -> BaseTool:
    """Make a tool whose `NotDone` reaches the model as the call's failed result, not the run as an error."""
    return StructuredTool.from_function(coroutine=function, handle_tool_error=True)


async def read(runtime: Runtime, method: str, **arguments: Any) -> dict[str, Any]:
    """Make one read-only Web API call. Raises `NotDone` if Slack refuses."""
    with _refusals_in_words():
        return await _host(runtime).slack(method, **arguments)


async def read_pages(
    runtime: Runtime, method: str, field: str, **arguments: Any
) -> AsyncIterator[dict[str, Any]]:
    """Yield what every page of a list method has under `field`."""
    cursor = ""
    while True:
        page = await read(runtime, method, limit=PAGE, **({"cursor": cursor} if cursor else {}), **arguments)
        for item in page[field]:
            yield item
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


async def change(runtime: Runtime, method: str, **arguments: Any) -> None:
    """Make one Web API call that changes Slack, once per tool call. Raises `NotDone` if Slack refuses."""
    host = _host(runtime)

    async def effect() -> Json:
        await _check_approval(runtime, host)
        await host.slack(method, **arguments)
        return None

    with _refusals_in_words():
        await host.once(effect_key(runtime), effect)


async def post(runtime: Runtime, channel: str, text: str) -> None:
    """Post a message, once for this tool call. Raises `NotDone` if Slack refuses."""
    host = _host(runtime)
    with _refusals_in_words():
        await host.post(effect_key(runtime), channel, text, check=lambda: _check_approval(runtime, host))


def effect_key(runtime: Runtime) -> str:
    """Name this tool call's effect: the one key that survives a crash, a retry and a resume unchanged."""
    return f"{runtime.config['configurable']['thread_id']}:{runtime.tool_call_id}"


class _Lapsed(NotDone):
    """The approval was too old. A new call asks people again; this one did nothing, should it run again."""

    nothing_done = True  # tells `once` that the key is free again

    def __init__(self) -> None:
        super().__init__(
            "the approval of this is too old by now. Call the tool again with the same arguments: the people"
            " here are then asked again."
        )


async def _check_approval(runtime: Runtime, host: Host) -> None:
    if not await host.still_valid(runtime.tool_call_id):
        raise _Lapsed


def _host(runtime: Runtime) -> Host:
    host = host_of(runtime.config)
    if host is None:
        raise NotDone("this graph runs without Countersign, so it has no Slack to act in.")
    return host


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except NotDone:
        raise
    except Exception as error:
        if (code := slack_error(error)) is not None:
            raise NotDone(_advice(code)) from error
        if outcome_unknown(error):
            raise NotDone(
                "an earlier attempt was cut off, and nobody knows whether it took effect. Do not try again:"
                " ask the people in this thread to look in Slack."
            ) from error
        raise


def _advice(code: str) -> str:
    return ADVICE.get(code, f"Slack refused it with the error {code}.")
