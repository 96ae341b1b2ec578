"""How a thread begins: which graph runs in it, and what a graph without messages asks first."""

import secrets
from dataclasses import replace

from countersign.approvals.lifecycle import Status
from countersign.flow.graph_name import split_name
from countersign.flow.graph_state import GraphInfo
from countersign.flow.inbound import Inbound
from countersign.flow.outgoing import Outgoing, OutgoingKind, failure, note, outgoing
from countersign.flow.ports import Graphs
from countersign.flow.thread import ThreadRecord
from countersign.flow.work import StepResult, Work


def choose_graph(thread: ThreadRecord, first: Inbound, graphs: Graphs) -> StepResult:
    """Bind the thread to the graph that its first message names, or say which there are."""
    name, _ = split_name(first.text)
    if name is None or name in graphs.infos:
        return StepResult(thread=replace(thread, graph=name or graphs.default))
    known = ", ".join(f"`{known}`" for known in graphs.infos)
    text = (
        f"There is no graph called `{name}`, so nothing was started. There are: {known}.\n"
        f"Write again with one of these names before the colon, or without a name for `{graphs.default}`."
    )
    return StepResult(thread=thread, done=(first.key,), post=(note(thread.ref, first.key, text),))


def graph_missing(work: Work, graphs: Graphs) -> StepResult:
    """The thread's graph is no longer in the configuration: its messages and decisions cannot be handled.

    A decision is kept: with the graph back in its place, it can be tried again.
    """
    known = ", ".join(f"`{known}`" for known in graphs.infos)
    text = (
        f"This thread belongs to the graph `{work.thread.graph}`, which is not configured any more. "
        f"Start a new thread with one of: {known}."
    )
    error_id = f"no-graph-{secrets.token_hex(4)}"
    decided = any(review.approval.status is Status.DECIDED for review in work.open)
    ref = work.thread.ref
    return StepResult(
        thread=replace(work.thread, halted=error_id),
        done=tuple(row.key for row in work.inbound),
        post=(failure(ref, error_id, text) if decided else note(ref, error_id, text),),
    )


def start_form(thread: ThreadRecord, info: GraphInfo, first: Inbound) -> Outgoing:
    """The message whose button opens the form that starts this graph."""
    return outgoing(thread.ref, f"start:{first.key}", OutgoingKind.START_FORM, {"graph": info.name})
