"""A request's description on a card: rendered as Markdown if it is Markdown, and never active markup."""

import re

from countersign.interrupts import spoofs_decision
from countersign.slack.block_kit.builders import Block, plain_section
from countersign.slack.block_kit.escaping import escape_markdown, truncate_escaped
from countersign.slack.text.links import reveal_links

_MARKUP = re.compile(
    r"\*\*\S|__\S|~~\S|`[^`\n]+`|\[[^\]\n]+\]\([^)\s]+|^ {0,3}(?:#{1,6} |[-*+] \S|\d{1,9}[.)] \S|>|```|~~~)"
    r"|^\s*\|?[ :]*-{3,}[ :]*\|",
    re.MULTILINE,
)
# Characters that rendering Markdown would hide from the reader.
_SWALLOWED = re.compile(r"^\s*\[[^\]\n]*\]:|!\[|<!--|</?[a-zA-Z]|\\$|\\\W", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\([^)\n]{0,3000}\)")
_MARKS = re.compile(r"[*_~`]")
_STRUCTURE = re.compile(r"\s*(?:[#>|`~]|[-*+] |\d{1,9}[.)] )|\s{4}|\s*$")


def description_block(text: str, limit: int) -> Block:
    """The description within `limit` characters; Markdown that would hide some of itself stays as it is."""
    rendered = escape_markdown(_with_line_breaks(reveal_links(text)))
    if not _is_safe_markdown(text) or len(rendered) > limit:
        return plain_section(truncate_escaped(text, limit))
    return {"type": "markdown", "text": rendered}


def _is_safe_markdown(text: str) -> bool:
    if _MARKUP.search(text) is None or _SWALLOWED.search(text) is not None:
        return False
    seen = _MARKS.sub("", _LINK.sub(r"\1", text))
    return not any(map(spoofs_decision, seen.split("\n")))


def _with_line_breaks(markdown: str) -> str:
    """Two blanks at the end of each line of prose that goes on, which Markdown would put into one line."""
    lines = markdown.split("\n")
    fenced = False
    for at, line in enumerate(lines[:-1]):
        fenced = fenced != line.lstrip().startswith(("```", "~~~"))
        if not fenced and not _STRUCTURE.match(line) and not _STRUCTURE.match(lines[at + 1]):
            lines[at] = line + "  "
    return "\n".join(lines)
