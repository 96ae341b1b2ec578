"""The confirmation before a conversation is reset, visible only to the person who asked for it."""

from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import RenderedMessage, actions, button, section

RESET = "conversation:reset"
KEEP = "conversation:keep"
_QUESTION = N_(
    "Start over? I forget this conversation, withdraw what waits for a decision here, and end the grants of "
    "this thread. What was decided stays on record."
)


def reset_question(thread: ThreadRef) -> RenderedMessage:
    text = _(_QUESTION)
    buttons = [
        button(RESET, _("Start over"), thread.id, "danger"),
        button(KEEP, _("Cancel"), thread.id),
    ]
    return RenderedMessage(text=text, blocks=[section(text), actions("conversation", buttons)])
