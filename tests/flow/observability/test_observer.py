"""What is counted and logged of runs, refusals and posts, without a graph, a database or Slack."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import uuid4

import pytest

from countersign.approvals.errors import MayNotDecide, NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.policy.grants import GrantUse
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.errors import (
    AnswerRefused,
    Conflict,
    DatabaseUnavailable,
    Drained,
    PostLimited,
    RateLimited,
    RunAgain,
    RunFailed,
    SlackRefused,
    SlackUnreachable,
    StatementFailed,
    Stopped,
)
from countersign.flow.messages.outgoing import OutgoingKind, outgoing
from countersign.flow.observability.observer import Observer
from tests.approvals.policy.grants.test_grants import granted
from tests.approvals.test_record import an_approval
from tests.flow.rows import REF

Logged: TypeAlias = list[MutableMapping[str, Any]]
FAILED = RunFailed("e1", "The agent failed.")
OUTCOMES: list[tuple[BaseException, str]] = [
    (FAILED, "failed"),
    (AnswerRefused(), "answer_refused"),
    (Stopped(), "stopped"),
    (Drained(), "interrupted"),
    (RunAgain(), "interrupted"),
    (DatabaseUnavailable(), "interrupted"),
    (asyncio.CancelledError(), "interrupted"),
    (ValueError(), "failed"),
]
SLACKS_OR_OURS = [
    Conflict(),
    DatabaseUnavailable(),
    StatementFailed(),
    RateLimited(1),
    SlackUnreachable(),
    SlackRefused("chat.update", "x"),
    ReasonMissing(),
]


def runs(observer: Observer) -> dict[str, float]:
    (metric,) = observer.metrics.runs.runs.collect()
    return {each.labels["outcome"]: each.value for each in metric.samples if each.name.endswith("_total")}


@pytest.mark.parametrize(("error", "outcome"), OUTCOMES, ids=lambda given: type(given).__name__)
def test_a_run_that_raises_is_counted_by_what_it_raised(
    error: BaseException, outcome: str, logged: Logged
) -> None:
    observer = Observer()
    with pytest.raises(type(error)), observer.run("agent", REF.id, "resume"):
        raise error
    assert runs(observer) == {outcome: 1.0}
    (line,) = logged
    assert (line["event"], line["outcome"], line["kind"]) == ("run_ended", outcome, "resume")
    assert (line["graph"], line["thread_id"]) == ("agent", REF.id)


def test_a_run_that_returns_is_counted_with_the_time_it_took(logged: Logged) -> None:
    observer = Observer()
    with observer.run("agent", REF.id, "start"):
        pass
    assert runs(observer) == {"returned": 1.0}
    assert 0 <= logged[0]["seconds"] < 60


@pytest.mark.parametrize("error", SLACKS_OR_OURS, ids=lambda error: type(error).__name__)
def test_what_could_not_be_done_now_is_no_refusal(error: Exception, logged: Logged) -> None:
    observer = Observer()
    with pytest.raises(type(error)), observer.refusals(by="UBOB"):
        raise error
    assert logged == []


def test_what_is_refused_is_counted_once_and_raised(logged: Logged) -> None:
    observer, approval_id = Observer(), uuid4()
    with pytest.raises(MayNotDecide), observer.refusals(approval_id=approval_id, thread_id=REF.id, by="UBOB"):
        raise MayNotDecide
    with pytest.raises(NotPending), observer.refusals(by="UBOB"):
        raise NotPending
    first, second = logged
    assert first == {
        "event": "refused",
        "log_level": "info",
        "reason": "may_not_decide",
        "by": "UBOB",
        "approval_id": str(approval_id),
        "thread_id": REF.id,
    }
    assert second == {"event": "refused", "log_level": "info", "reason": "not_pending", "by": "UBOB"}
    (metric,) = observer.metrics.approvals.refusals.collect()
    counted = {each.labels["reason"]: each.value for each in metric.samples if each.name.endswith("_total")}
    assert counted == {"may_not_decide": 1.0, "not_pending": 1.0}


@pytest.mark.parametrize(
    ("kind", "outcome", "logs"),
    [
        (OutgoingKind.CARD, "posted", True),
        (OutgoingKind.CARD, "refused", False),
        (OutgoingKind.NOTE, "posted", False),
    ],
)
def test_a_card_that_is_posted_is_a_line(
    kind: OutgoingKind, outcome: str, logs: bool, logged: Logged
) -> None:
    observer, approval_id = Observer(), uuid4()
    row = replace(outgoing(REF, "k", kind), approval_id=approval_id, attempts=2)
    observer.posted(row, outcome)
    expected = {
        "event": "card_posted",
        "log_level": "info",
        "approval_id": str(approval_id),
        "thread_id": REF.id,
        "attempts": 3,
    }
    assert logged == ([expected] if logs else [])
    (metric,) = observer.metrics.slack.posts.collect()
    samples = [each for each in metric.samples if each.name.endswith("_total")]
    assert [(each.labels, each.value) for each in samples] == [
        ({"kind": kind.value, "outcome": outcome}, 1.0)
    ]


def test_errors_say_what_people_and_callers_need() -> None:
    assert (str(FAILED), FAILED.error_id, FAILED.hint, FAILED.report) == (
        "The agent failed.",
        "e1",
        "The agent failed.",
        None,
    )
    limited = PostLimited(1.5)
    assert (str(limited), limited.seconds) == ("Slack asks to wait 1.5 s.", 1.5)
    refused = SlackRefused("chat.update", "is_archived")
    assert str(refused) == "Slack refused chat.update: is_archived."
    assert (refused.method, refused.error) == ("chat.update", "is_archived")


def test_grants_are_counted_as_they_are_given_used_and_revoked() -> None:
    observer, grant = Observer(), granted()
    use = GrantUse(before=grant, after=grant, row=0)
    observer.saved(
        [
            Change(after=an_approval(), event=Event.VOTED, grants_given=(grant,), grant_uses=(use, use)),
            Change(after=an_approval(), event=Event.UNDONE, grants_revoked=(grant, grant, grant)),
        ]
    )
    (metric,) = observer.metrics.approvals.grants.collect()
    counted = {each.labels["event"]: each.value for each in metric.samples if each.name.endswith("_total")}
    assert counted == {"given": 1, "used": 2, "revoked": 3}
