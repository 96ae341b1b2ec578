"""Counts what was saved, posted, run and refused, and writes one line of the log for each.

A line has ids, names of graphs and rules, and outcomes. It never has what people or models wrote.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.errors import CountersignError
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.errors import (
    AnswerRefused,
    Conflict,
    DatabaseUnavailable,
    Drained,
    RateLimited,
    RunAgain,
    RunFailed,
    SlackRefused,
    SlackUnreachable,
    StatementFailed,
    Stopped,
)
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.observability import tracing
from countersign.flow.observability.metrics import Metrics

_DECIDING = {Event.DECIDED, Event.CANCELLED, Event.TIMED_OUT}
# Not refused: it could not be done now, and the caller or Slack tries again.
_NO_REFUSALS = (
    *(Conflict, DatabaseUnavailable, StatementFailed, RateLimited, SlackUnreachable, SlackRefused),
    ReasonMissing,  # the form asks for the reason
)

log = structlog.get_logger()


class Observer:
    def __init__(self, metrics: Metrics | None = None) -> None:
        self.metrics = metrics or Metrics()

    def saved(self, changes: Iterable[Change]) -> None:
        """These changes of approvals are committed."""
        for change in changes:
            self._saved(change)

    def _saved(self, change: Change) -> None:
        counted, after = self.metrics.approvals, change.after
        counted.events.labels(event=change.event.value).inc()
        counted.grants.labels(event="given").inc(len(change.grants_given))
        counted.grants.labels(event="used").inc(len(change.grant_uses))
        counted.grants.labels(event="revoked").inc(len(change.grants_revoked))
        waited = None
        if change.event in _DECIDING and after.outcome is not None:
            graph = self.metrics.graph(after.graph)
            waited = max(0.0, (_decided_at(after) - after.opened_at).total_seconds())
            tracing.link_to(after.opened_in)
            tracing.record_wait(after, _decided_at(after))
            counted.decisions.labels(graph=graph, outcome=after.outcome.value).inc()
            counted.time_to_decision.labels(graph=graph).observe(waited)
        log.info(
            f"approval_{change.event.value}",
            **_ids(after),
            version=after.version,
            rules=list(after.rule_names) or None,
            **({"by": change.by.id} if change.by is not None else {}),
            **({"outcome": after.outcome.value} if after.outcome is not None else {}),
            **({"waited_s": round(waited, 3)} if waited is not None else {}),
        )

    def posted(self, row: Outgoing, outcome: str) -> None:
        """Slack took this message, or it did not."""
        self.metrics.slack.posts.labels(kind=row.kind.value, outcome=outcome).inc()
        if row.kind is OutgoingKind.CARD and outcome == "posted":
            log.info(
                "card_posted",
                approval_id=str(row.approval_id),
                thread_id=f"{row.team}/{row.channel}/{row.thread_ts}",
                attempts=row.attempts + 1,
            )

    @contextmanager
    def refusals(
        self, *, approval_id: UUID | None = None, thread_id: str | None = None, by: str
    ) -> Iterator[None]:
        """An error raised inside is recorded as a refusal, once."""
        try:
            yield
        except _NO_REFUSALS:
            raise
        except CountersignError as error:
            self.refused(error, approval_id=approval_id, thread_id=thread_id, by=by)
            raise

    def refused(
        self,
        error: CountersignError,
        *,
        approval_id: UUID | None = None,
        thread_id: str | None = None,
        by: str,
    ) -> None:
        """Record a refusal that a person was shown."""
        reason = self.metrics.reason(_reason(error))
        self.metrics.approvals.refusals.labels(reason=reason).inc()
        ids = {
            "approval_id": str(approval_id) if approval_id else None,
            "thread_id": thread_id,
        }
        log.info("refused", reason=reason, by=by, **{key: value for key, value in ids.items() if value})

    @contextmanager
    def run(self, graph: str, thread_id: str, kind: str) -> Iterator[None]:
        """One run of a graph: `kind` is start, resume, continue or ask_again."""
        began = time.perf_counter()
        outcome = "returned"
        attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": graph,
            "gen_ai.conversation.id": thread_id,
            "countersign.run.kind": kind,
        }
        try:
            with tracing.span(f"invoke_agent {graph}", attributes):
                yield
        except RunFailed:
            outcome = "failed"
            raise
        except AnswerRefused:
            outcome = "answer_refused"
            raise
        except Stopped:
            outcome = "stopped"
            raise
        except (Drained, RunAgain, DatabaseUnavailable, asyncio.CancelledError):
            outcome = "interrupted"
            raise
        except BaseException:
            outcome = "failed"
            raise
        finally:
            label = self.metrics.graph(graph)
            self.metrics.runs.runs.labels(graph=label, kind=kind, outcome=outcome).inc()
            log.info(
                "run_ended",
                graph=graph,
                thread_id=thread_id,
                kind=kind,
                outcome=outcome,
                seconds=round(time.perf_counter() - began, 4),
            )


def _ids(approval: Approval) -> dict[str, str | None]:
    return {
        "approval_id": str(approval.id),
        "thread_id": approval.thread_id,
        "graph": approval.graph,
    }


def _decided_at(approval: Approval) -> datetime:
    """When the last vote was cast: an expiry by a timer that was late counts from its deadline."""
    return max((vote.at for vote in approval.votes if vote is not None), default=datetime.now(UTC))


def _reason(error: CountersignError) -> str:
    """MayNotDecide -> may_not_decide: the classes are few, and their names are in the source."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
