"""Puts names into a rendered message, within Slack's limits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from countersign.slack.block_kit.builders import (
    FIELD_LIMIT,
    HEADER_LIMIT,
    SECTION_LIMIT,
    Block,
    RenderedMessage,
)
from countersign.slack.text.names import Names, ids_in, with_names

_LIMITS = {"section": SECTION_LIMIT, "header": HEADER_LIMIT, "context": FIELD_LIMIT, "markdown": 12_000}
_GROWTH = 900  # characters that the names of one message may add


async def name_people(rendered: RenderedMessage, names: Names, *, exact: bool) -> RenderedMessage:
    """The message with names for `<@U0...>` and its like. `exact` keeps the markup beside each."""
    texts = [rendered.text, *(text for block in rendered.blocks for text in _texts(block))]
    if not any("&lt;" in text or " (" in text for text in texts):
        return rendered
    known = await names.of(sorted(set().union(*map(ids_in, texts))))
    left = _GROWTH

    def named(text: str, limit: int) -> str:
        nonlocal left
        after = with_names(text, known, exact=exact)
        if len(after) > limit or len(after) - len(text) > left:
            return text
        left -= max(len(after) - len(text), 0)
        return after

    return replace(
        rendered,
        text=named(rendered.text, SECTION_LIMIT),
        blocks=[_block(block, named) for block in rendered.blocks],
    )


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block.get("text"), str):
        yield block["text"]
    for child in block.get("child_blocks", ()):
        yield from _texts(child)
    for each in (block.get("text"), *block.get("fields", ()), *block.get("elements", ())):
        if isinstance(each, dict) and isinstance(each.get("text"), str):
            yield each["text"]


def _block(block: Block, named: Callable[[str, int], str]) -> Block:
    if block.get("type") == "container":
        return block | {"child_blocks": [_block(child, named) for child in block["child_blocks"]]}
    limit = _LIMITS.get(str(block.get("type")))
    if limit is None:
        return block

    def of(each: Any, most: int) -> Any:
        if isinstance(each, str):
            return named(each, most)
        is_text = isinstance(each, dict) and isinstance(each.get("text"), str)
        return each | {"text": named(each["text"], most)} if is_text else each

    changed = dict(block)
    if "text" in block:
        changed["text"] = of(block["text"], limit)
    for key in ("fields", "elements"):
        if key in block:
            changed[key] = [of(each, FIELD_LIMIT) for each in block[key]]
    return changed
