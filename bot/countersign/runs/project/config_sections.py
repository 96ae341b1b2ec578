"""The sections of langgraph.json that say how graphs are run: a graph's entry, `store` and `checkpointer`.

The keys are those that LangGraph's server reads. Keys that it does not know either are ignored.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from countersign.approvals.errors import CountersignError

Section = TypeVar("Section", bound=BaseModel)

_Words = Annotated[StrictStr, Field(pattern=r"\S")]
_Minutes = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
# What pydantic puts into a place where a value may be of several types.
_CHOICES = {"bool", "list[list[constrained-str]]", "list[list[str]]"}
_WANTED = {"model_type": "it must be an object", "missing": "it is required"}

_TypeName = Annotated[list[StrictStr], Field(min_length=2)]  # a module, in one or more parts, and a class


class GraphConfigError(CountersignError):
    """The graphs cannot be loaded."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class PromptEntry(_Frozen):
    """A message that Slack suggests to whoever opens the agent, under a title of its own."""

    title: _Words
    message: _Words


class GraphEntry(_Frozen):
    """What an entry of `graphs` says, where it is an object. `context` are values of its context_schema.

    `interrupt_before` and `interrupt_after` are breakpoints; `*` is every node. A prompt without a title of
    its own is one string.
    """

    path: StrictStr
    description: StrictStr = ""  # for people who choose a graph
    prompts: list[PromptEntry | _Words] = []
    context: dict[str, Any] = {}
    interrupt_before: list[StrictStr] | Literal["*"] = []
    interrupt_after: list[StrictStr] | Literal["*"] = []


class IndexSection(_Frozen):
    """`store.index`: semantic search. `embed` is `provider:model` or `./file.py:attribute`."""

    embed: StrictStr
    dims: Annotated[StrictInt, Field(ge=1, le=4000)]  # longer vectors have no index in pgvector
    fields: list[StrictStr] | None = None


class TtlSection(_Frozen):
    """`store.ttl`: how long items are kept."""

    default_ttl: _Minutes | None = None
    refresh_on_read: StrictBool = True
    sweep_interval_minutes: _Minutes | None = None


class StoreSection(_Frozen):
    """`store`. With `path`, the project brings a store of its own."""

    path: StrictStr | None = None
    index: IndexSection | None = None
    ttl: TtlSection | None = None


class SerdeSection(_Frozen):
    """`checkpointer.serde`: which types a checkpoint may bring back.

    Of `allowed_msgpack_modules`, absent means the project's own types, a list adds to them, null means none
    of them, and true means every type there is.
    """

    allowed_msgpack_modules: list[_TypeName] | StrictBool | None = None
    allowed_json_modules: list[_TypeName] | StrictBool | None = None
    pickle_fallback: StrictBool = False


class CheckpointerSection(_Frozen):
    """`checkpointer`. `path` and `ttl` are known and not used."""

    path: Any = None
    ttl: Any = None
    serde: SerdeSection | None = None


def read_section(file: Path, value: object, kind: type[Section], *keys: str) -> Section:
    """The section that stands at these keys of the file. Raises GraphConfigError with file and key."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        inside = [str(part) for part in problem["loc"] if part not in _CHOICES]
        place = ".".join([*keys, *inside])
        what = _WANTED.get(problem["type"]) or problem["msg"][:1].lower() + problem["msg"][1:]
        raise GraphConfigError(f'{file}: "{place}" is not valid: {what}.') from None
