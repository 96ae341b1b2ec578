"""The arguments of a graph factory: none, the run's config, the server's runtime, or both."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph_sdk import runtime as server


@dataclass(frozen=True)
class SlackUser:
    """Who started the run, as LangGraph's server describes a user."""

    identity: str
    is_authenticated: bool = True
    permissions: tuple[str, ...] = ()

    @property
    def display_name(self) -> str:
        return self.identity

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)

    def __contains__(self, key: str) -> bool:
        return key in {"identity", "is_authenticated", "permissions", "display_name"}


def arguments_of(
    factory: Callable[..., Any],
    config: RunnableConfig,
    store: BaseStore | None,
    context: object | None,
) -> list[object]:
    """The positional arguments. `context` is None at start-up, when the graph is only looked at."""
    given: list[object] = []
    for each in inspect.signature(factory).parameters.values():
        if each.kind not in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}:
            break
        if "ServerRuntime" in str(each.annotation):
            given.append(_runtime(config, store, context))
        elif config not in given:
            given.append(config)
        else:
            break  # an argument of its own, which has a default
    return given


def context_object(schema: type | None, values: Mapping[str, Any]) -> object:
    """The values as what the graph's context_schema is; a TypedDict is a dict."""
    if schema is None or issubclass(schema, dict):
        return dict(values)
    try:
        return schema(**values)
    except (TypeError, ValueError):  # what is missing comes from the form, when the run begins
        return dict(values)


def _runtime(config: RunnableConfig, store: BaseStore | None, context: object | None) -> object:
    identity = config["configurable"].get("slack_user_id", "")
    user: Any = SlackUser(identity) if identity else None
    held = store or InMemoryStore()
    if context is None:
        return server._ReadRuntime(access_context="assistants.read", user=user, store=held)  # noqa: SLF001
    return server._ExecutionRuntime(  # noqa: SLF001 -- the one way to make what ServerRuntime stands for
        access_context="threads.create_run", user=user, store=held, context=context
    )
