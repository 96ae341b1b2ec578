"""An approval together with the review request that it asks: parsed once, and passed along with it."""

import asyncio
from dataclasses import dataclass, replace
from functools import cached_property

from countersign.approvals.approval import Approval
from countersign.flow.policy.redaction.redacted_pointers import with_shown_answers
from countersign.flow.policy.redaction.redacted_request import shown_request, without_redacted_fields
from countersign.flow.policy.restriction import restrict
from countersign.flow.thread import ThreadRef
from countersign.i18n import (
    SOURCE_LANGUAGE,
    current_language,
    for_everyone,
    language_of_everyone,
    reader_language,
)
from countersign.interrupts import (
    PayloadFormat,
    ReviewRequest,
    Risk,
    parse,
    payload_format,
    with_action_title,
    with_state_changes,
)
from countersign.interrupts.code import shape_from_json


@dataclass(frozen=True)
class Review:
    """What the store gives and what decisions, cards and listeners work with."""

    approval: Approval

    @cached_property
    @for_everyone
    def request(self) -> ReviewRequest:
        """What the approval asks and its rules allow, parsed at the first use.

        The shape of an answer is the one that was stored when it was asked, so a card keeps its meaning.
        """
        return self._allowed()

    def _allowed(self) -> ReviewRequest:
        rules = self.approval.rules
        allowed = without_redacted_fields(restrict(self.unrestricted_request, rules), rules)
        return with_state_changes(allowed, self.approval.state)

    @cached_property
    @for_everyone
    def shown(self) -> ReviewRequest:
        """The request as people see it: titled with its effect, and redacted."""
        return with_action_title(self._redacted)

    @cached_property
    def _redacted(self) -> ReviewRequest:
        return shown_request(self.request, self.approval.rules)

    @property
    def shown_approval(self) -> Approval:
        """The approval for a card: without what its rules redact in the answers that were given."""
        return with_shown_answers(self.approval, self.request)

    @cached_property
    @for_everyone
    def unrestricted_request(self) -> ReviewRequest:
        """What the approval asks, with all decisions that the graph takes: for those that a rule makes."""
        return self._parsed()

    def _parsed(self) -> ReviewRequest:
        approval = self.approval
        return parse(approval.value, approval.schema, shape_from_json(approval.answer_shape))

    @cached_property
    def format(self) -> PayloadFormat:
        """In which format it was asked, where the card does not show it; nothing of it where rules redact."""
        if any(rule.redact for rule in self.approval.rules):
            return PayloadFormat()
        with reader_language(SOURCE_LANGUAGE):  # a format has one name
            found = payload_format(self.approval.value, self.approval.schema)
        summarised = self._redacted.title != self.request.title or self._redacted.rows != self.request.rows
        return replace(found, is_shown=False) if summarised else found

    def confirms_approval(self, row: int) -> bool:
        """Whether the card's *Approve* asks a second question, which no word in the thread answers."""
        return self.approval.rule(row).confirm is not None or self.request.risk is Risk.HIGH

    def parse(self) -> "Review":
        """Itself, with all parsed that a card or a decision needs of it. Large payloads take their time."""
        assert self.shown.rows, "a request has a row"
        return self

    async def parsed(self) -> "Review":
        """The same in a worker thread, so that the event loop is free."""
        return self if "shown" in self.__dict__ else await asyncio.to_thread(self.parse)

    def for_reader(self) -> "Review":
        """The same in the language of the current reader, for a form or a message that one person reads.

        Messages for many readers are rendered from the original.
        """
        if current_language() == language_of_everyone():
            return self
        read = Review(self.approval)
        read.__dict__["unrestricted_request"] = read._parsed()
        read.__dict__["request"] = read._allowed()
        read.__dict__["shown"] = with_action_title(read._redacted)
        return read

    @property
    def thread(self) -> ThreadRef:
        return ThreadRef.parse(self.approval.thread_id)

    def with_rules(self, approval: Approval) -> "Review":
        """The same question under the rules of its approval."""
        governed = Review(approval)
        governed.__dict__["unrestricted_request"] = self.unrestricted_request
        return governed

    def with_approval(self, approval: Approval) -> "Review":
        """The same question after its approval changed; what was parsed of it stays."""
        assert approval.id == self.approval.id, "another approval asks something else"
        changed = Review(approval)
        changed.__dict__.update(self.__dict__, approval=approval)
        return changed
