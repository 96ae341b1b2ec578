"""What a graph may ask of the bot that hosts it.

The bot passes an object with these methods in `config["configurable"]["countersign"]`. Graphs are loaded
from anywhere and do not import the bot, so the two meet in this protocol. Outside the bot, for example
under `langgraph dev`, the object is absent.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, cast

from langchain_core.runnables import RunnableConfig

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

HOST_KEY = "countersign"


class Host(Protocol):
    """The bot, seen from a graph.

    Errors carry their meaning in attributes, because a graph cannot import their classes: a refusal by
    Slack has `error`, Slack's own word for it; an effect whose outcome nobody knows has
    `outcome_unknown`, which is true.
    """

    async def slack(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Make one Web API call and return its answer.

        A call that changes something belongs inside `once`: a node or tool may run again.
        """
        ...

    async def still_valid(self, tool_call_id: str | None = None) -> bool:
        """Tell whether what people approved last in this thread may still be done.

        A rule of the policy file may say for how long an approval counts (`valid_for`). Ask right before the
        effect, in a tool or in a node after the one that asked; when it is false, do nothing and ask again.
        """
        ...

    async def once(self, key: str, effect: Callable[[], Awaitable[Json]]) -> Json:
        """Run the effect at most once per key, and return what it returned, also to later callers.

        An effect that Slack refused or limited did not happen, nor did one whose error has a true
        `nothing_done`: the error is raised, and the key is free again. If an earlier attempt was cut off,
        nobody knows: then this raises, with `outcome_unknown`, and runs nothing.
        """
        ...

    async def post(
        self, key: str, channel: str, text: str, *, check: Callable[[], Awaitable[None]] | None = None
    ) -> dict[str, Any]:
        """Post plain text to a channel (by id) exactly once per key; the host escapes it.

        `check` is awaited right before, unless an earlier attempt posted it. If it raises, nothing is posted.
        """
        ...


def host_of(config: RunnableConfig) -> Host | None:
    """Return the bot that runs this graph, or None outside it."""
    return cast("Host | None", config.get("configurable", {}).get(HOST_KEY))


def slack_error(error: Exception) -> str | None:
    """Return Slack's own word for the refusal, or None if this error is not one."""
    code = getattr(error, "error", None)
    return code if isinstance(code, str) else None


def outcome_unknown(error: Exception) -> bool:
    """Tell whether this error means that an effect may or may not have happened."""
    return bool(getattr(error, "outcome_unknown", False))
