"""The output of a run for people: messages, files, result; a finished run always posts something."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence

from countersign.approvals.json import Json
from countersign.flow.graph_state import AgentMessage, GraphState, OutputFile
from countersign.flow.messages.outgoing import FILE_LIMIT, Outgoing, OutgoingKind, message_key, outgoing
from countersign.flow.thread import ThreadRef
from countersign.flow.work import Work

_MAX_FILES = 20  # of one message


def run_output(work: Work, state: GraphState, before: GraphState | None = None) -> list[Outgoing]:
    """The rows to post of what is new in the state.

    `before` is the state that a run began with which has come to its end: then something is said in any case.
    """
    ref = work.thread.ref
    said = _new_messages(work, state)
    if before is None:
        return [*_words(ref, said), *_result(work, state)]
    return [*_ending(ref, said, state, before), *_result(work, state)]


def early_key(message: AgentMessage) -> str:
    """What recognises a subgraph's message once the outermost graph has taken it over."""
    return message.key if message.has_id else f"text:{hashlib.sha256(message.text.encode()).hexdigest()[:16]}"


def has_result(state: GraphState) -> bool:
    """Whether a graph without messages has come to its end."""
    at_end = not state.unfinished and state.checkpoint_id is not None
    return not state.chats and state.output is not None and at_end


def _new_messages(work: Work, state: GraphState) -> list[AgentMessage]:
    """The messages after the last one that was posted, and those of subgraphs that wait; none twice."""
    keys = [message.key for message in state.messages]
    last = work.thread.last_posted_key
    start = keys.index(last) + 1 if last in keys else 0
    early = Counter(work.thread.early_keys)
    return [*_unless_early(state.messages[start:], early), *_unless_early(state.nested, early)]


def _unless_early(messages: Iterable[AgentMessage], early: Counter[str]) -> list[AgentMessage]:
    """The messages that were not posted early. A message without an id is recognised once for each post."""
    found = []
    for message in messages:
        by_text = early_key(AgentMessage(key="", text=message.text, has_id=False))
        if message.key in early:
            continue
        if early[by_text] > 0:
            early[by_text] -= 1
            continue
        found.append(message)
    return found


def _words(ref: ThreadRef, messages: Iterable[AgentMessage]) -> list[Outgoing]:
    rows = []
    for message in messages:
        key = message_key(ref, message.key)
        if message.text:
            rows.append(outgoing(ref, key, OutgoingKind.AGENT_MESSAGE, {"text": message.text}))
        rows += _files(ref, key, message.files)
    return rows


def _files(ref: ThreadRef, key: str, files: Sequence[OutputFile]) -> list[Outgoing]:
    return [
        outgoing(ref, f"image:{key}:{n}", OutgoingKind.FILE, _file_body(file))
        for n, file in enumerate(files[:_MAX_FILES], 1)
    ]


def _file_body(file: OutputFile) -> dict[str, Json]:
    size = len(file.data) * 3 // 4
    about: dict[str, Json] = {"mime": file.mime}
    if file.name:
        about["name"] = file.name
    return about | ({"data": file.data} if size <= FILE_LIMIT else {"size": size})


def _result(work: Work, state: GraphState) -> list[Outgoing]:
    if not has_result(state) or state.checkpoint_id == work.thread.last_posted_key:
        return []
    return _values(work.thread.ref, state, state.output, state.files)


def _values(
    ref: ThreadRef, state: GraphState, values: Json, files: Sequence[OutputFile] = ()
) -> list[Outgoing]:
    key = f"result:{ref.id}:{state.checkpoint_id}"
    row = outgoing(ref, key, OutgoingKind.RESULT, {"values": values})
    return [row, *_files(ref, key, files)]


def _ending(
    ref: ThreadRef, said: list[AgentMessage], state: GraphState, before: GraphState
) -> list[Outgoing]:
    """The last words of a run: a structured response by field, else its words, else what came out."""
    if state.structured is not None and (not said or state.structured != before.structured):
        others = [message for message in said if not _is_json(message.text, state.structured)]
        return [*_words(ref, others), *_values(ref, state, state.structured)]
    if has_result(state):
        return _words(ref, said)
    if said:  # a tool whose result is the answer ends the run behind the words that called it
        return [*_words(ref, said), *(_done(ref, state) if state.tool_results else [])]
    filled = (
        {name: value for name, value in state.output.items() if value not in (None, "", [], {})}
        if isinstance(state.output, dict)
        else {}
    )
    return _values(ref, state, filled, state.files) if filled else _done(ref, state)


def _done(ref: ThreadRef, state: GraphState) -> list[Outgoing]:
    values: Json = [{each.tool: each.text} for each in state.tool_results]
    return [outgoing(ref, f"done:{ref.id}:{state.checkpoint_id}", OutgoingKind.DONE, {"tools": values})]


def _is_json(text: str, value: Json) -> bool:
    """Whether a message is this value, which its provider had the model write as JSON."""
    try:
        return bool(json.loads(text) == value)
    except ValueError:
        return False
