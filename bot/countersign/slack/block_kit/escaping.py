"""The one place where text that a model or a person wrote is made harmless for Slack's markup.

Slack reads `&`, `<` and `>` as control characters in every text it is sent
(https://docs.slack.dev/messaging/formatting-message-text#escaping): a raw `<!channel>` calls everybody.
"""

import re

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile("[&<>]")
_BACKTICKS = re.compile("`{3,}")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>")
_PLAIN_LABEL = re.compile(r"[\w .,/()\[\]›-]+")
_ZERO_WIDTH_SPACE = "\u200b"  # never part of what people wrote: `escape_invisible` spells it out there


def escape(text: str) -> str:
    """The text as Slack shows it literally."""
    return _CONTROL.sub(lambda match: _ESCAPES[match.group()], text)


def escaped_length(text: str) -> int:
    """How long the text is once it is escaped: what Slack's limits count."""
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def truncate_escaped(text: str, limit: int) -> str:
    """Escaped, within `limit` characters; what was cut off shows as an ellipsis."""
    if escaped_length(text) <= limit:
        return escape(text)
    prefix = text[: limit - 1]
    while escaped_length(prefix) > limit - 1:
        prefix = prefix[: max(len(prefix) - max((escaped_length(prefix) - limit) // 4, 1), 0)]
    return escape(prefix) + "…"


def code(text: str) -> str:
    """The text in a code span, or in a code_block where a span cannot hold it: no markup in it counts."""
    spans = "`" not in text and "\n" not in text and text.strip() == text != ""
    return f"`{escape(text)}`" if spans else code_block(text)


def code_block(text: str) -> str:
    """The text in a code block. A run of backticks in it is broken up, so that it cannot end the block."""
    return f"```\n{escape(_BACKTICKS.sub(lambda run: _ZERO_WIDTH_SPACE.join(run.group()), text))}\n```"


def bold(label: str) -> str:
    """A label in bold, or in a code span if it has characters that bold would stumble over."""
    return f"*{label}*" if _PLAIN_LABEL.fullmatch(label) and label.strip() == label else code(label)


def escape_markdown(text: str) -> str:
    """Markdown of a model's: its formatting stays, and nothing in it can notify or disguise.

    A `>` that opens a line stays as it is: it is a quotation, and harmless without a `<` before it.
    """
    return "\n".join(_escape_line(line) for line in text.split("\n"))


def _escape_line(line: str) -> str:
    rest = line.lstrip("> ")
    marks = line[: len(line) - len(rest)]
    return marks + escape(rest)


def unescape(text: str) -> str:
    """What a person typed, from the text of their message: links unwrapped, escaping undone."""
    return _LINK.sub(_link, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _link(match: re.Match[str]) -> str:
    target, label = match.group(1), match.group(2)
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", target)
    if label is None:
        return target
    return label if label.rstrip("/") in {target.rstrip("/"), bare.rstrip("/")} else f"{label} ({target})"
