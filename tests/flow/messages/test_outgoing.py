"""What goes out: its keys, which make it post once, and what its body keeps for the moment of posting."""

from datetime import UTC, datetime
from uuid import UUID

from countersign.flow.messages.outgoing import (
    FILE_LIMIT,
    OutgoingKind,
    card,
    card_again,
    card_gone_note,
    failure,
    note,
    outgoing,
)
from countersign.i18n import lazy_text
from tests.flow.rows import REF, an_approval

ID = UUID(int=7)


def test_what_is_new_was_tried_by_nobody_and_is_held_by_nobody() -> None:
    row = outgoing(REF, "k", OutgoingKind.NOTE)
    assert (row.attempts, row.held) == (0, False)


def test_each_card_of_an_approval_has_a_key_of_its_own() -> None:
    approval = an_approval()
    keys = [card(REF, approval).key, *(card_again(REF, approval.id, losses).key for losses in (1, 2))]
    assert keys == [f"card:{approval.id}", f"card:{approval.id}:2", f"card:{approval.id}:3"]
    assert card_gone_note(REF, ID, 2).key != card_gone_note(REF, ID, 3).key


def test_a_file_may_have_eight_mb() -> None:
    assert FILE_LIMIT == 8 * 1024 * 1024


def test_a_note_keeps_its_moments_and_whom_it_mentions() -> None:
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    timed = note(REF, "k", lazy_text("Until {at}.", at=at), mentions=["UBOB"])
    assert isinstance(timed.body, dict)
    assert timed.body["parts"] == ["Until ", {"at": at.timestamp()}, "."]
    assert timed.body["mentions"] == ["UBOB"]
    assert note(REF, "k", "Done.").body == {"text": "Done."}


def test_a_failure_may_be_tried_again_unless_it_says_otherwise() -> None:
    assert failure(REF, "e1", "It failed.").body == {
        "text": "It failed.",
        "error_id": "e1",
        "try_again": True,
        "ask_again": False,
    }
