"""Edits and deletions of a message that was not read yet."""

from dataclasses import replace

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.revisions import latest_version, revised_message
from tests.flow.rows import a_message

MESSAGE = a_message(1)


def edited(text: str, key: str = MESSAGE.key) -> Inbound:
    return replace(a_message(9), kind=InboundKind.REVISION, body={"message": key, "text": text})


def deleted(key: str = MESSAGE.key) -> Inbound:
    return replace(a_message(9), kind=InboundKind.REVISION, body={"message": key})


@pytest.mark.parametrize("body", [None, "message:1", {}, {"message": 1}])
def test_a_revision_that_names_no_message_is_of_none(body: Json) -> None:
    assert revised_message(replace(edited("x"), body=body)) is None


def test_only_a_revision_is_one() -> None:
    assert revised_message(edited("x")) == MESSAGE.key
    assert revised_message(replace(edited("x"), kind=InboundKind.CHOICE)) is None


def test_a_message_reads_as_its_last_edit_says() -> None:
    read = latest_version(MESSAGE, [edited("one"), edited("of another", "message:2"), edited("two")])
    assert (read.text, read.deleted) == ("two", False)
    assert latest_version(MESSAGE, []) == MESSAGE


def test_a_message_that_was_deleted_stays_so_unless_it_is_edited_after() -> None:
    assert latest_version(MESSAGE, [edited("one"), deleted()]).deleted
    assert not latest_version(MESSAGE, [deleted("message:2")]).deleted
    restored = latest_version(MESSAGE, [deleted(), edited("again")])
    assert (restored.text, restored.deleted) == ("again", False)


def test_a_revision_without_a_text_deletes_whatever_else_it_says() -> None:
    assert latest_version(MESSAGE, [replace(deleted(), body={"message": MESSAGE.key, "text": None})]).deleted
