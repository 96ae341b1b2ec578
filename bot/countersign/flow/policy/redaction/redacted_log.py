"""Keeps out of the log what rules redact: a graph's exceptions and log lines may quote it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from countersign.approvals.policy.redaction import RedactedValues
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.redaction.redacted_pointers import redacted_values
from countersign.flow.ports import Store
from countersign.flow.review import Review
from countersign.flow.work import Work
from countersign.log_redaction import hiding


class RedactedLog:
    """Without a policy, nothing is redacted."""

    def __init__(self, store: Store, policy: CurrentPolicy | None) -> None:
        self._store = store
        self._policy = policy

    @asynccontextmanager
    async def of(self, work: Work) -> AsyncIterator[None]:
        """While this lasts, the log and error reports hide what is redacted of the thread's approvals.

        Those that are closed count, too: the graph still has what was approved.
        """
        reviews: tuple[Review, ...] = ()
        if self._policy is not None and self._policy.policy.redacts:
            reviews = await self._store.closed_reviews(work.thread.ref.id)
        values = _redacted_in((*work.open, *reviews))
        with hiding(values.cleaned_text if values.values else None):
            yield


def _redacted_in(reviews: Iterable[Review]) -> RedactedValues:
    found = RedactedValues()
    for review in reviews:
        if any(rule.redact for rule in review.approval.rules):
            found |= redacted_values(review.unrestricted_request, review.approval.rules)
    return found
