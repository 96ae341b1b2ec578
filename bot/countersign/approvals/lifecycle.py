"""The life of an approval: its states, what can happen to it, and every legal move."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from countersign.approvals.errors import IllegalTransition


class Status(StrEnum):
    PENDING = "pending"  # waits for people
    DECIDED = "decided"  # an answer is on its way to the graph, which has not taken it yet
    RESUMED = "resumed"  # the graph took what people decided
    EXPIRED = "expired"  # nobody decided in time; the graph took the answer for that
    CANCELLED = "cancelled"  # the request or its run was cancelled; the graph took that, or ended
    WITHDRAWN = "withdrawn"  # the question is gone, or its answer could not be used


class Event(StrEnum):
    OPENED = "opened"
    VOTED = "voted"  # somebody decided, and something is still to be decided
    VOTE_WITHDRAWN = "vote_withdrawn"  # somebody took their vote back
    DECIDED = "decided"  # people decided the last of it
    CLAIMED = "claimed"  # somebody says that they look at it; others can still decide
    REFERRED = "referred"  # somebody who may decide asked another person who may
    RELEASED = "released"  # the claim was released, or is too old
    REMINDED = "reminded"  # nobody decided yet: people were reminded
    ESCALATED = "escalated"  # nobody decided yet: `escalate_to` may decide too, and was notified
    TIMED_OUT = "timed_out"  # nobody decided in time: the rule's answer goes to the graph, or it stays open
    CANCELLED = "cancelled"  # the requester cancelled: a rejection goes to the graph
    RESUMED = "resumed"  # the graph took the answer
    RUN_CANCELLED = "run_cancelled"  # the graph got no answer: its run ended, as decided
    UNDONE = "undone"  # somebody took their vote back before the graph got the decision
    SENT = "sent"  # the decision can no longer be undone: it is on its way to the graph
    LAPSED = "lapsed"  # the approval was too old when its action was about to run: it is asked again
    REOPENED = "reopened"  # the graph refused the answer
    WITHDRAWN = "withdrawn"  # the question is gone, or its answer could not be used


class Outcome(StrEnum):
    """The outcome of an approval, as people read it."""

    APPROVED = "approved"  # or answered, or edited and approved: at least one row was not rejected
    REJECTED = "rejected"
    EXPIRED = "expired"  # nobody answered
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"  # the question is gone


class Phase(StrEnum):
    """How far it is. Messages about it change only when this does."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Status.PENDING, Status.DECIDED})
"""The states in which something is still to happen to an approval."""

_TRANSITIONS: dict[tuple[Status, Event], frozenset[Status]] = {
    (Status.PENDING, Event.VOTED): frozenset({Status.PENDING}),
    (Status.PENDING, Event.VOTE_WITHDRAWN): frozenset({Status.PENDING}),
    (Status.PENDING, Event.DECIDED): frozenset({Status.DECIDED}),
    (Status.PENDING, Event.CLAIMED): frozenset({Status.PENDING}),
    (Status.PENDING, Event.REFERRED): frozenset({Status.PENDING}),
    (Status.PENDING, Event.RELEASED): frozenset({Status.PENDING}),
    (Status.PENDING, Event.REMINDED): frozenset({Status.PENDING}),
    (Status.PENDING, Event.ESCALATED): frozenset({Status.PENDING}),
    (Status.PENDING, Event.TIMED_OUT): frozenset({Status.PENDING, Status.DECIDED}),
    (Status.PENDING, Event.CANCELLED): frozenset({Status.DECIDED}),
    (Status.PENDING, Event.WITHDRAWN): frozenset({Status.WITHDRAWN}),
    (Status.DECIDED, Event.UNDONE): frozenset({Status.PENDING}),
    (Status.DECIDED, Event.SENT): frozenset({Status.DECIDED}),
    (Status.DECIDED, Event.LAPSED): frozenset({Status.PENDING}),
    (Status.DECIDED, Event.RESUMED): frozenset({Status.RESUMED, Status.EXPIRED, Status.CANCELLED}),
    (Status.DECIDED, Event.RUN_CANCELLED): frozenset({Status.EXPIRED, Status.CANCELLED}),
    (Status.DECIDED, Event.REOPENED): frozenset({Status.PENDING}),
    (Status.DECIDED, Event.WITHDRAWN): frozenset({Status.WITHDRAWN}),
}
TRANSITIONS: Mapping[tuple[Status, Event], frozenset[Status]] = MappingProxyType(_TRANSITIONS)
"""What may happen in which state, and the states that it may lead to. All that is not here is illegal."""


def check_transition(before: Status, event: Event, after: Status) -> None:
    """Raise IllegalTransition unless the table has this move."""
    if after not in TRANSITIONS.get((before, event), frozenset()):
        raise IllegalTransition(f"An approval that is {before} can't become {after} by {event}.")


def check_event(event: Event, after: Status) -> None:
    """Raise IllegalTransition unless this event can have led to this state."""
    if event is Event.OPENED:
        reached = after is Status.PENDING
    else:
        reached = any(happened is event and after in to for (_, happened), to in TRANSITIONS.items())
    if not reached:
        raise IllegalTransition(f"{event} does not make an approval {after}.")


def state_diagram() -> str:
    """The table as a Mermaid state diagram, as the documentation shows it."""
    lines = ["stateDiagram-v2", f"    [*] --> {Status.PENDING}: {Event.OPENED}"]
    lines += [
        f"    {before} --> {after}: {event}"
        for (before, event), targets in TRANSITIONS.items()
        for after in sorted(targets)
    ]
    lines += [f"    {status} --> [*]" for status in Status if status not in OPEN]
    return "\n".join(lines)
