"""Once a run rests, our rows agree with the graph's state: what it asks is open, and nothing else."""

from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.graph_state import AgentMessage
from countersign.flow.messages.outgoing import OutgoingKind, note
from countersign.flow.steps.results.reconciliation import reconcile
from tests.flow.rows import NOW, REF, a_state, an_approval, decided, pending, work


def test_a_new_question_gets_an_approval_and_a_card() -> None:
    result = reconcile(work(), a_state(pending()), lambda: NOW)

    (change,) = result.changes
    approval = change.after
    assert (change.event, change.detail) == (Event.OPENED, {"digest": "d1"})
    assert (approval.interrupt_id, approval.digest, approval.value) == ("i1", "d1", "Go on?")
    assert (approval.status, approval.votes, approval.checkpoint_id) == (Status.PENDING, (None,), "c5")
    assert approval.opened_at == NOW
    assert [review.approval for review in result.opened] == [approval]
    assert [(row.kind, row.approval_id) for row in result.post] == [(OutgoingKind.CARD, approval.id)]


def test_each_row_of_a_batch_waits_for_its_own_decision() -> None:
    calls: Json = {"action_requests": [{"name": name, "args": {}} for name in ("one", "two")]}
    (change,) = reconcile(work(), a_state(pending(value=calls)), lambda: NOW).changes
    assert change.after.votes == (None, None)


def test_a_question_that_has_an_approval_gets_no_other() -> None:
    for approval in (an_approval(), decided(an_approval())):
        result = reconcile(work(approval), a_state(pending()), lambda: NOW)
        assert (result.changes, result.opened, result.post) == ((), (), ())


def test_a_question_whose_words_changed_is_withdrawn_and_asked_anew() -> None:
    old = an_approval()
    result = reconcile(work(old), a_state(pending(digest="d2")), lambda: NOW)

    assert [(change.event, change.after.digest) for change in result.changes] == [
        (Event.WITHDRAWN, "d1"),
        (Event.OPENED, "d2"),
    ]
    assert result.changes[0].after.id == old.id


def test_why_a_question_is_gone_is_reported() -> None:
    for state, reason in (
        (a_state(), "The agent no longer asks this."),
        (a_state(orphaned=frozenset({"i1"})), "The agent was changed and no longer asks this."),
    ):
        (change,) = reconcile(work(an_approval()), state, lambda: NOW).changes
        assert (change.after.status, change.after.status_reason) == (Status.WITHDRAWN, reason)


def test_a_decision_that_the_graph_did_not_take_yet_stays() -> None:
    assert reconcile(work(decided(an_approval())), a_state(), lambda: NOW).changes == ()


def test_what_the_step_changed_itself_is_saved_and_changed_no_further() -> None:
    taken = Change(after=decided(an_approval()).resumed(), event=Event.RESUMED)
    reopened = Change(after=decided(an_approval("i2")).reopened("refused", NOW), event=Event.REOPENED)
    result = reconcile(
        work(decided(an_approval()), decided(an_approval("i2"))),
        a_state(pending("i2")),
        lambda: NOW,
        changes=(taken, reopened),
    )
    assert result.changes == (taken, reopened)
    assert result.opened == ()


def test_a_question_asked_again_after_its_answer_was_taken_is_a_new_one() -> None:
    taken = Change(after=decided(an_approval()).resumed(), event=Event.RESUMED)
    result = reconcile(work(decided(an_approval())), a_state(pending()), lambda: NOW, changes=(taken,))
    assert [change.event for change in result.changes] == [Event.RESUMED, Event.OPENED]
    assert result.changes[1].after.id != taken.after.id


def test_words_come_before_the_card_and_what_the_step_says_after_it() -> None:
    state = a_state(pending(), messages=(AgentMessage(key="m1", text="One moment."),), chats=True)
    result = reconcile(work(), state, lambda: NOW, post=(note(REF, "n", "A note."),))
    assert [row.kind for row in result.post] == [
        OutgoingKind.AGENT_MESSAGE,
        OutgoingKind.CARD,
        OutgoingKind.NOTE,
    ]


def test_the_thread_remembers_what_it_said_last() -> None:
    said = a_state(messages=(AgentMessage(key="m1", text="a"), AgentMessage(key="m2", text="b")), chats=True)
    assert reconcile(work(), said, lambda: NOW).thread.last_posted_key == "m2"
    assert reconcile(work(last_posted_key="m1"), a_state(), lambda: NOW).thread.last_posted_key == "m1"
    ended = a_state(output={"total": 3})
    assert reconcile(work(last_posted_key="m1"), ended, lambda: NOW).thread.last_posted_key == "c5"
    unfinished = a_state(output={"total": 3}, unfinished=True)
    assert reconcile(work(last_posted_key="m1"), unfinished, lambda: NOW).thread.last_posted_key == "m1"


def test_what_a_subgraph_said_is_remembered_while_the_graph_may_say_it_again() -> None:
    nested = (AgentMessage(key="n1", text="inner"),)
    waiting = reconcile(work(early_keys=("n0", "n1")), a_state(pending(), nested=nested), lambda: NOW)
    assert waiting.thread.early_keys == ("n0", "n1")
    running = reconcile(work(), a_state(unfinished=True, nested=nested), lambda: NOW)
    assert running.thread.early_keys == ("n1",)
    assert reconcile(work(early_keys=("n0",)), a_state(), lambda: NOW).thread.early_keys == ()


def test_what_was_done_and_what_stopped_the_thread_is_saved_with_it() -> None:
    result = reconcile(work(halted="e1"), a_state(), lambda: NOW, done=("message:1",), halted="e2")
    assert (result.done, result.thread.halted) == (("message:1",), "e2")
    assert reconcile(work(halted="e1"), a_state(), lambda: NOW).thread.halted is None
