"""What happened to an approval, in sentences that say who did what."""

import pytest

from countersign.approvals.audit.history import SENTENCES, history
from countersign.approvals.json import Json
from countersign.approvals.ledger import Observation
from countersign.approvals.lifecycle import Event

BOB: Json = {"id": "U0BOB", "name": "Bob"}


def sentence(event: str, detail: Json, actor: Json = BOB) -> str:
    at = "2026-03-01T09:30:00.120000Z"
    (line,) = history([{"event": event, "at": at, "actor": actor, "detail": detail}])
    at, _, text = line.partition("  ")
    assert at == "2026-03-01 09:30:00 UTC"
    return text


@pytest.mark.parametrize("event", [*Event, *Observation])
def test_every_event_of_the_ledger_has_a_sentence(event: str) -> None:
    assert event in SENTENCES
    assert sentence(event, None), "whatever its detail"


def row(**fields: Json) -> dict[str, Json]:
    return {"rows": {"0": fields}}


@pytest.mark.parametrize(
    ("event", "detail", "said"),
    [
        (
            "opened",
            {"asked": {"requester": "U0ANN", "title": "Pay 5"}, "rows": [{"rule": "large"}] * 2},
            "asked for by U0ANN under the rule “large”: “Pay 5”",
        ),
        (
            "opened",
            {"asked": {"requester": None, "title": "Pay 5"}},
            "asked for by nobody (a bot or a schedule) without a policy: “Pay 5”",
        ),
        ("voted", row(kind="approve", needed=["one of @a"]), "Bob (U0BOB) approved; still needed: one of @a"),
        ("decided", row(kind="reject", message="no"), "Bob (U0BOB) rejected: no, which decided it"),
        (
            "decided",
            row(kind="approve", decided={"kind": "edit", "value": {"n": 1}}),
            "Bob (U0BOB) approved the edit, which decided it",
        ),
        (
            "voted",
            row(kind="edit", before={"n": 1, "to": "a"}, value={"n": 2, "to": "a"}),
            "Bob (U0BOB) edited it (n: 1 → 2)",
        ),
        (
            "decided",
            row(kind="approve", state={"n": {"before": 1, "after": 2}}),
            "Bob (U0BOB) approved and changed the state (n: 1 → 2), which decided it",
        ),
        (
            "decided",
            row(kind="approve", on_behalf_of={"U0BOB": {"user": "U0ANN", "name": "Ann"}}),
            "Bob (U0BOB) approved for Ann (U0ANN), which decided it",
        ),
        (
            "decided",
            row(kind="approve", broke_glass=True, message="it burns"),
            "Bob (U0BOB) approved alone (break glass): it burns, which decided it",
        ),
        (
            "decided",
            {"rows": {"0": {"kind": "approve"}, "1": {"kind": "reject"}}},
            "Bob (U0BOB) approved (action 1) and rejected (action 2), which decided it",
        ),
        (
            "decided",
            {"via": "auto", **row(kind="reject", ends_run=True, rule="the rule “never”")},
            "decided without asking: cancelled the run by the rule “never”",
        ),
        ("refused", {"kind": "edit", "why": "No."}, "Bob (U0BOB) tried to edit, which was refused: No."),
        ("timed_out", {"decisions": {"0": {"kind": "reject"}}}, "nobody decided in time: rejected"),
        ("timed_out", {"decisions": {"0": "kept open"}}, "nobody decided in time: kept open"),
        (
            "referred",
            {"to": "U0C", "name": "Carol", "note": "yours"},
            "Bob (U0BOB) asked Carol (U0C) to decide it: yours",
        ),
        ("resumed", {"run": "finished"}, "the agent took the answer; its run finished"),
        ("shown", {"as": "card", "channel": "C1"}, "the card was shown in C1"),
        ("something_new", None, "something new"),
    ],
)  # fmt: skip
def test_it_says_who_did_what(event: str, detail: Json, said: str) -> None:
    assert sentence(event, detail) == said


def test_what_people_wrote_makes_no_line_of_its_own_and_steers_no_terminal() -> None:
    said = sentence("voted", row(kind="reject", message="no\n2026-03-01  Ann approved\x1b[2J\u202e"))
    assert said == "Bob (U0BOB) rejected: no 2026-03-01 Ann approved\ufffd[2J\ufffd"


def test_without_a_person_it_was_countersign() -> None:
    assert sentence("cancelled", {}, actor=None) == "Countersign cancelled it"
