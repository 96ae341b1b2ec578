"""Caches what LangGraph and LangChain rebuild at each interrupt: an answer's type and its JSON Schema.

`HumanInTheLoopMiddleware` makes two pydantic models for each call of a tool that it asks about, and
`interrupt` a TypeAdapter and its JSON Schema, when it asks and again when it is answered. They depend on the
tool and on what may be decided, and building them takes nearly half of the processor time that an agent
needs for an approval (benchmarks/README.md). A version without these functions is left unchanged.
"""

import copy
import inspect
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

import structlog
from langgraph import types as langgraph_types
from pydantic import TypeAdapter

_KEPT = 256  # types, of tools and of interrupts each; the ones used last
_MIDDLEWARE = "langchain.agents.middleware.human_in_the_loop"
_TYPE_OF_DECISIONS = "_decision_schema"
_PARAMETERS = ("allowed", "name", "tool")
_ADAPTER = "TypeAdapter"  # of `interrupt`

log = structlog.get_logger()


class CachedAdapter:
    """A TypeAdapter that generates its JSON Schema once. Who asks for it gets a copy of their own."""

    def __init__(self, answer: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(answer)
        self._json_schema: dict[str, Any] | None = None

    def json_schema(self, *args: Any, **options: Any) -> dict[str, Any]:
        if args or options:
            return self._adapter.json_schema(*args, **options)
        if self._json_schema is None:
            self._json_schema = self._adapter.json_schema()
        return copy.deepcopy(self._json_schema)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)


_kept_adapter = lru_cache(_KEPT)(CachedAdapter)


def adapter_of(answer: Any) -> CachedAdapter:
    """The adapter of a type; a new one for a type that cannot be a key. Raises what pydantic raises."""
    try:
        hash(answer)
    except TypeError:
        return CachedAdapter(answer)
    return _kept_adapter(answer)


class _ByIdentity:
    """A tool as a key: the object that it is, with its schema. Held, so that no other object gets its id."""

    def __init__(self, tool: Any) -> None:
        self.tool = tool
        self._schema = getattr(tool, "args_schema", None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.tool is other.tool and self._schema is other._schema

    def __hash__(self) -> int:
        return hash((id(self.tool), id(self._schema)))


def keeping_types(build: Callable[..., Any]) -> Callable[..., Any]:
    """`build(allowed, name, tool)`, called once for each tool and what may be decided about it."""

    @lru_cache(_KEPT)
    def kept(allowed: tuple[str, ...], name: str, key: _ByIdentity) -> Any:
        return build(allowed, name, key.tool)

    @wraps(build)
    def type_of(allowed: Sequence[str], name: str, tool: Any = None) -> Any:
        return kept(tuple(allowed), name, _ByIdentity(tool))

    return type_of


def keep_response_schemas() -> None:
    """Install the cache. Call it once the graphs, and with them the middleware, are imported."""
    if getattr(langgraph_types, _ADAPTER, None) is TypeAdapter:
        setattr(langgraph_types, _ADAPTER, adapter_of)
    middleware = sys.modules.get(_MIDDLEWARE)
    build = getattr(middleware, _TYPE_OF_DECISIONS, None)
    if build is None or hasattr(build, "__wrapped__"):  # another version, or kept already
        return
    if tuple(inspect.signature(build).parameters) != _PARAMETERS:
        log.debug("response_schemas_not_kept", reason="this version of LangChain builds them in another way")
        return
    setattr(middleware, _TYPE_OF_DECISIONS, keeping_types(build))
