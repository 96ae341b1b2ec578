"""Escapes text of models and people for Slack's markup. No other module does.

Slack reads `&`, `<` and `>` as control characters in every text it is sent
(https://docs.slack.dev/messaging/formatting-message-text#escaping): a raw `<!channel>` calls everybody.
"""

import re

from countersign.interrupts import spoofs_decision

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile("[&<>]")
_BACKTICKS = re.compile("`{3,}")
_FENCE_LIKE = re.compile("`{3}|~{3}")
_FENCE = re.compile(r"(?P<marker>`{3,}|~{3,})[\w+#.-]* *")
_QUOTABLE = " \t#>"  # what the `>` of a quotation replaces at the start of a line
_PLAIN_LABEL = re.compile(r"[\w .,/()\[\]›-]+")
_ZERO_WIDTH_SPACE = "\u200b"  # never part of what people wrote: `escape_invisible` spells it out there


def escape(text: str) -> str:
    """The text, so that Slack shows it literally."""
    return _CONTROL.sub(lambda match: _ESCAPES[match.group()], text)


def escaped_length(text: str) -> int:
    """The length after escaping, which is what Slack's limits count."""
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def truncate_escaped(text: str, limit: int) -> str:
    """The text escaped and truncated to `limit` characters, with an ellipsis at the cut."""
    if escaped_length(text) <= limit:
        return escape(text)
    prefix = text[: limit - 1]
    while escaped_length(prefix) > limit - 1:
        prefix = prefix[: max(len(prefix) - max((escaped_length(prefix) - limit) // 4, 1), 0)]
    return escape(prefix) + "…"


def code(text: str) -> str:
    """The text as inline code, or as a code block if it has backticks or line breaks: no markup applies."""
    spans = "`" not in text and "\n" not in text and text.strip() == text != ""
    return f"`{escape(text)}`" if spans else code_block(text)


def code_block(text: str) -> str:
    """The text in a code block. Zero-width spaces split runs of backticks, which would end the block."""
    return f"```\n{escape(_BACKTICKS.sub(lambda run: _ZERO_WIDTH_SPACE.join(run.group()), text))}\n```"


def bold(label: str) -> str:
    """The label in bold, or as inline code if it has characters that end bold text."""
    return f"*{label}*" if _PLAIN_LABEL.fullmatch(label) and label.strip() == label else code(label)


def escape_markdown(text: str) -> str:
    """Markdown of a model: its formatting stays, and mentions and Slack's own links are escaped.

    A `>` at the start of a line stays: it is a quotation, and harmless without a `<` before it.
    """
    return "\n".join(_escape_line(line) for line in text.split("\n"))


def quote_spoofed_decisions(text: str) -> str:
    """A model's Markdown, with lines that pose as a decision of the bot turned into quotations."""
    lines = text.split("\n")
    code_lines = _certain_code(lines)
    return "\n".join(
        f"> {line.lstrip(_QUOTABLE)}" if at not in code_lines and spoofs_decision(line) else line
        for at, line in enumerate(lines)
    )


def _certain_code(lines: list[str]) -> frozenset[int]:
    """The lines inside fenced code that every Markdown renderer treats as code.

    Both fences begin their lines and are closed by the same marker. Behind any other fence-like line nothing
    is certain: inline code, a list, a quotation or another marker can make it end elsewhere.
    """
    found: set[int] = set()
    opening: tuple[int, str] | None = None
    for at, line in enumerate(lines):
        if _FENCE_LIKE.search(line) is None:
            continue
        fence = _FENCE.fullmatch(line)
        if opening is None and fence is not None:
            opening = at, fence["marker"]
        elif opening is not None and line.rstrip(" ") == opening[1]:
            found.update(range(opening[0] + 1, at))
            opening = None
        else:
            break
    return frozenset(found)


def _escape_line(line: str) -> str:
    rest = line.lstrip("> ")
    marks = line[: len(line) - len(rest)]
    return marks + escape(rest)
