"""The format of a payload that its card does not show: the keys under which its texts were sent.

Title, description and parts say all that a person decides on. Payloads of different formats can still lead to
the same card: a question under `question` or under `message`, a tool call with or without a description. The
common format of a card is not named. Any other is named in its footer, or the whole payload is in its
details. So no two payloads have the same card.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.langchain.decisions import BOILERPLATE
from countersign.interrupts.json_values.equality import json_equal, json_key
from countersign.interrupts.parsing import parse
from countersign.interrupts.review_request import PartRole, ReviewRequest, ReviewRow

_RUN = re.compile(r"Run (.+)\?", re.DOTALL)
_KEY = re.compile(r"[\w.-]{1,40}")
_MAX_NOTE_LENGTH = 80  # characters
_OWN_KEYS = ("risk", "why", "expires_in")
_DECISIONS = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT, DecisionKind.RESPOND)


@dataclass(frozen=True, kw_only=True)
class PayloadFormat:
    """`note` names an uncommon format; `is_shown` is false if the payload has to be read to know it."""

    note: str = ""
    is_shown: bool = True


def payload_format(value: Json, schema: Json = None) -> PayloadFormat:
    """How the payload says what its card shows. The footer tells objects from texts and lists in any case."""
    request = parse(value, schema)
    if isinstance(value, str):
        return PayloadFormat(is_shown=_says(value, request))
    earlier: list[Json] = []
    for note, usual in _usual_payloads(request):
        if json_equal(usual, value):
            ambiguous = not note and any(
                _appearance(parse(each, schema)) == _appearance(request) for each in earlier
            )
            return PayloadFormat(note=note, is_shown=not ambiguous)
        if not note and isinstance(usual, dict) == isinstance(value, dict):
            earlier.append(usual)
    note = _keys(value, request) if isinstance(value, dict) else ""
    return PayloadFormat(note=note, is_shown=bool(note))


def _says(text: str, request: ReviewRequest) -> bool:
    shown = (request.title, request.description, *(part.value for part in request.rows[0].parts))
    return text in shown


def _usual_payloads(request: ReviewRequest) -> Iterator[tuple[str, Json]]:
    """Payloads that have this card, with the note of their format; of those without one the first counts."""
    if any(len({part.label for part in row.parts}) < len(row.parts) for row in request.rows):
        return
    if len(request.rows) > 1:
        yield from _batches(request)
        return
    shown = _Shown.of(request)
    yield from _tool_calls(shown)
    yield from _questions(shown)


@dataclass(frozen=True, kw_only=True)
class _Shown:
    title: str
    description: str | None
    parts: Mapping[str, Json]
    small_print: Mapping[str, Json]
    options: tuple[str, ...]
    allowed: tuple[DecisionKind, ...]
    states_risk: bool

    @classmethod
    def of(cls, request: ReviewRequest) -> "_Shown":
        row = request.rows[0]
        return cls(
            title=request.title,
            description=request.description,
            parts={part.label: part.value for part in row.parts if not part.secondary},
            small_print={part.label: part.value for part in row.parts if part.secondary},
            options=tuple(option.label for option in row.options),
            allowed=_allowed(row),
            states_risk=any(part.role in (PartRole.RISK, PartRole.WHY) for part in row.parts),
        )


def _allowed(row: ReviewRow) -> tuple[DecisionKind, ...]:
    return tuple(kind for kind in _DECISIONS if kind in row.allowed)


def _questions(shown: _Shown) -> Iterator[tuple[str, Json]]:
    parts = {**shown.parts, **shown.small_print}
    options: dict[str, Json] = {}
    if shown.options and "options" not in parts:
        options = {"options": list(shown.options)}
    if shown.description is not None or shown.states_risk:
        own = {key: parts[key] for key in _OWN_KEYS if key in parts}
        details = {key: item for key, item in parts.items() if key not in own}
        summary = {} if shown.description is None else {"summary": shown.description}
        titled: dict[str, Json] = {"title": shown.title, **summary, **own, **options}
        yield "", titled | ({"details": details} if details else {})
    if shown.description is not None:
        yield "", {"question": shown.description, **parts, **options}
        yield "", {"task": shown.description, **parts}
    yield "", {"question": shown.title, **parts, **options}
    yield "", parts
    if parts.keys() == {"value"}:
        yield "", parts["value"]


def _tool_calls(shown: _Shown) -> Iterator[tuple[str, Json]]:
    named = _RUN.fullmatch(shown.title)
    if named is None:
        return
    name, args, more = named[1], dict(shown.parts), shown.small_print
    call: dict[str, Json] = {"name": name, "args": args}
    described = _described(name, args, shown.description)
    batch = [(name, call, described, shown.allowed)]
    if more:
        yield "", {"type": "tool_approval", **described, **more}
    else:
        yield "not batched", {"type": "tool_approval", **described}
    yield from _batched(batch, usual=not more)
    question = {} if shown.description is None else {"question": shown.description}
    yield "", {**question, "tool_call": {**call, **more}}
    inbox: dict[str, Json] = {"action_request": {"action": name, "args": args}, "config": _flags(shown)}
    if shown.description is not None:
        inbox["description"] = shown.description
    else:
        note = "no description" if more else "no description, not batched"
        yield note, {"type": "tool_approval", **call, **more}
    yield "Agent Inbox", inbox
    yield "Agent Inbox", [inbox]


_Call: TypeAlias = "tuple[str, dict[str, Json], dict[str, Json], tuple[DecisionKind, ...]]"


def _batches(request: ReviewRequest) -> Iterator[tuple[str, Json]]:
    calls: list[_Call] = []
    for row in request.rows:
        name, args = row.action or "", {part.label: part.value for part in row.parts}
        described = _described(name, args, row.description)
        bare: dict[str, Json] = {"name": name, "args": args} if row.description is None else described
        calls.append((name, bare, described, _allowed(row)))
    yield from _batched(calls, usual=True)


def _batched(calls: Sequence[_Call], *, usual: bool) -> Iterator[tuple[str, Json]]:
    """LangChain's middleware describes every call, and says for each which decisions are allowed."""
    configs: list[Json] = [
        {"action_name": name, "allowed_decisions": [kind.value for kind in allowed]}
        for name, _, _, allowed in calls
    ]
    described: list[Json] = [call for _, _, call, _ in calls]
    bare: list[Json] = [call for _, call, _, _ in calls]
    batch = "" if usual else "batched"
    for note, actions in (("", described), ("no description", bare)):
        notes = [each for each in (batch, note) if each]
        yield ", ".join(notes), {"action_requests": actions, "review_configs": configs}
        yield ", ".join([*notes, "default decisions"]), {"action_requests": actions, "review_configs": []}


def _described(name: str, args: Json, description: str | None) -> dict[str, Json]:
    """A call as LangChain's middleware sends it: where its author wrote nothing, with words of its own."""
    boilerplate = f"{BOILERPLATE}\n\nTool: {name}\nArgs: {args}"
    return {"name": name, "args": args, "description": boilerplate if description is None else description}


def _flags(shown: _Shown) -> dict[str, Json]:
    return {
        "allow_ignore": DecisionKind.REJECT in shown.allowed,
        "allow_respond": DecisionKind.RESPOND in shown.allowed,
        "allow_edit": DecisionKind.EDIT in shown.allowed,
        "allow_accept": DecisionKind.APPROVE in shown.allowed,
    }


def _appearance(request: ReviewRequest) -> Json:
    """What a card shows of a request with one row."""
    row = request.rows[0]
    parts: list[Json] = [[part.label, part.value, part.secondary, part.role] for part in row.parts]
    looks: list[Json] = [request.title, request.description, len(request.rows), request.plain_question]
    options: list[Json] = [option.label for option in row.options]
    return [sorted(map(json_key, parts)), looks, sorted(row.allowed), options, row.other is not None]


def _keys(value: Mapping[str, Json], request: ReviewRequest) -> str:
    """The keys that the card leaves out, with `…` for the description; empty if it leaves out values too."""
    found: list[str] = []
    parts = {part.label: part.value for row in request.rows for part in row.parts}
    if len(request.rows) > 1 or len(parts) < len(request.rows[0].parts):
        return ""
    for key, item in sorted(value.items()):
        if _is_among(parts, key, item):
            del parts[key]
        elif not _KEY.fullmatch(key):
            return ""
        elif item == request.title:
            found.append(key)
        elif isinstance(item, str) and item == request.description:
            found.append(f"{key} …")
        elif isinstance(item, dict) and item and all(_is_among(parts, *each) for each in item.items()):
            found.append(f"{key}({', '.join(sorted(map(str, item)))})")
            parts = {name: each for name, each in parts.items() if name not in item}
        else:
            return ""
    note = ", ".join(found)
    return "" if parts or len(note) > _MAX_NOTE_LENGTH else note


def _is_among(parts: Mapping[str, Json], key: str, item: Json) -> bool:
    return key in parts and json_equal(parts[key], item)
