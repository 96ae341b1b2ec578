"""What an AI message says to people: its text, a refusal, its images."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from countersign.approvals.json import Json
from countersign.flow.graph_state import Image

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
    elsewhere = (f"Image: {image.url}" for image in images_of(message) if image.url)
    parts = [*_text_parts(message.content), *_refusals(message), *elsewhere]
    return "\n\n".join(part.strip() for part in parts if part.strip())


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


def images_of(message: AIMessage) -> tuple[Image, ...]:
    """The images among the message's content blocks, in order."""
    blocks = message.content if isinstance(message.content, list) else []
    return tuple(image for block in blocks if isinstance(block, Mapping) and (image := image_from(block)))


def without_images(value: Json) -> tuple[Json, tuple[Image, ...]]:
    """The value with a word in the place of each image, and the images in order."""
    found: list[Image] = []

    def walk(each: Json) -> Json:
        image = None
        if isinstance(each, str) and each.startswith("data:image/"):
            image = image_at(each)
        elif isinstance(each, dict):
            image = image_from(each)
        if image is not None and image.data:
            found.append(image)
            return f"(image {len(found)})"
        if isinstance(each, dict):
            return {key: walk(item) for key, item in each.items()}
        return [walk(item) for item in each] if isinstance(each, list) else each

    return walk(value), tuple(found)


def image_from(block: Mapping[str, Any]) -> Image | None:
    """The image of a content block, in any of the forms that LangChain's providers use; None for others."""
    match dict(block):
        case {"type": "image_url" | "input_image" | "output_image", "image_url": str(url)}:
            return image_at(url)
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            return image_at(url)
        case {"type": "image", "source": {"type": "base64", "data": str(data), "media_type": str(mime)}}:
            return Image(mime=mime, data=data)
        case {"type": "image", "source": {"type": "url", "url": str(url)}}:
            return image_at(url)
        case {"type": "image", "source_type": "base64", "data": str(data)}:
            return Image(mime=str(block.get("mime_type") or ""), data=data)
        case {"type": "image", "base64": str(data)}:
            return Image(mime=str(block.get("mime_type") or ""), data=data)
        case {"type": "image", "url": str(url)}:
            return image_at(url)
        case {"type": "image_generation_call", "result": str(data)}:
            return Image(mime=f"image/{block.get('output_format') or 'png'}", data=data)
        case {"inline_data": {"mime_type": str(mime), "data": str(data)}} if mime.startswith("image/"):
            return Image(mime=mime, data=data)
    return None


def image_at(url: str) -> Image | None:
    """The image of a `data:` URL, or the address of one that is elsewhere: nobody fetches it."""
    if not url.startswith("data:"):
        return Image(url=url) if url.startswith(("https://", "http://")) else None
    head, _, data = url.removeprefix("data:").partition(",")
    mime, *parameters = head.split(";")
    return Image(mime=mime, data=data) if mime.startswith("image/") and "base64" in parameters else None
