"""Messages and forms as text for a terminal: pure functions from Slack's blocks to lines."""

import textwrap
from collections.abc import Iterator

from slack_local.block_kit.input_state import STATE_KEYS
from slack_local.model.records import Ephemeral, JsonObject, Message, View
from slack_local.transcript.mrkdwn import Names, plain_text, readable, rich_text_lines

WIDTH = 88


def message_lines(message: Message, names: Names, width: int = WIDTH) -> list[str]:
    """A message below its author's name; one with blocks is framed."""
    author = message.username or names.user(message.user)
    if not message.by_bot or not message.blocks:
        return _paragraph(f"{author}: ", readable(message.text, names) + _files(message), width)
    lines = blocks_lines(message.blocks, names) + _files(message).split("\n")[1:]
    if len(message.blocks) == 1 and message.blocks[0]["type"] in ("section", "markdown", "rich_text"):
        return _paragraph(f"{author}: ", "\n".join(lines), width)
    return [f"{author}:", *_frame(_fitted(lines, width - 2))]


def ephemeral_lines(ephemeral: Ephemeral, names: Names, to: str, width: int = WIDTH) -> list[str]:
    """A message that only one person sees, marked as such."""
    lines = (
        blocks_lines(ephemeral.blocks, names)
        if ephemeral.blocks
        else readable(ephemeral.text, names).split("\n")
    )
    return [f"(only visible to {to})", *(f"  {line}" for line in _fitted(lines, width - 2))]


def view_lines(view: View, names: Names, width: int = WIDTH) -> list[str]:
    """A form or Home as it is on the screen: its text, its inputs with their values, its errors."""
    title = plain_text(view.definition.get("title")) or "Home"
    inside: list[str] = []
    for block in view.definition["blocks"]:
        lines = _input(block, view) if block["type"] == "input" else list(_block(block, names))
        if error := view.errors.get(block["block_id"]):
            lines.append(f"! {error}")
        inside += ["", *lines] if block["type"] == "input" else lines
    return _frame(_fitted(inside, width - 2), title)


def blocks_lines(blocks: list[JsonObject], names: Names) -> list[str]:
    """Every block, one after the other, with an empty line between what does not belong together."""
    lines: list[str] = []
    for block in blocks:
        rendered = list(_block(block, names))
        if lines and rendered and block["type"] in ("actions", "table", "input", "card"):
            lines.append("")
        lines += rendered
    return lines


def _block(block: JsonObject, names: Names) -> Iterator[str]:
    match block["type"]:
        case "section":
            yield from _section(block, names)
        case "actions" | "context_actions":
            yield "  ".join(element_text(element) for element in block["elements"])
        case "card":
            for part in ("title", "subtitle", "body"):
                if part in block:
                    yield from _text(block[part], names).split("\n")
            yield "  ".join(element_text(element) for element in block.get("actions", ()))
        case "container":
            yield plain_text(block.get("title")) or "\n".join(_unknown_block(block["rich_text_title"], names))
            if "subtitle" in block:
                yield _text(block["subtitle"], names)
            yield from (f"  {line}" for line in blocks_lines(block["child_blocks"], names))
        case _:
            yield from _words(block, names)


def _words(block: JsonObject, names: Names) -> Iterator[str]:
    """A block in which there is nothing to press or fill in."""
    match block["type"]:
        case "header":
            text = plain_text(block["text"])
            yield from (text, "─" * min(len(text), WIDTH - 2))
        case "context":
            yield " ".join(_inline(element, names) for element in block["elements"])
        case "divider":
            yield "─" * 20
        case "rich_text":
            yield from rich_text_lines(block, names)
        case "markdown":
            yield from block["text"].split("\n")
        case "table" | "data_table":
            yield from _table(block, names)
        case "image" | "video":
            yield f"[{block['type']}: {block['alt_text']}]"
        case _:
            yield from _unknown_block(block, names)


def _section(block: JsonObject, names: Names) -> Iterator[str]:
    if "text" in block:
        yield from _text(block["text"], names).split("\n")
    fields = [_text(field, names).split("\n") for field in block.get("fields", ())]
    labels = max((len(field[0]) for field in fields if len(field) == 2), default=0)
    for field in fields:
        if len(field) == 2:
            yield f"{field[0]:<{labels}}  {field[1]}"
        else:
            yield from field
    if "accessory" in block:
        yield element_text(block["accessory"])


def _input(block: JsonObject, view: View) -> list[str]:
    optional = " (optional)" if block.get("optional") else ""
    lines = [f"{plain_text(block['label'])}{optional}"]
    lines += [f"  {line}" for line in input_value_text(block, view).split("\n")]
    if "hint" in block:
        lines.append(f"  ({plain_text(block['hint'])})")
    return lines


def input_value_text(block: JsonObject, view: View, empty: str = "____") -> str:
    """What an input holds now, as a person reads it."""
    element = block["element"]
    state = view.values.get(block["block_id"], {}).get(element["action_id"], {})
    value = state.get(STATE_KEYS.get(element["type"], ""))
    words = [
        _value_text(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")
    ]
    choices = option_labels(element)
    return ", ".join(words) or (f"{empty}  ({' / '.join(choices)})" if choices and empty else empty)


def _value_text(value: object) -> str:
    return plain_text(value["text"]) if isinstance(value, dict) and "text" in value else str(value)


def element_text(element: JsonObject) -> str:
    """One interactive element on a line: `[Approve]`, `Pick one: a / b`, or what it is."""
    kind = element["type"]
    if kind == "image":
        return f"[image: {element['alt_text']}]"
    if kind in ("button", "workflow_button"):
        return f"[{plain_text(element['text'])}]"
    placeholder = plain_text(element.get("placeholder"))
    if choices := option_labels(element):
        return f"{placeholder or 'choose'}: {' / '.join(choices)}"
    return placeholder or kind.replace("_", " ")


def option_labels(element: JsonObject) -> list[str]:
    """The labels of what can be chosen there."""
    options = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options += group["options"]
    return [plain_text(option["text"]) for option in options]


def _text(text: JsonObject, names: Names) -> str:
    return plain_text(text) if text["type"] == "plain_text" else readable(text["text"], names)


def _inline(element: JsonObject, names: Names) -> str:
    return f"[{element['alt_text']}]" if element["type"] == "image" else _text(element, names)


def _table(block: JsonObject, names: Names) -> Iterator[str]:
    rows = [[" ".join(_cell(cell, names)) for cell in row] for row in block.get("rows", ())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=False)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()


def _cell(cell: JsonObject, names: Names) -> list[str]:
    return rich_text_lines(cell, names) if cell.get("type") == "rich_text" else [str(cell.get("text", ""))]


def _unknown_block(block: JsonObject, names: Names) -> Iterator[str]:
    """A block of a type without a rendering of its own: all of its text."""
    for value in block.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                if isinstance(inner.get("text"), str):
                    yield from readable(inner["text"], names).split("\n")
                else:
                    yield from _unknown_block(inner, names)
    if isinstance(block.get("title"), str):
        yield block["title"]


def _files(message: Message) -> str:
    return "".join(f"\n[file: {file.get('name', file.get('id'))}]" for file in message.files)


def _paragraph(start: str, text: str, width: int) -> list[str]:
    first, *more = text.split("\n")
    lines = _wrapped(start + first, width)
    for line in more:
        lines += _wrapped("  " + line, width)
    return lines


def _fitted(lines: list[str], width: int) -> list[str]:
    return [piece for line in lines for piece in _wrapped(line, width)]


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    pieces = textwrap.wrap(
        line, width, subsequent_indent=indent, replace_whitespace=False, drop_whitespace=True,
        break_on_hyphens=False,
    )  # fmt: skip
    return pieces if len(line) > width else [line]


def _frame(lines: list[str], title: str = "") -> list[str]:
    return [f"╭─ {title}".rstrip() if title else "╭─", *(f"│ {line}".rstrip() for line in lines), "╰─"]
