"""Slack's container block: a frame around what is asked, and a fold for what was asked once it is decided.

Not every workspace takes containers: the same blocks without one are the message's fallback.
https://docs.slack.dev/reference/block-kit/blocks/container-block
"""

from collections.abc import Sequence
from dataclasses import replace

from countersign.slack.block_kit.builders import Block, RenderedMessage, plain

_CHILDREN = frozenset({"section", "context", "table", "divider"})
_MAX_CHILDREN = 10


def with_frame(card: RenderedMessage) -> RenderedMessage:
    """The card with all above its buttons in a container, if a container takes that."""
    blocks = card.blocks
    end = next((at for at, block in enumerate(blocks) if block["type"] == "actions"), len(blocks))
    content = blocks[1:end]
    if not content or blocks[0]["type"] != "header" or not _fits(content):
        return card
    return replace(card, blocks=[_container(blocks[0]["text"], content), *blocks[end:]], fallback=blocks)


def with_fold(text: str, record: Sequence[Block], title: str, folded: Sequence[Block]) -> RenderedMessage:
    """The record, and below it a container that is closed until somebody opens it."""
    whole = [*record, *folded]
    if not folded or not _fits(folded):
        return RenderedMessage(text=text, blocks=whole)
    fold = _container(plain(title), folded) | {"is_collapsible": True, "default_collapsed": True}
    return RenderedMessage(text=text, blocks=[*record, fold], fallback=whole)


def _fits(content: Sequence[Block]) -> bool:
    return len(content) <= _MAX_CHILDREN and all(block["type"] in _CHILDREN for block in content)


def _container(title: Block, content: Sequence[Block]) -> Block:
    return {"type": "container", "title": title, "width": "full", "child_blocks": list(content)}
