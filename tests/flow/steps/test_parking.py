"""A step that is not run again until somebody says so: what is kept of it, and after how many attempts."""

from dataclasses import replace

import pytest

from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.steps.graph_choice import graph_missing
from countersign.flow.steps.parking import parked, too_many_attempts
from countersign.flow.work import Work
from tests.flow.rows import a_message, an_approval, decided, work

MESSAGE, LATER = a_message(1), a_message(2)
RETRY = replace(a_message(3), kind=InboundKind.RETRY)
DECIDED = decided(an_approval())


@pytest.mark.parametrize(
    ("given", "kept", "done"),
    [
        (work(inbound=(MESSAGE, LATER)), (MESSAGE.key,), ()),
        (work(inbound=(RETRY, MESSAGE)), (), (RETRY.key,)),
        (work(an_approval(), inbound=(MESSAGE,)), (MESSAGE.key,), ()),
        (work(DECIDED, inbound=(MESSAGE,)), (), ()),
        (work(DECIDED, inbound=(RETRY,), halted="e0"), (), (RETRY.key,)),
        (work(DECIDED), (), ()),
    ],
    ids=["a message", "a retry", "an answer", "behind a decision", "a retry of a decision", "a decision"],
)
def test_what_was_about_to_be_done_is_kept(given: Work, kept: tuple[str, ...], done: tuple[str, ...]) -> None:
    result = parked(given, "e1", "It failed.")
    assert (result.parked, result.done, result.thread.halted) == (kept, done, "e1")
    assert [row.key for row in result.post] == ["failure:e1"]


def test_a_step_that_ended_its_process_five_times_is_not_begun_a_sixth_time() -> None:
    assert too_many_attempts(work(inbound=(MESSAGE,), attempts=5)) is None
    result = too_many_attempts(work(inbound=(MESSAGE,), attempts=6))
    assert result is not None
    assert result.parked == (MESSAGE.key,)
    (told,) = result.post
    assert isinstance(told.body, dict)
    assert "5 times" in str(told.body["text"])


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (work(DECIDED, inbound=(MESSAGE,)), OutgoingKind.FAILURE),
        (work(an_approval(), inbound=(MESSAGE,)), OutgoingKind.NOTE),
        (work(inbound=(MESSAGE,)), OutgoingKind.NOTE),
    ],
    ids=["decided", "pending", "nothing open"],
)
def test_only_a_decision_of_an_agent_that_is_gone_can_be_tried_again(given: Work, kind: OutgoingKind) -> None:
    class NoGraphs:
        infos: dict[str, object] = {}  # noqa: RUF012

    result = graph_missing(given, NoGraphs())  # type: ignore[arg-type]
    assert [row.kind for row in result.post] == [kind]
    assert result.done == (MESSAGE.key,)
