"""The content of an AI message for people: its text or refusal, without hand-overs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from countersign.flow.graph_state import OutputFile
from countersign.runs.state.output_files import files_of

# The tools of langgraph-supervisor and langgraph-swarm that hand over to another agent, and their words.
_HANDOVER_TOOL = re.compile(r"transfer(?:_back)?_to_\w+|handoff_to_\w+")
_HANDOVER_WORDS = re.compile(
    r"(?:Successfully transferred|Transferring)(?: back)? to [^\s.]+(?: [^\s.]+){0,3}\.?", re.IGNORECASE
)
_HANDOVER_MARK = "__is_handoff_back"


def text_of(message: AIMessage) -> str:
    """The message's text blocks, a blank line between them; a refusal says that it is one."""
    if is_handover(message):
        return ""
    elsewhere = (f"{_kind(file)}: {file.url}" for file in files_of(message) if file.url)
    parts = [*_text_parts(message.content), *_refusals(message), *elsewhere]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _kind(file: OutputFile) -> str:
    return "Image" if file.is_image else "File"


def is_handover(message: BaseMessage) -> bool:
    """Whether the message only passes the conversation on to another agent."""
    if isinstance(message, ToolMessage):
        named = _HANDOVER_TOOL.fullmatch(message.name or "") is not None
        return named or _HANDOVER_WORDS.fullmatch(str(message.text).strip()) is not None
    if not isinstance(message, AIMessage):
        return False
    if message.response_metadata.get(_HANDOVER_MARK):
        return True
    calls = [call["name"] for call in message.tool_calls]
    handing = bool(calls) and all(_HANDOVER_TOOL.fullmatch(name) for name in calls)
    return handing and _HANDOVER_WORDS.fullmatch(str(message.text).strip()) is not None


def _text_parts(content: Any) -> Iterator[str]:
    """Text blocks, but those that a citation cuts out of one sentence are put together again."""
    if isinstance(content, str):
        yield content
        return
    sentence, cited = "", False
    for block in content if isinstance(content, list) else ():
        text = _block_text(block)
        if text is None:
            continue
        cites = isinstance(block, Mapping) and bool(block.get("citations"))
        if sentence and not (cites or cited):
            yield sentence
            sentence = ""
        sentence, cited = sentence + text, cites
    if sentence:
        yield sentence


def _block_text(block: Any) -> str | None:
    if isinstance(block, str):
        return block
    if isinstance(block, Mapping) and block.get("type") in {"text", "output_text"}:
        return str(block.get("text") or "")
    return None


def _refusals(message: AIMessage) -> Iterator[str]:
    blocks = message.content if isinstance(message.content, list) else []
    found = [b.get("refusal") for b in blocks if isinstance(b, Mapping) and b.get("type") == "refusal"]
    found.append(message.additional_kwargs.get("refusal"))
    for words in dict.fromkeys(str(each) for each in found if each):
        yield f"**The model refused:** {words}"
