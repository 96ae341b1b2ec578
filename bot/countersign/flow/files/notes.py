"""Reports files that were not read: one line each to the graph, and the reasons to people."""

from collections.abc import Sequence

from countersign.flow.files.reader import SkippedFile
from countersign.flow.files.shared_file import short_name
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.i18n import _, for_everyone, lazy_text, ngettext

_MAX_NAMED = 20

NOT_PART_OF_AN_ANSWER = lazy_text("An answer can only be text. Paste the file's text instead.")
NOT_PART_OF_A_FORM = lazy_text("This agent begins with a form, which takes no files.")


def text_with_left_out(text: str, left_out: Sequence[SkippedFile]) -> str:
    """The message's text, and below it a line for each file: `[File not read: report.pdf]`."""
    lines = [f"[File not read: {short_name(file.name)}]" for file in left_out]
    return "\n".join(filter(None, (text, *lines)))


@for_everyone
def files_note(inbound: Inbound, left_out: Sequence[SkippedFile]) -> Outgoing | None:
    """The note about those files of a message that the graph did not get; None if it got all."""
    if not left_out:
        return None
    lines = [_("I couldn't pass on everything that you sent:")]
    lines += [f"• {short_name(file.name)}: {file.reason}" for file in left_out[:_MAX_NAMED]]
    more = max(0, len(left_out) - _MAX_NAMED)
    if more:
        lines.append(ngettext("• and {count} more file", "• and {count} more files", more).format(count=more))
    return note(inbound.thread, f"files:{inbound.key}", "\n".join(lines))
