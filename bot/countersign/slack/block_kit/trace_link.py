"""The link from a card's *Details* to the trace of the run that asked, by the template TRACE_URL."""

import string
from urllib.parse import quote

_FIELDS = {"trace_id", "thread_id", "approval_id"}


def trace_link(template: str, trace_id: str | None, thread_id: str, approval_id: str) -> str | None:
    """The URL; None if it needs a trace id and there is none.

    Raises ValueError for a template without a placeholder, with an unknown one, or that Slack's links cannot
    hold.
    """
    if any(character in template for character in "<>|\"' \n"):
        raise ValueError("has a character that no URL has")
    fields = [field for _, field, _, _ in string.Formatter().parse(template) if field is not None]
    if not fields or not _FIELDS.issuperset(fields):
        raise ValueError("needs {trace_id}, {thread_id} or {approval_id}, and no other placeholder")
    if trace_id is None and "trace_id" in fields:
        return None
    ids = {"trace_id": trace_id or "", "thread_id": thread_id, "approval_id": approval_id}
    return template.format(**{name: quote(value, safe="") for name, value in ids.items()})
