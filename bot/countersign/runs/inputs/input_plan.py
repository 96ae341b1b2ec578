"""Plans how a graph is started: the input made from a message, and the form for what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog
from pydantic import BaseModel, TypeAdapter

from countersign.approvals.json import Json
from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.i18n import N_
from countersign.runs.inputs.context import ContextPlan, plan_context
from countersign.runs.inputs.type_schema import (
    input_schema,
    input_type,
    is_message_list,
    resolve_reference,
    used_definitions,
)
from countersign.runs.loading import AnyGraph, LoadedGraph
from countersign.runs.source.input_reads import InputReads, read_input
from countersign.runs.source.own_code import OwnCode

log = structlog.get_logger()

_MESSAGE_TITLE, _INPUT_TITLE = N_("Message"), N_("Input")
_MESSAGE: dict[str, Any] = {"type": "string", "title": _MESSAGE_TITLE, "minLength": 1, "maxLength": 100_000}
FILES_KEY = "files"  # of an input that has one text: where its files go
_READS_UNKNOWN = InputReads(needed=frozenset(), asked=frozenset(), computed=frozenset(), unknown=True)


class FilesGoTo(StrEnum):
    """Where the content of files that come with a message goes."""

    MESSAGE = "message"  # behind its words
    KEY = "key"  # the input's `files`


_MESSAGE_FILES = {
    StartsWith.MESSAGES: FilesGoTo.MESSAGE,
    StartsWith.MESSAGE_LIST: FilesGoTo.MESSAGE,
}


@dataclass(frozen=True, kw_only=True)
class InputPlan:
    """`info` is what the flow knows of it. In a form, `whole` names the property that is the whole input,
    and `context.field` the one that is the context; the others are the input's own keys."""

    info: GraphInfo
    context: ContextPlan
    text_property: str | None = None  # of the input, for TEXT
    whole: str | None = None
    files_go_to: FilesGoTo | None = None
    form_is_input: bool = True  # the form's value is the input, and has nothing else in it
    build: Callable[[Any], Any] = field(default=lambda value: value)  # makes the input's own type

    def from_text(self, text: str, before: list[Any], blocks: Sequence[Json] = ()) -> Any:
        """The input that a message gives, with `blocks` of the files that came with it.

        `before` are messages that go ahead of it in the state.
        """
        if self.info.starts_with is StartsWith.VALUE:
            return text
        if self.info.starts_with is StartsWith.MESSAGE_LIST:
            return [_user_message(text, blocks)]
        return self.build(self._keys_of(text, before, blocks))

    def _keys_of(self, text: str, before: list[Any], blocks: Sequence[Json] = ()) -> dict[str, Any]:
        if self.text_property is not None:
            return {self.text_property: text} | ({FILES_KEY: list(blocks)} if blocks else {})
        return {"messages": [*before, _user_message(text, blocks)]}

    def from_form(self, values: Json, before: list[Any]) -> tuple[Any, dict[str, Json]]:
        """The input and the context that a form gives."""
        if self.form_is_input:
            return self.build(values), {}
        assert isinstance(values, dict)
        given = dict(values)
        context = given.pop(self.context.field, None) if self.context.missing else None
        found = context if isinstance(context, dict) else {}
        message = self.info.message_field
        if self.whole is not None:
            value = given.get(self.whole)
            return (self.from_text(str(value), before) if message else self.build(value)), found
        if message is not None:
            text = str(given.pop(message))
            return self.build({**given, **self._keys_of(text, before)}), found
        return self.build(given), found


def _user_message(text: str, blocks: Sequence[Json] = ()) -> dict[str, Any]:
    content = [*([{"type": "text", "text": text}] if text else []), *blocks] if blocks else text
    return {"role": "user", "content": content}


def plan_input(loaded: LoadedGraph, own: OwnCode) -> InputPlan:
    """Read the graph's input and context. Raises GraphConfigError for context values that do not fit."""
    graph, context = loaded.sample, plan_context(loaded, own)
    schema, reads = input_schema(graph), _reads(loaded, own)
    if getattr(graph, "builder", None) is None:
        return _entrypoint(loaded, schema, reads, context)
    return _of_object(loaded, schema, reads, context)


def _reads(loaded: LoadedGraph, own: OwnCode) -> InputReads:
    try:
        return read_input(loaded.sample, own)
    except Exception as error:  # noqa: BLE001 -- a graph whose source can't be had runs all the same
        log.warning("input_unread", graph=loaded.name, reason=f"{type(error).__name__}: {error}")
        return _READS_UNKNOWN


def _entrypoint(
    loaded: LoadedGraph, schema: dict[str, Any], reads: InputReads, context: ContextPlan
) -> InputPlan:
    declared = input_type(loaded.sample)
    root = resolve_reference(schema)
    if is_message_list(declared):
        return _plan_text(loaded, StartsWith.MESSAGE_LIST, context)
    if "properties" in root:
        return _of_object(loaded, schema, reads, context)
    if root.get("type") == "string" and "enum" not in root:
        return _plan_text(loaded, StartsWith.VALUE, context)
    if root.get("type", "object") == "object" and reads.asked and not reads.unknown:
        names = sorted(reads.asked)
        properties = {name: {"title": name} for name in names}
        if "messages" in reads.asked:
            return _plan_messages(loaded, properties, reads.needed - {"messages"}, context, {})
        return _plan(loaded, StartsWith.FORM, context, properties, required=reads.needed)
    if not schema and not reads.asked:  # any type: a message gives a text
        return _plan_text(loaded, StartsWith.VALUE, context)
    return _plan(
        loaded, StartsWith.FORM, context, {"input": {**schema, "title": _INPUT_TITLE}}, whole="input",
        defs=schema, required={"input"}, build=_builder(declared),
    )  # fmt: skip


def _of_object(
    loaded: LoadedGraph, schema: dict[str, Any], reads: InputReads, context: ContextPlan
) -> InputPlan:
    root = resolve_reference(schema)
    properties: dict[str, Any] = root.get("properties", {})
    declared = input_type(loaded.sample)
    asked, required = _asked(loaded.sample, root, reads)
    if "messages" in properties:
        more = {name: properties[name] for name in properties if name in asked and name != "messages"}
        return _plan_messages(loaded, more, required - {"messages"}, context, schema, _builder(declared))
    text = _only_text(root, required, schema)
    if text is not None:
        return _plan(
            loaded, StartsWith.TEXT, context, {text: {**properties[text], "maxLength": 100_000}},
            defs=schema, required={text}, message=text, text_property=text, build=_builder(declared),
            takes_files=text != FILES_KEY and _is_list(properties.get(FILES_KEY), schema),
        )  # fmt: skip
    return _plan(
        loaded, StartsWith.FORM, context, {name: properties[name] for name in properties if name in asked},
        defs=schema, required=required, build=_builder(declared),
    )  # fmt: skip


def _asked(graph: AnyGraph, root: Mapping[str, Any], reads: InputReads) -> tuple[set[str], set[str]]:
    """The input's keys that people are asked for, and those that they have to give.

    A model, or a dataclass, cannot be made without its fields. Of a TypedDict LangGraph needs no key, so what
    the code reads decides; where that cannot be seen, what the type says.
    """
    names, required = set(root.get("properties", {})), set(root.get("required", []))
    declared = input_type(graph)
    builder = getattr(graph, "builder", None)
    own_input = builder is None or declared is not builder.state_schema
    if isinstance(declared, type) and (issubclass(declared, BaseModel) or _is_dataclass(declared)):
        read = names - reads.computed if reads.unknown else names & reads.asked
        return (names if own_input else required | read) or names, required
    if reads.unknown:
        needed = (required & reads.needed) | (required - reads.computed)
        asked = names if own_input else (names - reads.computed) | needed
    else:
        needed = required & reads.needed
        asked = names if own_input else names & reads.asked
        if own_input:  # what nobody reads is the author's to say
            needed |= required - reads.asked
    return (asked or names), needed


def _only_text(root: Mapping[str, Any], needed: set[str], schema: Mapping[str, Any]) -> str | None:
    """The one text that the graph is started with: all that its code needs, or that its type requires."""
    declared = set(root.get("required", []))
    for names in (needed, declared if needed <= declared else set[str]()):
        name = next(iter(names), "")
        if len(names) == 1 and _is_text(root["properties"][name], schema):
            return name
    return None


def _is_dataclass(declared: type) -> bool:
    return hasattr(declared, "__dataclass_fields__")


def _is_text(schema: Any, root: Mapping[str, Any]) -> bool:
    found = resolve_reference(schema, root) if isinstance(schema, dict) else {}
    return found.get("type") == "string" and not found.keys() & {"enum", "const"}


def _is_list(schema: Any, root: Mapping[str, Any]) -> bool:
    found = resolve_reference(schema, root) if isinstance(schema, dict) else {}
    return found.get("type") == "array"


def _builder(declared: Any) -> Callable[[Any], Any]:
    """Makes the declared type of JSON values, for an entrypoint, which gets its input as it is given."""
    is_model = isinstance(declared, type) and (issubclass(declared, BaseModel) or _is_dataclass(declared))
    return TypeAdapter(declared).validate_python if is_model else lambda value: value


def _plan_text(loaded: LoadedGraph, starts_with: StartsWith, context: ContextPlan) -> InputPlan:
    """The message is the whole input."""
    return _plan(loaded, starts_with, context, {"input": _MESSAGE}, whole="input", message="input")


def _plan_messages(
    loaded: LoadedGraph,
    properties: Mapping[str, Any],
    required: set[str] | frozenset[str],
    context: ContextPlan,
    defs: Mapping[str, Any],
    build: Callable[[Any], Any] = lambda value: value,
) -> InputPlan:
    more = {name: schema for name, schema in properties.items() if name != "messages"}
    return _plan(
        loaded, StartsWith.MESSAGES, context, {"messages": _MESSAGE, **more}, defs=defs,
        required={"messages", *required}, message="messages", form_first=bool(required), build=build,
    )  # fmt: skip


def _plan(
    loaded: LoadedGraph,
    starts_with: StartsWith,
    context: ContextPlan,
    properties: Mapping[str, Any],
    *,
    defs: Mapping[str, Any] | None = None,
    required: set[str] | frozenset[str] | None = None,
    message: str | None = None,
    whole: str | None = None,
    text_property: str | None = None,
    form_first: bool = False,
    takes_files: bool = False,
    build: Callable[[Any], Any] = lambda value: value,
) -> InputPlan:
    """The plan whose form has these properties and, where values for it are missing, the context."""
    builds = build if getattr(loaded.sample, "builder", None) is None else (lambda value: value)
    shared = used_definitions(properties, defs or {})
    form_is_input = message is None and not context.missing
    if whole is not None and form_is_input:
        form: dict[str, Any] = {**properties[whole], **shared}
    else:
        form = {
            **shared,
            "type": "object",
            "properties": dict(properties),
            "required": sorted(required if required is not None else properties),
        }
        form = context.added_to(form)
    info = GraphInfo(
        name=loaded.name,
        description=loaded.description,
        prompts=loaded.prompts,
        starts_with=starts_with,
        form_schema=form,
        own_titles={
            "" if form_is_input and name == whole else name: schema["title"]
            for name, schema in properties.items()
            if schema is _MESSAGE or name == whole
        },
        form_first=form_first or (bool(context.missing) and starts_with is not StartsWith.FORM),
        message_field=message,
    )
    return InputPlan(
        info=info,
        context=context,
        text_property=text_property,
        whole=whole,
        form_is_input=form_is_input,
        files_go_to=_MESSAGE_FILES.get(starts_with, FilesGoTo.KEY if takes_files else None),
        build=builds,
    )
