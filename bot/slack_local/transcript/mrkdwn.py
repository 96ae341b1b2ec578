"""Slack's markup as the text that people read: mentions by name, links, dates, no control characters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from slack_local.model.records import JsonObject
from slack_local.model.state import WorkspaceState

_MARKUP = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\1(?![\w*_~])")
_EMOJI = re.compile(r":([a-z0-9_+-]+):")
_DATE = re.compile(r"\{(\w+)\}")
_PLACEHOLDER = re.compile("\0(\\d+)\0")
_PERMALINK = re.compile(r"https?://[^/]+/archives/")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a terminal would obey them

EMOJI = {
    "white_check_mark": "✅", "no_entry": "⛔", "warning": "⚠", "x": "❌", "+1": "👍", "-1": "👎",
    "pencil2": "✏", "speech_balloon": "💬", "hourglass_flowing_sand": "⏳", "leftwards_arrow_with_hook": "↩",
    "eyes": "👀", "lock": "🔒", "rotating_light": "🚨", "information_source": "ℹ", "bell": "🔔", "memo": "📝",
    "wave": "👋",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What ids are called."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    def user(self, user_id: str) -> str:
        return self.users.get(user_id, user_id)

    def channel(self, channel_id: str) -> str:
        return f"#{self.channels[channel_id]}" if channel_id in self.channels else channel_id


def names_in(state: WorkspaceState) -> Names:
    """The names of a workspace as they are now."""
    return Names(
        users={user.id: user.name for user in state.users.values()},
        channels={channel.id: channel.name for channel in state.channels.values() if not channel.is_direct},
    )


def plain_text(text: JsonObject | None) -> str:
    """A `plain_text` object's text; empty for None."""
    return _replace_control_characters(_unescaped(str(text["text"]))) if text else ""


def readable(text: str, names: Names) -> str:
    """mrkdwn as people read it. Code is left as it is, except for its escapes."""
    pieces = _CODE.split(text)
    return _replace_control_characters(
        "".join(_in_code(p) if i % 2 else _outside_code(p, names) for i, p in enumerate(pieces))
    )


def _in_code(text: str) -> str:
    if text.startswith("```"):
        inner = _unescaped(text[3:-3].strip("\n"))
        return "\n".join(f"    {line}" for line in inner.split("\n"))
    return _unescaped(text)


def _outside_code(text: str, names: Names) -> str:
    references: list[str] = []

    def replace_reference(found: re.Match[str]) -> str:
        references.append(_reference(found[1], names))
        return f"\0{len(references) - 1}\0"

    # Set aside first: an address may have underscores and colons in it that are not markup.
    read = _EMPHASIS.sub(r"\2", _MARKUP.sub(replace_reference, text.replace("\0", "")))
    read = _EMOJI.sub(lambda found: EMOJI.get(found[1], found[0]), read)
    return _unescaped(_PLACEHOLDER.sub(lambda found: references[int(found[1])], read))


def _reference(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return f"@{names.users.get(target[1:], label or target[1:])}"
        case "#":
            return f"#{names.channels.get(target[1:], label or target[1:])}"
        case "!" if target.startswith("!date^"):
            return _moment(target, label)
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
    if not label or label == target.removeprefix("mailto:"):
        return target.removeprefix("mailto:")
    # An address within the workspace is of no use in a terminal, and long.
    return label if _PERMALINK.match(target) else f"{label} ({target})"


def _moment(target: str, fallback: str) -> str:
    """`<!date^1700000000^{date} at {time}>` in this machine's time zone, or the fallback."""
    try:
        _, seconds, pattern, *_ = target.split("^")
        at = datetime.fromtimestamp(int(seconds)).astimezone()
    except (ValueError, OverflowError, OSError):
        return fallback
    return _DATE.sub(lambda found: at.strftime("%H:%M" if "time" in found[1] else "%d %b"), pattern)


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _replace_control_characters(text: str) -> str:
    return _CONTROL.sub("�", text)


def rich_text_lines(block: JsonObject, names: Names) -> list[str]:
    """A `rich_text` block, as Slack's composer makes it and apps send it."""
    return [line for element in block["elements"] for line in _rich_element(element, names)]


def _rich_element(element: JsonObject, names: Names) -> Iterator[str]:
    match element["type"]:
        case "rich_text_list":
            for at, item in enumerate(element["elements"], start=1):
                mark = f"{at}." if element.get("style") == "ordered" else "•"
                yield f"{'  ' * element.get('indent', 0)}{mark} {_rich_inline(item, names)}"
        case "rich_text_preformatted":
            yield from (f"    {line}" for line in _rich_inline(element, names).split("\n"))
        case "rich_text_quote":
            yield from (f"> {line}" for line in _rich_inline(element, names).split("\n"))
        case _:
            yield from _rich_inline(element, names).split("\n")


def _rich_inline(element: JsonObject, names: Names) -> str:
    return _replace_control_characters("".join(_rich_piece(piece, names) for piece in element["elements"]))


def _rich_piece(piece: JsonObject, names: Names) -> str:
    match piece["type"]:
        case "text":
            return str(piece["text"])
        case "user":
            return f"@{names.user(piece['user_id'])}"
        case "channel":
            return names.channel(piece["channel_id"])
        case "link":
            text = piece.get("text")
            return f"{text} ({piece['url']})" if text and text != piece["url"] else str(piece["url"])
        case "emoji":
            return EMOJI.get(piece["name"], f":{piece['name']}:")
        case "broadcast":
            return f"@{piece['range']}"
    return str(piece.get("text") or piece.get("value") or f"[{piece['type']}]")
