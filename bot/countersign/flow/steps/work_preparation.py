"""Prepares a thread's work for the graph: the latest version of its first message, with names for ids."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from countersign.flow.messages.inbound import STARTS_A_RUN, Inbound, InboundKind
from countersign.flow.messages.revisions import latest_version
from countersign.flow.ports import Names
from countersign.flow.work import Work

Revisions: TypeAlias = Callable[[Inbound], Awaitable[tuple[Inbound, ...]]]


async def prepared(work: Work, revisions: Revisions, names: Names | None) -> Work:
    """The work with its first message as its writer left it, and whoever starts a run as its requester.

    `revisions` gives those of a message that was kept for later; without `names`, ids stay ids. Raises
    DatabaseUnavailable, RateLimited and SlackUnreachable.
    """
    requester = starter(work) or work.thread.requester
    work = replace(work, thread=replace(work.thread, requester=requester))
    first = _first_message(work)
    if first is None:
        return work
    # What came in while it was kept for later was handled then.
    earlier = await revisions(first) if first.kept else ()
    latest = latest_version(first, (*earlier, *work.inbound[1:]))
    if names is not None:
        latest = replace(latest, text=await names.readable(latest.text))
    return replace(work, inbound=(latest, *work.inbound[1:]))


def starter(work: Work) -> str | None:
    """Who starts a run with what is first in line; None where nothing new begins."""
    first = work.inbound[0] if work.inbound else None
    starts = first is not None and first.kind in STARTS_A_RUN and not work.open
    return first.user if first is not None and starts else None


def _first_message(work: Work) -> Inbound | None:
    first = work.inbound[0] if work.inbound else None
    return first if first is not None and first.kind is InboundKind.MESSAGE else None
