"""The files that a graph gives: in an AI message's content blocks, as a tool's artifact, among its outputs.

In all the forms that LangChain's providers use. Nothing is fetched: of a file elsewhere there is the address.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage

from countersign.approvals.json import Json
from countersign.flow.graph_state import OutputFile

_MEDIA = {"image", "file", "audio", "video", "document"}
_NAMES = ("filename", "file_name", "name", "title")


def files_of(message: AIMessage) -> tuple[OutputFile, ...]:
    """The files among the message's content blocks, in order."""
    return tuple(_files_in(message.content))


def artifact_files(message: ToolMessage) -> tuple[OutputFile, ...]:
    """The content blocks in a tool's artifact, which is one or a list of them.

    What is in the tool's content is for the model: a screenshot that it looks at is not a result.
    """
    artifact = message.artifact
    return tuple(
        file for file in _files_in(artifact if isinstance(artifact, list) else [artifact]) if file.data
    )


def _files_in(blocks: Any) -> Iterator[OutputFile]:
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mapping) and (file := file_from(block)):
            yield file


def without_files(value: Json) -> tuple[Json, tuple[OutputFile, ...]]:
    """The value with a placeholder instead of each image and file; and the files, in order."""
    found: list[OutputFile] = []

    def walk(each: Json) -> Json:
        file = None
        if isinstance(each, str) and each.startswith("data:image/"):
            file = file_at(each)
        elif isinstance(each, dict):
            file = file_from(each)
        if file is not None and file.data:
            found.append(file)
            return f"({'image' if file.is_image else 'file'} {len(found)})"
        if isinstance(each, dict):
            return {key: walk(item) for key, item in each.items()}
        return [walk(item) for item in each] if isinstance(each, list) else each

    return walk(value), tuple(found)


def file_from(block: Mapping[str, Any]) -> OutputFile | None:
    """The file of a content block; None for others."""
    name = _name(block)
    match dict(block):
        case {"type": "image_url" | "input_image" | "output_image", "image_url": str(url)}:
            return file_at(url, name)
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            return file_at(url, name)
        case {"type": "image_generation_call", "result": str(data)}:
            return OutputFile(mime=f"image/{block.get('output_format') or 'png'}", data=data)
        case {"inline_data": {"mime_type": str(mime), "data": str(data)}}:
            return OutputFile(mime=mime, data=data)
        case {"type": "file", "file": {"file_data": str(url)} as file}:
            return file_at(url, name or _name(file))
        case {"type": "text-plain", "text": str(text)} if text:
            data = base64.b64encode(text.encode()).decode()
            return OutputFile(mime="text/plain", data=data, name=name or "text.txt")
        case {"type": str(kind)} if kind in {*_MEDIA, "text-plain"}:
            return _media(kind, block, name)
    return None


def _media(kind: str, block: Mapping[str, Any], name: str) -> OutputFile | None:
    """A block of LangChain's standard, of its earlier one, or of Anthropic's."""
    mime = str(block.get("mime_type") or "") or ("image/" if kind == "image" else "")
    match dict(block):
        case {"source": {"type": "base64", "data": str(data), "media_type": str(mime)}}:
            return OutputFile(mime=mime, data=data, name=name)
        case {"source_type": "base64", "data": str(data)} | {"base64": str(data)}:
            return OutputFile(mime=mime, data=data, name=name)
        case {"source": {"type": "url", "url": str(url)}} | {"url": str(url)}:
            return file_at(url, name, mime)
    return None


def _name(block: Mapping[str, Any]) -> str:
    for place in (block, block.get("extras"), block.get("metadata")):
        found = (
            next((place[key] for key in _NAMES if place.get(key)), "") if isinstance(place, Mapping) else ""
        )
        if found:
            return str(found)
    return ""


def file_at(url: str, name: str = "", mime: str = "image/") -> OutputFile | None:
    """The file of a `data:` URL, or the address of one that is elsewhere."""
    if not url.startswith("data:"):
        elsewhere = url.startswith(("https://", "http://"))
        return OutputFile(url=url, mime=mime, name=name) if elsewhere else None
    head, _, data = url.removeprefix("data:").partition(",")
    mime, *parameters = head.split(";")
    return OutputFile(mime=mime, data=data, name=name) if "base64" in parameters else None
