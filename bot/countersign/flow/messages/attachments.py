"""Files that come with a message. The bot reads none, and tells the graph and the thread what it left out."""

from countersign.approvals.json import Json
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, note

_MAX_NAMED = 20
_MAX_NAME_LENGTH = 100  # characters


def attachments_body(names: list[str]) -> Json:
    """What an inbound message keeps of its files; None without any."""
    return (
        {"files": [" ".join(name.split())[:_MAX_NAME_LENGTH] or "unnamed" for name in names]}
        if names
        else None
    )


def attached_files(inbound: Inbound) -> tuple[str, ...]:
    files = inbound.body.get("files") if isinstance(inbound.body, dict) else None
    return tuple(map(str, files)) if isinstance(files, list) else ()


def text_for_graph(inbound: Inbound) -> str:
    """The message's text, and below it a line for each file: `[File not read: report.pdf]`."""
    lines = [f"[File not read: {name}]" for name in attached_files(inbound)]
    return "\n".join(filter(None, (inbound.text, "\n".join(lines)))) if lines else inbound.text


def attachments_note(inbound: Inbound) -> Outgoing | None:
    """The note about the files of a message, if it has any."""
    names = attached_files(inbound)
    if not names:
        return None
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    text = f"I can't read files, so I left out {', '.join(names[:_MAX_NAMED])}{more}. Paste its text instead."
    return note(inbound.thread, f"files:{inbound.key}", text)
