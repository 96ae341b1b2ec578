"""The files of the message that a step handles: read at most once; skipped ones are reported."""

from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.files.kinds import FileKinds
from countersign.flow.files.notes import (
    NOT_PART_OF_A_FORM,
    NOT_PART_OF_AN_ANSWER,
    files_note,
    text_with_left_out,
)
from countersign.flow.files.reader import FileReader, ReadFiles
from countersign.flow.files.shared_file import shared_files
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.review import Review
from countersign.flow.work import StepResult, Work
from countersign.i18n import Text
from countersign.interrupts.forms.field import FieldKind

_FREE_TEXT = {FieldKind.TEXT, FieldKind.MULTILINE}


class MessageFiles:
    """`kinds` are those that the graph takes, `answer_kinds` those of an answer. No reader: none is read."""

    def __init__(
        self, work: Work, reader: FileReader | None, kinds: FileKinds, answer_kinds: FileKinds
    ) -> None:
        first = work.inbound[0] if work.inbound else None
        self._message = first if first is not None and first.kind is InboundKind.MESSAGE else None
        self._files = shared_files(self._message) if self._message is not None else ()
        self._reader = reader
        self._kinds = kinds
        self._answer_kinds = answer_kinds
        self._read: ReadFiles | None = None

    async def as_input(self, given: Inbound) -> Inbound:
        """The message as the graph gets it, with its files. Raises RateLimited."""
        read = await self._read_as(self._kinds)
        return replace(given, text=text_with_left_out(given.text, read.left_out), blocks=read.blocks)

    async def as_answer(self, message: Inbound, work: Work) -> Inbound:
        """The message with the texts that came with it, if it may answer a question that takes any text."""
        waiting = [review for review in work.open if review.approval.status is Status.PENDING]
        if not self._files or len(waiting) != 1 or not _takes_text(waiting[0]):
            return message
        read = await self._read_as(self._answer_kinds, otherwise=NOT_PART_OF_AN_ANSWER)
        texts = [str(block["text"]) for block in read.blocks if isinstance(block, dict)]
        return replace(message, text="\n\n".join(filter(None, (message.text, *texts))))

    async def read_again(self) -> None:
        """Read them for the note only: the graph has them from an attempt that was interrupted."""
        await self._read_as(self._kinds)

    async def left_to_form(self) -> None:
        """The message only opens the form that starts the graph. Raises RateLimited."""
        await self._read_as(frozenset(), otherwise=NOT_PART_OF_A_FORM)

    async def with_note(self, result: StepResult) -> StepResult:
        """The result, with a note first if it handled the message and the graph did not get all files.

        Raises RateLimited.
        """
        message = self._message
        if message is None or message.deleted or message.key not in result.done:
            return result
        read = await self._read_as(frozenset(), otherwise=NOT_PART_OF_AN_ANSWER)
        notice = files_note(message, read.left_out)
        return replace(result, post=(notice, *result.post)) if notice is not None else result

    async def _read_as(self, kinds: FileKinds, otherwise: Text | None = None) -> ReadFiles:
        """`otherwise` says why the other kinds are left out, where it is not for what the graph takes."""
        if self._read is None:
            if self._files and self._reader is not None:
                self._read = await self._reader(self._files, kinds, otherwise)
            else:
                self._read = ReadFiles()
        return self._read


def _takes_text(review: Review) -> bool:
    """Whether a reply of any text answers it."""
    request = review.request
    form = request.rows[0].forms.get(DecisionKind.RESPOND) if len(request.rows) == 1 else None
    field = form.only_field if form is not None else None
    return request.answered_by_reply and field is not None and field.kind in _FREE_TEXT
