"""Optimistic concurrency: saves a change of an approval; after a conflict, reads it again and retries."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt

from countersign.approvals.errors import NotPending
from countersign.approvals.ledger import Change
from countersign.flow.errors import Conflict
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.observability.observer import Observer
from countersign.flow.ports import Store
from countersign.flow.review import Review

_MAX_ATTEMPTS = 8

T = TypeVar("T")


async def retry_on_conflict(attempt: Callable[[], Awaitable[T]]) -> T:
    """The result of `attempt`, retried after a Conflict. Raises the eighth Conflict."""
    retrying = AsyncRetrying(
        stop=stop_after_attempt(_MAX_ATTEMPTS), retry=retry_if_exception_type(Conflict), reraise=True
    )
    return await retrying(attempt)


async def save_change(
    store: Store,
    approval_id: UUID,
    channel: str,
    make: Callable[[Review], Awaitable[Change]],
    announce: Callable[[Review], tuple[Outgoing, ...]] = lambda _changed: (),
    *,
    in_thread: bool = False,
    observer: Observer,
    by: str,
) -> Review:
    """Change the approval with `make`, and save it together with the messages that `announce` returns.

    `channel` is that of the card or, with `in_thread`, of the thread that points to it. Raises NotPending for
    an approval that is in neither, what `make` raises, and Conflict after eight attempts. The `observer`
    records refusals of `by`.
    """

    async def attempt() -> Review:
        review = await store.approval(approval_id)
        if review is None:
            raise NotPending
        if channel != review.approval.channel and not (in_thread and channel == review.thread.channel):
            raise NotPending
        change = await make(review)
        changed = review.with_approval(change.after)
        await store.decide(change, announce(changed))
        return changed

    with observer.refusals(approval_id=approval_id, by=by):
        return await retry_on_conflict(attempt)
