"""Starts a thread: chooses its graph, and asks with a form where the graph needs one."""

from dataclasses import replace

from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.error_report import new_error_id
from countersign.flow.graph_name import split_name
from countersign.flow.graph_state import GraphInfo
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, failure, note, outgoing
from countersign.flow.ports import Graphs
from countersign.flow.thread import ThreadRecord
from countersign.flow.work import StepResult, Work
from countersign.i18n import lazy_text


def choose_graph(thread: ThreadRecord, first: Inbound, graphs: Graphs) -> ThreadRecord:
    """Bind the thread to the graph that its first message names, else to the default graph.

    A word before a colon that names no graph (`Note: ...`) is a part of the message.
    """
    name, _ = split_name(first.text, graphs.infos)
    return replace(thread, graph=name if name in graphs.infos else graphs.default)


def graph_missing(work: Work, graphs: Graphs) -> StepResult:
    """The thread's graph is no longer in the configuration: its messages and decisions cannot be handled.

    A decision is kept: with the graph back in its place, it can be tried again.
    """
    known = ", ".join(f"`{known}`" for known in graphs.infos)
    text = lazy_text(
        "This thread belongs to the agent `{name}`, which is no longer available. "
        "Start a new thread with one of: {known}.",
        name=work.thread.graph,
        known=known,
    )
    error_id = f"no-graph-{new_error_id()}"
    decided = any(review.approval.status is Status.DECIDED for review in work.open)
    ref = work.thread.ref
    return StepResult(
        thread=replace(work.thread, halted=error_id),
        done=tuple(row.key for row in work.inbound),
        post=(failure(ref, error_id, text) if decided else note(ref, error_id, text),),
    )


def start_form(thread: ThreadRecord, info: GraphInfo, first: Inbound) -> Outgoing:
    """The message whose button opens the form that starts this graph, prefilled with what was written."""
    body: Json = {"graph": info.name, "text": first.text}
    return outgoing(thread.ref, f"start:{first.key}", OutgoingKind.START_FORM, body)
